"""Opening hours in a time zone: changes of the clock, holidays, midnight, and the sentence about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.coverage import describe, is_open, moment_words, next_closing, next_opening
from bot.records.contacts import Coverage
from bot.texts import load_texts

ZONES = ("America/New_York", "Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
OFFICE = tuple((day, "09:00", "17:00") for day in range(5))
ALWAYS = tuple((day, "00:00", "24:00") for day in range(7))


def _coverage(
    hours: tuple[tuple[int, str, str], ...] = OFFICE,
    *,
    holidays: tuple[date, ...] = (),
    zone: str = "America/New_York",
    outside: str = "nobody",
) -> Coverage:
    return Coverage(hours=hours, holidays=holidays, time_zone=zone, outside=outside)


def _at(text: str, zone: str = "America/New_York", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    """Any declaration that the portal would take."""
    hours = []
    for weekday in draw(st.sets(st.integers(0, 6), max_size=7)):
        first, last = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=2)))
        hours.append((weekday, *(f"{quarter // 4:02d}:{quarter % 4 * 15:02d}" for quarter in (first, last))))
    holidays = draw(st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=6))
    return _coverage(tuple(hours), holidays=tuple(holidays), zone=draw(st.sampled_from(ZONES)))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30)).map(lambda at: at.replace(tzinfo=UTC))


@settings(max_examples=300, deadline=None)
@given(coverages(), MOMENTS)
def test_the_next_opening_is_covered_and_nothing_before_it_is(coverage: Coverage, at: datetime) -> None:
    """Looked at minute by minute as far as two days ahead, and at the instant itself."""
    opens = next_opening(coverage, at)
    if is_open(coverage, at):
        assert opens == at
        return
    if opens is None:
        assert not any(is_open(coverage, at + timedelta(hours=hours)) for hours in range(24 * 8)) or coverage.holidays
        return
    assert is_open(coverage, opens)
    assert opens > at
    looked = at
    while looked < min(opens, at + timedelta(days=2)):
        assert not is_open(coverage, looked)
        looked += timedelta(minutes=7)
    assert not is_open(coverage, opens - timedelta(microseconds=1))


@settings(max_examples=300, deadline=None)
@given(coverages(), MOMENTS)
def test_the_next_closing_is_not_covered_and_everything_before_it_is(coverage: Coverage, at: datetime) -> None:
    """The same the other way round."""
    closes = next_closing(coverage, at)
    if not is_open(coverage, at):
        assert closes == at
        return
    if closes is None:
        return
    assert not is_open(coverage, closes)
    assert is_open(coverage, closes - timedelta(microseconds=1))
    looked = at
    while looked < min(closes, at + timedelta(days=2)):
        assert is_open(coverage, looked)
        looked += timedelta(minutes=11)


@pytest.mark.fault(23)
def test_hours_follow_the_wall_clock_over_a_change_to_summer_time() -> None:
    """9:00 is 14:00 UTC before 8 March 2026 and 13:00 UTC after it."""
    coverage = _coverage()
    assert next_opening(coverage, _at("2026-03-05T18:00")) == datetime(2026, 3, 6, 14, tzinfo=UTC)
    assert next_opening(coverage, _at("2026-03-07T12:00")) == datetime(2026, 3, 9, 13, tzinfo=UTC)


@pytest.mark.fault(23)
def test_an_opening_in_the_hour_that_is_left_out_is_at_the_end_of_the_gap() -> None:
    """02:30 does not exist on 8 March 2026 in New York: the first instant after the gap is 03:00."""
    coverage = _coverage(((6, "02:30", "05:00"),))
    assert next_opening(coverage, _at("2026-03-08T00:00")) == datetime(2026, 3, 8, 7, tzinfo=UTC)


@pytest.mark.fault(23)
def test_an_hour_that_is_repeated_is_covered_twice() -> None:
    """01:00 to 01:30 on 1 November 2026 comes twice, with a pause between."""
    coverage = _coverage(((6, "01:00", "01:30"),))
    first, second = _at("2026-11-01T01:10"), _at("2026-11-01T01:10", fold=1)
    assert is_open(coverage, first)
    assert is_open(coverage, second)
    assert next_closing(coverage, first) == _at("2026-11-01T01:30")
    assert next_opening(coverage, _at("2026-11-01T01:45")) == _at("2026-11-01T01:00", fold=1)


@pytest.mark.fault(23)
def test_a_day_that_begins_at_one_is_covered_from_its_first_instant() -> None:
    """In Santiago midnight of 6 September 2026 is left out."""
    zone = "America/Santiago"
    coverage = _coverage(((6, "00:00", "12:00"),), zone=zone)
    assert next_opening(coverage, _at("2026-09-05T20:00", zone)) == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_midnight_between_two_covered_days_is_no_closing() -> None:
    """24:00 of one day is 00:00 of the next."""
    coverage = _coverage(((0, "20:00", "24:00"), (1, "00:00", "02:00")))
    assert next_closing(coverage, _at("2026-03-02T23:00")) == _at("2026-03-03T02:00")
    assert is_open(coverage, _at("2026-03-02T23:59:59"))
    assert is_open(coverage, _at("2026-03-03T00:00"))


def test_a_holiday_is_closed_as_a_whole() -> None:
    """From its midnight to the next, in local time."""
    coverage = _coverage(ALWAYS, holidays=(date(2026, 12, 25),))
    assert next_closing(coverage, _at("2026-12-24T10:00")) == _at("2026-12-25T00:00")
    assert next_opening(coverage, _at("2026-12-25T10:00")) == _at("2026-12-26T00:00")


def test_two_parts_of_a_day_have_a_closed_noon() -> None:
    """Several hours a day are allowed."""
    coverage = _coverage(((0, "09:00", "12:00"), (0, "14:00", "17:00")))
    assert not is_open(coverage, _at("2026-03-02T13:00"))
    assert next_opening(coverage, _at("2026-03-02T12:00")) == _at("2026-03-02T14:00")


def test_no_hours_have_no_opening_and_all_hours_no_closing() -> None:
    """None, and not a date far away."""
    assert next_opening(_coverage(()), _at("2026-03-02T10:00")) is None
    assert next_closing(_coverage(ALWAYS), _at("2026-03-02T10:00")) is None


@pytest.mark.parametrize(
    ("coverage", "at", "text_id", "part"),
    [
        (_coverage(ALWAYS), "2026-03-02T10:00", "coverage.always", "10 to 30 minutes"),
        (_coverage(), "2026-03-02T10:00", "coverage.open", "until 17:00"),
        (_coverage(), "2026-03-01T03:00", "coverage.closed", "before Mon 09:00"),
        (_coverage(outside="c1"), "2026-03-01T03:00", "coverage.on_call", "on-call contact"),
        (_coverage(()), "2026-03-01T03:00", "coverage.never", "has not said"),
    ],
)
def test_the_sentence_says_who_answers_now(coverage: Coverage, at: str, text_id: str, part: str) -> None:
    """One for each state, with the practice's name."""
    said = describe(coverage, _at(at), texts=load_texts(), language="en", address="tu", practice_name="Harbour Street")
    assert said.text_id == text_id
    assert part in said.text
    assert "Harbour Street" in said.text


@pytest.mark.parametrize(
    ("moment", "language", "words"),
    [
        ("2026-03-02T21:40", "en", "21:40"),
        ("2026-03-04T09:00", "en", "Wed 09:00"),
        ("2026-03-04T09:00", "es", "mié 09:00"),
        ("2026-03-16T09:00", "en", "Mon 16 Mar, 09:00"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be(moment: str, language: str, words: str) -> None:
    """Today: the time; this week: the day; later: the date."""
    assert moment_words(_at(moment), _at("2026-03-02T10:00"), zone="America/New_York", language=language) == words
