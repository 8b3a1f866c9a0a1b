"""Mood over twelve weeks: each shared reading at its own moment, and which of them a line may join.

Nothing is averaged and nothing filled in. Readings of one day, and of days that follow each other, are one run; a day
without a reading ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.summary.change import Reading
from bot.summary.parts import Source
from bot.summary.shared import SharedReflection

WEEKS = 12
LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True, slots=True)
class Trend:
    """The readings of the days `first` to `last`, both included, oldest first, in runs. There is one or more."""

    first: date
    last: date
    zone: ZoneInfo
    runs: tuple[tuple[Reading, ...], ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All of them, oldest first."""
        return tuple(reading for run in self.runs for reading in run)


def mood_trend(reflections: Iterable[SharedReflection], *, until: datetime, zone: ZoneInfo) -> Trend | None:
    """The moods of the twelve weeks that end with the day of `until`, in `zone`; None where none was shared."""
    last = until.astimezone(zone).date()
    first = last - timedelta(weeks=WEEKS) + timedelta(days=1)
    found = sorted(
        (
            Reading(line.value, line.at, Source("entry", one.id, line.id))
            for one in reflections
            for line in one.lines
            if line.role == "mood" and isinstance(line.value, int) and first <= line.at.astimezone(zone).date() <= last
        ),
        key=lambda reading: reading.at,
    )
    if not found:
        return None
    runs: list[list[Reading]] = []
    for reading in found:
        if runs and _day(reading, zone) - _day(runs[-1][-1], zone) <= timedelta(days=1):
            runs[-1].append(reading)
        else:
            runs.append([reading])
    return Trend(first, last, zone, tuple(tuple(run) for run in runs))


def _day(reading: Reading, zone: ZoneInfo) -> date:
    return reading.at.astimezone(zone).date()
