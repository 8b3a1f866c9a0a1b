"""What a brief is made from: what the client shares now, and crisis events as explained at consent. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One line of a shared summary, as `writing` made it. `value`: int, str or list of int; `at`: when it was said."""

    id: str
    kind: str
    label: str
    text: str
    role: str | None
    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class SharedReflection:
    """One shared summary. `id` is the shared copy's, which the page links to."""

    id: str
    exercise: str
    title: str
    at: datetime
    lines: tuple[SharedLine, ...]


@dataclass(frozen=True, slots=True)
class SafetyEvent:
    """One episode. `answered_by`: a colleague's name; `outcome`: one of the ids of records, None while it is open."""

    id: str
    at: datetime
    severity: int
    answered_by: str | None
    answered_at: datetime | None
    outcome: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One direct question about danger, and the answer's id (yes, not_sure, no, rather_not, text), None for silence."""

    id: str
    at: datetime
    answer: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """The shared sum of one questionnaire filled in. `entry`, `line`: the shared copy's, for the link."""

    value: int
    at: datetime
    entry: str
    line: str


@dataclass(frozen=True, slots=True)
class Worse:
    """Why a questionnaire's course is off track. `against`: "first" or "best"; `rise`: points above that; `totals`:
    those that show it; `safety_rose`: in the last one the question about death was marked higher."""

    against: str
    rise: int
    totals: tuple[Total, ...]
    safety_rose: bool


@dataclass(frozen=True, slots=True)
class MeasureCourse:
    """A questionnaire over time; the last sum was shared in the period.

    `before`: the sum that came before it, None for the first. `reliable`: whether the two differ by `limit` points or
    more, None where there is no other. `worse`: None while the course is on track.
    """

    id: str
    title: str
    maximum: int
    limit: int
    last: Total
    before: Total | None
    reliable: bool | None
    worse: Worse | None


@dataclass(frozen=True, slots=True)
class BriefInput:
    """Everything that a brief may say. Times are aware; `zone` is the practice's.

    `earlier`: reflections shared before the period, for the course of measures only. `unread`: messages of the period
    in a language that the program cannot read. `measures`: one a questionnaire of which the period has a sum.
    """

    since: datetime
    until: datetime
    zone: ZoneInfo
    reflections: tuple[SharedReflection, ...]
    events: tuple[SafetyEvent, ...]
    asked: tuple[Asked, ...] = ()
    unread: int = 0
    earlier: tuple[SharedReflection, ...] = ()
    measures: tuple[MeasureCourse, ...] = ()
