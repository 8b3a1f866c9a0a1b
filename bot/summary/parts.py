"""The pieces of a brief, and how it speaks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

type LineKind = Literal["fact", "words", "score"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a line comes from: a shared entry, or an episode. `line`: the line of that entry, None for the whole."""

    kind: Literal["entry", "episode"]
    id: str
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `id` is stable for the same data. Only fixed sentences that state nothing about the client, and those
    that say that something is missing, have no source."""

    id: str
    kind: LineKind
    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one title. `id`: header, safety, not_on_track, agenda, change, homework, themes or helped."""

    id: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's language. `say(key, **params)` gives a fixed sentence of the topic `brief`."""

    say: Callable[..., str]
    language: str

    def day(self, at: datetime, zone: ZoneInfo) -> str:
        """A day in the practice's time, such as "Mon 2 Mar"."""
        return format_date(at.astimezone(zone).date(), "EEE d MMM", locale=self.language)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """A day with its time, such as "Mon 2 Mar, 21:40"."""
        return format_datetime(at.astimezone(zone), "EEE d MMM, HH:mm", locale=self.language)

    def number(self, value: float) -> str:
        """A number with one decimal and its sign, such as "+0.9"; a true minus sign."""
        text = f"{value:+.1f}"
        return text.replace("-", "\N{MINUS SIGN}").replace(".", "," if self.language == "es" else ".")


def clipped(text: str, most: int) -> str:
    """At most `most` words of a text, with an ellipsis where some are left out. Lines are joined."""
    words = text.split()
    return " ".join(words) if len(words) <= most else " ".join(words[:most]).rstrip(",;:. ") + " …"


def storable(text: str) -> str:
    """The text as a file of another program can hold it: no half of a surrogate pair, no control character."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(
        sign if sign in "\t\n\r" or unicodedata.category(sign) != "Cc" else "\N{REPLACEMENT CHARACTER}"
        for sign in whole
    )


def word_count(text: str) -> int:
    """Words as a reader counts them: what spaces part, and has a letter or a digit."""
    return sum(any(character.isalnum() for character in word) for word in text.split())
