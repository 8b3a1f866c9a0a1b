"""Asks the engine for its replies to one message, with a deadline.

The engine holds nothing durable: each request carries the state of the reflection, from records. Anything but a full,
screened answer is a failure (stock Rasa answers 200 with an empty list when its action server is dead).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

# The engine decides what a text is; the whole text is assessed and stored by the gateway.
ENGINE_CHARS = 1_000
# What a reply may be. A direct question about risk is never the engine's.
KINDS = frozenset({"text", "prompt", "notice", "summary"})


class EngineSilent(RuntimeError):
    """The engine gave no usable answer; the reason is one of a few words and never a text."""


@dataclass(frozen=True)
class EngineState:
    """Where a conversation is, as records say."""

    client_id: str
    conversation_id: str
    language: str
    address: str
    reflection_id: str | None
    exercise: str | None
    step: str | None


class EngineClient:
    """One connection pool to the engine."""

    def __init__(self, *, port: int, token: str, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            timeout=deadline_s,
            headers={"Authorization": f"Bearer {token}"},
            # A client's words must not go through a proxy that somebody set for everything else.
            trust_env=False,
        )

    async def ask(self, *, message_id: str, text: str, option: str | None, state: EngineState) -> list[dict[str, Any]]:
        """The replies to a message, at least one. Raises EngineSilent."""
        body = {
            "sender": state.reflection_id or f"menu-{state.conversation_id}",
            "message_id": message_id,
            "text": "" if option else text[:ENGINE_CHARS],
            "option": option,
            "state": {
                "client_id": state.client_id,
                "conversation_id": state.conversation_id,
                "language": state.language,
                "address": state.address,
                "reflection_id": state.reflection_id,
                "exercise": state.exercise,
                "step": state.step,
            },
        }
        try:
            answer = await self._http.post("/webhooks/gateway/webhook", json=body)
        except httpx.TimeoutException as error:
            raise EngineSilent(f"no answer within {self._deadline_s:g} s") from error
        except httpx.HTTPError as error:
            raise EngineSilent("no connection") from error
        if answer.status_code != httpx.codes.OK:
            raise EngineSilent(f"status {answer.status_code}")
        try:
            content = answer.json()
            replies = content["replies"]
            screened = content["screened"] is True and content["message_id"] == message_id
        except (ValueError, KeyError, TypeError) as error:
            raise EngineSilent("malformed answer") from error
        if not screened:
            raise EngineSilent("the message was not screened")
        if not isinstance(replies, list) or not replies:
            raise EngineSilent("no replies")
        if not all(_is_reply(reply) for reply in replies):
            raise EngineSilent("malformed reply")
        return replies

    async def healthy(self) -> bool:
        """Whether the engine answers at all (and has its model)."""
        try:
            answer = await self._http.get("/healthz", timeout=1.0)
            return answer.status_code == httpx.codes.OK and answer.json().get("status") == "ok"
        except (httpx.HTTPError, ValueError):
            return False

    async def close(self) -> None:
        """Ends the connections."""
        await self._http.aclose()


def _is_reply(reply: Any) -> bool:
    """Whether a reply can be stored and shown: a kind that the bot may use, words, and the id of the text they are."""
    if not isinstance(reply, dict) or reply.get("kind") not in KINDS:
        return False
    named = all(isinstance(reply.get(name), str) for name in ("text", "text_id"))
    return named and all(
        isinstance(reply.get(name), kind | None)
        for name, kind in (("params", dict), ("prompt", dict), ("reason", str), ("step", str), ("reflection_id", str))
    )
