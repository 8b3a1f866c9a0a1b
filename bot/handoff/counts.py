"""Counts of the incident register by month: for the owner, for the yearly report, and without small groups.

A group of fewer than 20 incidents is not shown apart: in a small practice a row of one would be a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

from bot.records import Tx, contacts
from bot.records import incidents as register
from bot.records.incidents import Asked, Incident

SMALLEST_GROUP = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one period or group. Minutes are medians, None where nothing has happened so far.

    `referrals`: how often somebody was shown crisis lines because of an alert. `false_alarms`: closed as no crisis.
    """

    alerts: int
    referrals: int
    open: int
    told_minutes: float | None
    acknowledged_minutes: float | None
    outcome_minutes: float | None
    outcomes: Mapping[str, int]
    false_alarms: int
    questions: int
    answers: Mapping[str, int]
    silence_pages: int


@dataclass(frozen=True, slots=True)
class Month:
    """`month`: "2026-11", in the practice's time. `by_language`: only groups of at least 20 alerts."""

    month: str
    counts: Counts
    by_language: Mapping[str, Counts]


def months(tx: Tx, *, year: int) -> tuple[Month, ...]:
    """Every month of a year in which something happened, in order."""
    zone = ZoneInfo(contacts.coverage(tx).time_zone)
    since = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    until = datetime(year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
    alerts, questions = register.incidents(tx, since, until), register.asked(tx, since, until)

    def month_of(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m}"

    names = sorted({month_of(one.opened_at) for one in alerts} | {month_of(one.asked_at) for one in questions})
    return tuple(
        _month(
            name,
            [one for one in alerts if month_of(one.opened_at) == name],
            [one for one in questions if month_of(one.asked_at) == name],
        )
        for name in names
    )


def count(alerts: Sequence[Incident], questions: Sequence[Asked]) -> Counts:
    """The counts of some alerts and questions."""
    outcomes = Counter(one.outcome for one in alerts if one.outcome)
    return Counts(
        alerts=len(alerts),
        referrals=len(alerts),
        open=sum(one.closed_at is None for one in alerts),
        told_minutes=_minutes([(one.opened_at, one.told_at) for one in alerts]),
        acknowledged_minutes=_minutes([(one.opened_at, one.acknowledged_at) for one in alerts]),
        outcome_minutes=_minutes([(one.opened_at, one.closed_at) for one in alerts]),
        outcomes=dict(outcomes),
        false_alarms=outcomes["not_a_crisis"],
        questions=len(questions),
        answers=dict(Counter(one.answer or "none" for one in questions)),
        silence_pages=sum(one.paged for one in questions),
    )


def _month(name: str, alerts: Sequence[Incident], questions: Sequence[Asked]) -> Month:
    languages = Counter(one.language for one in alerts)
    groups = {
        language: count(
            [one for one in alerts if one.language == language],
            [one for one in questions if one.language == language],
        )
        for language, size in sorted(languages.items())
        if size >= SMALLEST_GROUP
    }
    return Month(month=name, counts=count(alerts, questions), by_language=groups)


def _minutes(spans: Sequence[tuple[datetime, datetime | None]]) -> float | None:
    known = [(end - start).total_seconds() / 60 for start, end in spans if end is not None]
    return round(median(known), 1) if known else None
