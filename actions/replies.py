"""What an action says: a text with its id, its reason, and the control that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from bot.texts import Said


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the bot. `kind`: text, prompt, notice or summary. `prompt`: see docs/widget-protocol.md."""

    text: str
    text_id: str
    reason: str | None = None
    kind: str = "text"
    params: Mapping[str, Any] = field(default_factory=dict)
    prompt: Mapping[str, Any] | None = None
    summary_id: str | None = None
    reflection_id: str | None = None
    step: str | None = None


def of_text(
    said: Said, *, kind: str = "text", prompt: Mapping[str, Any] | None = None, summary_id: str | None = None
) -> Reply:
    """A text of `bot.texts` as a reply."""
    return Reply(
        text=said.text,
        text_id=said.text_id,
        reason=said.reason,
        params=said.params,
        kind=kind,
        prompt=prompt,
        summary_id=summary_id,
    )


def send(dispatcher: CollectingDispatcher, replies: Iterable[Reply]) -> None:
    """Hands replies to the engine; the gateway channel reads what stands in `custom`."""
    for reply in replies:
        about = {
            "text_id": reply.text_id,
            "params": dict(reply.params),
            "reason": reply.reason,
            "kind": reply.kind,
            "prompt": dict(reply.prompt) if reply.prompt else None,
            "summary_id": reply.summary_id,
            "reflection_id": reply.reflection_id,
            "step": reply.step,
        }
        dispatcher.utter_message(text=reply.text, json_message=about)
