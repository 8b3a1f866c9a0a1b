"""What every action needs: records, texts, exercises, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.records import Writer
from bot.reflection import Exercises
from bot.settings import Settings
from bot.texts import Lines, Texts


def now_utc() -> datetime:
    """The time, timezone-aware."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """Everything that outlives a call."""

    settings: Settings
    records: Writer
    texts: Texts
    lines: Lines
    exercises: Exercises
    now: Callable[[], datetime] = now_utc
