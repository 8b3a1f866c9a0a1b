"""One message of the gateway, checked: what the channel accepts and what it refuses.

Nothing here is guessed or repaired. A refusal names the field, the limit and the remedy, never the client's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Characters of client text that the engine reads; the whole message is stored and assessed before it comes here.
MAX_TEXT = 1_000

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_MESSAGE_ID = re.compile(r"[0-9a-f-]{32,36}")
_OPTION = re.compile(r"[a-z][0-9A-Za-z_:.-]{0,79}")
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")


class BadTurn(ValueError):
    """A turn that the channel refuses. `field`: the JSON field at fault."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class State:
    """Where the conversation stands in records. `reflection_id` is None in the menu."""

    client_id: str
    conversation_id: str
    language: str
    address: str
    reflection_id: str | None
    exercise: str | None
    step: str | None


@dataclass(frozen=True)
class Turn:
    """`text` is literal and empty where `option` (the id of a button) is given."""

    sender: str
    message_id: str
    text: str
    option: str | None
    state: State


def read_turn(body: Any) -> Turn:
    """The turn in a request's JSON. Raises BadTurn."""
    fields = _object(body, "body")
    text, option = fields.get("text"), fields.get("option")
    if not isinstance(text, str):
        raise BadTurn("text", "must be a string")
    if len(text) > MAX_TEXT:
        raise BadTurn(
            "text", f"has {len(text)} characters, at most {MAX_TEXT} are read here; send the first {MAX_TEXT}"
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadTurn("text", "holds half of a surrogate pair; send valid Unicode")
    if option is None and not text.strip():
        raise BadTurn("text", "is empty; send a text or an option")
    if option is not None and text:
        raise BadTurn("text", "must be empty beside an option")
    return Turn(
        sender=_match(fields, "sender", _ID),
        message_id=_match(fields, "message_id", _MESSAGE_ID),
        text=text,
        option=None if option is None else _match(fields, "option", _OPTION),
        state=_read_state(_object(fields.get("state"), "state")),
    )


def _read_state(fields: Mapping[str, Any]) -> State:
    return State(
        client_id=_match(fields, "client_id", _ID),
        conversation_id=_match(fields, "conversation_id", _ID),
        language=_one_of(fields, "language", ("en", "es")),
        address=_one_of(fields, "address", ("tu", "usted")),
        reflection_id=_match_or_none(fields, "reflection_id", _ID),
        exercise=_match_or_none(fields, "exercise", _NAME),
        step=_match_or_none(fields, "step", _NAME),
    )


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadTurn(field, "must be a JSON object")
    return value


def _match(fields: Mapping[str, Any], field: str, pattern: re.Pattern[str]) -> str:
    value = fields.get(field)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadTurn(field, f"must be a string of the form {pattern.pattern}")
    return value


def _match_or_none(fields: Mapping[str, Any], field: str, pattern: re.Pattern[str]) -> str | None:
    return None if fields.get(field) is None else _match(fields, field, pattern)


def _one_of(fields: Mapping[str, Any], field: str, allowed: tuple[str, ...]) -> str:
    value = fields.get(field)
    if value not in allowed:
        raise BadTurn(field, f"must be one of {', '.join(allowed)}")
    return str(value)
