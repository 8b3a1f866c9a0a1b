"""Mood over twelve weeks: which readings are drawn, and which a line joins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.summary import SharedReflection
from bot.summary.trend import Trend, mood_trend
from tests.summary.life import LIFE, ZONE, line

UNTIL = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)


def reading(value: object, at: datetime, *, role: str | None = "mood") -> SharedReflection:
    told = line("mood", "score", f"{value} of 10", at, role=role, value=value)
    return SharedReflection(f"r{at:%m%d%H%M}", "daily_check_in", "Daily check-in", at, (told,))


def trend(*entries: SharedReflection, zone: ZoneInfo = ZONE) -> Trend | None:
    return mood_trend(entries, until=UNTIL, zone=zone)


def days_ago(*days: float) -> list[SharedReflection]:
    return [reading(5, UNTIL - timedelta(days=each)) for each in days]


def lengths(found: Trend | None) -> list[int]:
    assert found is not None
    return [len(run) for run in found.runs]


def test_every_shared_mood_is_a_reading_with_its_entry() -> None:
    """In the order of time, nothing averaged, each with where it is from."""
    found = mood_trend(LIFE.reflections, until=LIFE.until, zone=ZONE)
    assert found is not None
    moods = [(one.id, each.value) for one in LIFE.reflections for each in one.lines if each.role == "mood"]
    assert [(one.source.id, one.value) for one in found.readings] == moods


def test_day_without_a_reading_is_a_gap() -> None:
    """Days that follow each other are joined, and two readings of a day; over a day without one nothing is."""
    assert lengths(trend(*days_ago(4, 3, 2))) == [3]
    assert lengths(trend(*days_ago(4, 2, 1))) == [1, 2]
    assert lengths(trend(*days_ago(3.1, 3, 2))) == [3]
    assert lengths(trend(*days_ago(9, 6, 3))) == [1, 1, 1]


def test_days_are_those_of_the_practice() -> None:
    """Late on Sunday and early on Tuesday in one place is Monday and Tuesday in another."""
    late, early = datetime(2026, 3, 9, 2, 0, tzinfo=UTC), datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    assert lengths(trend(reading(4, late), reading(5, early))) == [1, 1]
    assert lengths(trend(reading(4, late), reading(5, early), zone=ZoneInfo("UTC"))) == [2]


def test_clock_change_does_not_part_two_days() -> None:
    """The night of 8 March 2026 has an hour less in New York."""
    before, after = datetime(2026, 3, 7, 17, 0, tzinfo=UTC), datetime(2026, 3, 8, 16, 0, tzinfo=UTC)
    assert lengths(trend(reading(4, before), reading(5, after))) == [2]


def test_twelve_weeks_end_with_the_day_of_reading() -> None:
    """84 days; what is older, or later than the page, is not drawn."""
    found = trend(*days_ago(84, 83, 1, -1))
    assert found is not None
    assert (found.last - found.first).days == 83
    assert found.last == date(2026, 3, 17)
    assert [one.at for one in found.readings] == [UNTIL - timedelta(days=83), UNTIL - timedelta(days=1)]


def test_only_a_number_for_mood_is_a_reading() -> None:
    """Not another scale, not "I don't know"; and without any there is no chart."""
    at = UNTIL - timedelta(days=1)
    assert trend(reading(5, at, role="before"), reading(None, at), reading("low", at)) is None
    assert trend() is None


def test_order_of_sharing_does_not_matter() -> None:
    """An older check-in that is shared late stands where it was said."""
    late_first = days_ago(1, 3, 2)
    assert trend(*late_first) == trend(*sorted(late_first, key=lambda one: one.at))
    assert trend(*(replace(one, id="x") for one in late_first)) is not None
