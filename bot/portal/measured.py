"""The course of each questionnaire from what a client shares: the sums, their change, and whether it gets worse."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.reflection import Exercise, measure_exercises, points_of, safety_step
from bot.reflection.measure_walk import TOTAL
from bot.reflection.measuring import Measure, Score, changed_reliably, load_measures, off_track
from bot.summary.shared import MeasureCourse, SharedReflection, Total, Worse


def courses(shared: Sequence[SharedReflection], *, of_period: Collection[str]) -> tuple[MeasureCourse, ...]:
    """One course a measure whose last shared sum is of the period.

    `shared`: all that a client ever shared of measures; `of_period`: the ids of what the brief is about.
    """
    found = []
    for name, measure in load_measures().items():
        taken = sorted(
            ((total, one) for one in shared if one.exercise == name and (total := _total(one)) is not None),
            key=lambda pair: pair[0].at,
        )
        if taken and taken[-1][1].id in of_period:
            found.append(_course(measure, measure_exercises()[name], taken))
    return tuple(found)


def _course(measure: Measure, exercise: Exercise, taken: Sequence[tuple[Total, SharedReflection]]) -> MeasureCourse:
    totals = [total for total, _ in taken]
    last, before = totals[-1], totals[-2] if len(totals) > 1 else None
    return MeasureCourse(
        id=measure.id,
        title=measure.title,
        maximum=measure.maximum,
        limit=measure.reliable_change,
        last=last,
        before=before,
        reliable=changed_reliably(measure, before.value, last.value) if before else None,
        worse=_worse(measure, exercise, taken),
    )


def _worse(measure: Measure, exercise: Exercise, taken: Sequence[tuple[Total, SharedReflection]]) -> Worse | None:
    scores = [
        Score(total=total.value, missing=0, prorated=False, band=None, safety=_safety(exercise, one))
        for total, one in taken
    ]
    found = off_track(measure, scores)
    if found is None:
        return None
    totals = [total for total, _ in taken]
    base = next(total for total in totals if total.value == found.scores[0])
    shown = (base, *totals[1 - len(found.scores) :])
    return Worse(against=found.against, rise=found.rise, totals=shown, safety_rose=found.safety_rose)


def _total(one: SharedReflection) -> Total | None:
    """The sum, unless the client took it out or none could be made."""
    line = next((line for line in one.lines if line.role == TOTAL and isinstance(line.value, int)), None)
    return None if line is None else Total(value=line.value, at=line.at, entry=one.id, line=line.id)


def _safety(exercise: Exercise, one: SharedReflection) -> int | None:
    """The shared answer to the item about death, None where it was taken out or left out."""
    step = safety_step(exercise)
    line = next((line for line in one.lines if step is not None and line.id == step.id), None)
    return None if step is None or line is None else points_of(step, line.value)
