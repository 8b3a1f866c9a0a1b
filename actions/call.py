"""Who is speaking, and what they said, in one call of the engine.

Only ids, the text and the option are taken from the engine; where the conversation stands is read from records, which
may have moved on since the engine last heard of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from bot.demo.practice import CLIENTS
from bot.settings import Settings

GATEWAY = "gateway"
# Any other channel (the terminal) speaks as the first fictional client.
DEMO_CLIENT = CLIENTS[0][0]

_MESSAGE_ID = re.compile(r"[0-9a-f-]{32,36}")


class CallRefused(RuntimeError):
    """The call is not one that may be answered; the message says why, without a word of the client's."""


@dataclass(frozen=True)
class Call:
    """One client message. `option` is a button's id, the text is then empty. `intent`: what the engine took it for."""

    channel: str
    client_id: str
    message_id: str
    text: str
    option: str | None
    intent: str

    @property
    def through_gateway(self) -> bool:
        """Whether the gateway has stored and assessed the message before."""
        return self.channel == GATEWAY


def read_call(tracker: Tracker, settings: Settings) -> Call:
    """The call behind a tracker. Raises CallRefused."""
    latest: dict[str, Any] = tracker.latest_message
    channel = tracker.get_latest_input_channel() or ""
    message_id = str(latest.get("message_id") or "")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise CallRefused(f"the message id has {len(message_id)} characters and is none; the channel must set one")
    said = {
        "channel": channel,
        "message_id": message_id,
        "text": str(latest.get("text") or ""),
        "intent": str((latest.get("intent") or {}).get("name") or ""),
    }
    if channel == GATEWAY:
        metadata: dict[str, Any] = latest.get("metadata") or {}
        client_id = (metadata.get("state") or {}).get("client_id")
        if metadata.get("message_id") != message_id or not client_id:
            raise CallRefused("the gateway's message carries no state; the engine and this server differ in version")
        return Call(client_id=str(client_id), option=metadata.get("option"), **said)
    if settings.mode == "live":
        raise CallRefused(f"the channel {channel or 'without a name'} is for the demo only; MODE is live")
    return Call(client_id=DEMO_CLIENT, option=None, **said)
