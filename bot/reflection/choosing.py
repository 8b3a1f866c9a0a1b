"""What is offered first, by rules that stand here and are shown with each offer. Nothing else counts.

0. A questionnaire that the therapist set for every one, two or four weeks, when that time has passed.
1. Before a session (48 h or less) its preparation, unless it was finished since the last one; after a session (24 h or
   less) the takeaways, unless finished since.
2. The daily check-in, once a day, unless it was finished today.
3. What eased things before: a number before and one after, better on the whole in the last 30 days.
4. At night (22:00 to 5:00, the practice's clock) what is short and quiet.
5. Then the usual ones, then the rest by name, questionnaires last.

An exercise that was begun and left without an answer twice in a row is not offered first; the whole list still has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.reflection.exercise import Exercise

BEFORE_SESSION, AFTER_SESSION = timedelta(hours=48), timedelta(hours=24)
PREPARATION, TAKEAWAYS, CHECK_IN = "session_preparation", "session_takeaways", "daily_check_in"
QUIET = ("grounding_54321", "paced_breathing", "containment")
USUAL = (CHECK_IN, PREPARATION, "grounding_54321", "open_reflection", "thought_record")
LEFT_BEFORE_HIDDEN = 2
NIGHT_FROM, NIGHT_TO = 22, 5


@dataclass(frozen=True, slots=True)
class Past:
    """One reflection of the last 30 days. `eased`: by how much the second number was better, None without two."""

    exercise: str
    finished: bool
    answered: int
    started_at: datetime
    eased: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, in the practice's time zone, and the sessions on both sides of it.

    `every`: measure -> weeks between two of it, as the therapist set it.
    """

    now: datetime
    last_session: datetime | None = None
    next_session: datetime | None = None
    every: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """An exercise, and the id of the rule that put it where it is; None for the usual order."""

    exercise: Exercise
    reason: str | None


def choose(exercises: Iterable[Exercise], past: Sequence[Past], moment: Moment) -> list[Offer]:
    """All exercises that are offered, best first. `past`: oldest first."""
    offered = {one.id: one for one in exercises if one.offered}
    left = {name for name in offered if _left_again_and_again(name, past)}
    chosen: dict[str, str | None] = {}
    for name, reason in _by_rules(past, moment):
        if name in offered and name not in left:
            chosen.setdefault(name, reason)
    usual = [name for name in USUAL if name in offered and name not in left]
    rest = sorted((name for name in offered if name not in left), key=lambda name: (offered[name].is_measure, name))
    for name in (*usual, *rest, *sorted(left)):
        chosen.setdefault(name, None)
    return [Offer(offered[name], reason) for name, reason in chosen.items()]


def _by_rules(past: Sequence[Past], moment: Moment) -> list[tuple[str, str]]:
    found = [(name, "scheduled") for name in _due(past, moment)]
    if moment.next_session is not None and moment.next_session - moment.now <= BEFORE_SESSION:
        since = moment.last_session or moment.now - BEFORE_SESSION
        if not _finished(PREPARATION, past, since):
            found.append((PREPARATION, "before_session"))
    last = moment.last_session
    if last is not None and moment.now - last <= AFTER_SESSION and not _finished(TAKEAWAYS, past, last):
        found.append((TAKEAWAYS, "after_session"))
    midnight = moment.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if not _finished(CHECK_IN, past, midnight):
        found.append((CHECK_IN, "not_today"))
    found += [(name, "eased") for name in _eased(past)]
    if moment.now.hour >= NIGHT_FROM or moment.now.hour < NIGHT_TO:
        found += [(name, "night") for name in QUIET]
    return found


def _due(past: Sequence[Past], moment: Moment) -> list[str]:
    """Measures whose weeks have passed since they were last finished; a day begun is a day passed."""
    midnight = moment.now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    return [
        name
        for name, weeks in sorted(moment.every.items())
        if not _finished(name, past, tomorrow - timedelta(weeks=weeks))
    ]


def _finished(name: str, past: Sequence[Past], since: datetime) -> bool:
    return any(one.exercise == name and one.finished and one.started_at >= since for one in past)


def _eased(past: Sequence[Past]) -> list[str]:
    """Exercises whose second number was better on the whole, the greatest ease first."""
    sums: dict[str, int] = {}
    for one in past:
        if one.eased is not None:
            sums[one.exercise] = sums.get(one.exercise, 0) + one.eased
    return sorted((name for name, total in sums.items() if total > 0), key=lambda name: (-sums[name], name))


def _left_again_and_again(name: str, past: Sequence[Past]) -> bool:
    last = [one for one in past if one.exercise == name][-LEFT_BEFORE_HIDDEN:]
    return len(last) == LEFT_BEFORE_HIDDEN and all(not one.finished and one.answered == 0 for one in last)
