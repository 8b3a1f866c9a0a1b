"""What became of one attempt to hand a notification to a channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """The channel took it. `code`: its answer (an SMTP or HTTP code)."""

    code: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The channel did not take it. `again`: whether another attempt can help. `error`: a class or a word of ours, never
    what a server said."""

    error: str
    code: str | None
    again: bool


type Result = Taken | NotTaken
