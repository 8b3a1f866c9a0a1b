"""The arithmetic of the report: predictive value, the curve of recall against needless questions, a practice's week."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.crisis.evaluate import Share


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number worked out from shares. `low`, `high`: the same worked out from the ends of their intervals."""

    value: float
    low: float
    high: float


def ppv(sensitivity: float, specificity: float, prevalence: float) -> float:
    """Of the messages raised, the share that are crises (Bayes). NaN where nothing is ever raised."""
    true, false = sensitivity * prevalence, (1.0 - specificity) * (1.0 - prevalence)
    return true / (true + false) if true + false > 0 else math.nan


def ppv_of(sensitivity: Share, specificity: Share, prevalence: float) -> Bounded:
    """With the ends where both intervals are at their worst and at their best: wider than 95 %, never narrower."""
    (low, high), (strict_low, strict_high) = sensitivity.interval, specificity.interval
    return Bounded(
        ppv(sensitivity.value, specificity.value, prevalence),
        ppv(low, strict_low, prevalence),
        ppv(high, strict_high, prevalence),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of a reader: the crises that it sees, and the benign messages that it asks about or alerts on."""

    recall: Share
    false: Share

    @property
    def false_per_1000(self) -> float:
        """Of 1,000 benign messages."""
        return 1000.0 * self.false.value


def point(seen: Iterable[tuple[bool, bool]]) -> Point:
    """From `(crisis, seen)` of each message."""
    pairs = list(seen)
    crises = [was for crisis, was in pairs if crisis]
    benign = [was for crisis, was in pairs if not crisis]
    return Point(Share(sum(crises), len(crises)), Share(sum(benign), len(benign)))


def curve_of(crises: Sequence[bool], scores: Sequence[float]) -> list[Point]:
    """Every setting that a score allows, from the strictest on: one for each different score."""
    found = [point([(crisis, False) for crisis in crises])]
    counts = [0, 0]
    totals = [len(crises) - sum(crises), sum(crises)]
    ranked = sorted(zip(scores, crises, strict=True), key=lambda each: -each[0])
    for at, (score, crisis) in enumerate(ranked):
        counts[crisis] += 1
        if at + 1 == len(ranked) or ranked[at + 1][0] != score:
            found.append(Point(Share(counts[1], totals[1]), Share(counts[0], totals[0])))
    return found


def recall_at(points: Iterable[Point], false_per_1000: float) -> Point | None:
    """The setting that sees most with at most so many needless; None where each raises more."""
    allowed = [each for each in points if each.false_per_1000 <= false_per_1000 + 1e-9]
    return max(allowed, key=lambda each: (each.recall.count, -each.false.count), default=None)


@dataclass(frozen=True, slots=True)
class Use:
    """A stated model of use, not a finding: so many clients, writing so often."""

    clients: int = 100
    days_a_week: int = 4
    messages_a_day: int = 6

    @property
    def messages(self) -> int:
        """In a week."""
        return self.clients * self.days_a_week * self.messages_a_day


def in_a_week(rate: Share, messages: float) -> Bounded:
    """So many of `messages`, by a share measured elsewhere."""
    low, high = rate.interval
    return Bounded(rate.value * messages, low * messages, high * messages)
