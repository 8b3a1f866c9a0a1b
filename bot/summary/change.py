"""Change: questionnaires, then mood by arithmetic: a line through the readings, its slope stated, not validated.

The mood question is this project's own; no norms and no reliable change exist for it. The slope is that of ordinary
least squares over days. At least six readings in 21 days are asked for, fewer say nothing about a course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.summary import measured
from bot.summary.parts import Line, Section, Source, Words
from bot.summary.shared import BriefInput

WINDOW = timedelta(days=21)
MIN_READINGS = 6
# Points of 0-10 a week. A stated rule, not a validated one: three points lower in three weeks.
FALLING_SLOPE = -1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One mood, 0-10."""

    value: int
    at: datetime
    source: Source


def readings(given: BriefInput) -> list[Reading]:
    """The shared mood readings of the last 21 days, oldest first, those from before the period included."""
    found = [
        Reading(line.value, line.at, Source("entry", one.id, line.id))
        for one in (*given.earlier, *given.reflections)
        for line in one.lines
        if line.role == "mood" and isinstance(line.value, int) and given.until - WINDOW <= line.at <= given.until
    ]
    return sorted(found, key=lambda reading: reading.at)


def slope_a_week(found: Sequence[Reading]) -> float:
    """Points a week by least squares; 0.0 where all readings are of one moment. Needs two readings or more."""
    days = [(reading.at - found[0].at) / timedelta(days=1) for reading in found]
    mean_day = sum(days) / len(days)
    mean_value = sum(reading.value for reading in found) / len(found)
    spread = sum((day - mean_day) ** 2 for day in days)
    if spread == 0:
        return 0.0
    together = sum((day - mean_day) * (r.value - mean_value) for day, r in zip(days, found, strict=True))
    return 7 * together / spread


def section(given: BriefInput, words: Words) -> Section:
    """Questionnaires, then the course of mood, or how many readings are missing for one."""
    found = readings(given)
    if len(found) < MIN_READINGS:
        text = words.say("mood_too_few", count=len(found), needed=MIN_READINGS)
        line = Line("change.mood", "fact", text, tuple(reading.source for reading in found))
    else:
        line = Line("change.mood", "score", _course(found, words), tuple(reading.source for reading in found))
    return Section("change", words.say("title_change"), (*measured.lines(given, words), line))


def not_on_track(given: BriefInput, words: Words) -> Section | None:
    """The flags with their arithmetic: a questionnaire that gets worse, mood that falls; None where there is none."""
    lines = (*measured.not_on_track(given, words), *_falling(given, words))
    return Section("not_on_track", words.say("title_not_on_track"), lines) if lines else None


def _falling(given: BriefInput, words: Words) -> tuple[Line, ...]:
    found = readings(given)
    if len(found) < MIN_READINGS or slope_a_week(found) > FALLING_SLOPE:
        return ()
    text = words.say(
        "mood_falling",
        count=len(found),
        slope=words.number(slope_a_week(found)),
        limit=words.number(FALLING_SLOPE),
    )
    return (Line("not_on_track.mood", "score", text, tuple(reading.source for reading in found)),)


def _course(found: Sequence[Reading], words: Words) -> str:
    values = [reading.value for reading in found]
    return words.say(
        "mood_course",
        count=len(found),
        first=values[0],
        last=values[-1],
        low=min(values),
        high=max(values),
        slope=words.number(slope_a_week(found)),
    )
