"""Which step comes next. `answers` maps step id -> value of its newest answer; a skipped step is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.reflection.exercise import Condition, Exercise, Step


def first_step(exercise: Exercise) -> Step:
    """Where a walk begins; the first step of a file has no condition that could hold."""
    return exercise.steps[0]


def next_step(exercise: Exercise, after: str, answers: Mapping[str, Any]) -> Step | None:
    """The step to ask after `after`, None at the end. A button may lead back to an earlier step."""
    here = _place(exercise, after)
    chosen = next((one for one in exercise.steps[here].options if one.id == answers.get(after)), None)
    if chosen is not None and chosen.back_to is not None:
        return exercise.step(chosen.back_to)
    return next((step for step in exercise.steps[here + 1 :] if applies(exercise, step, answers)), None)


def previous_step(exercise: Exercise, before: str, answers: Mapping[str, Any]) -> Step | None:
    """The step that "back" leads to, None at the beginning."""
    earlier = exercise.steps[: _place(exercise, before)]
    return next((step for step in reversed(earlier) if applies(exercise, step, answers)), None)


def position(exercise: Exercise, step_id: str, answers: Mapping[str, Any]) -> tuple[int, int]:
    """(number, of): which question this is, counted from 1, of how many as far as one can say now.

    Of a measure only the items count, so that "question 9" is its ninth; beside them it is (1, 1).
    """
    if exercise.is_measure:
        items = [step.id for step in exercise.steps if step.kind == "choice"]
        return (items.index(step_id) + 1, len(items)) if step_id in items else (1, 1)
    path = [step.id for step in exercise.steps if step.id == step_id or applies(exercise, step, answers)]
    return path.index(step_id) + 1, len(path)


def applies(exercise: Exercise, step: Step, answers: Mapping[str, Any]) -> bool:
    """Whether a step is asked, given the answers. One that hangs on a step which is not asked itself is not asked."""
    when = step.when
    if when is None:
        return True
    other = exercise.step(when.step)
    return other is not None and applies(exercise, other, answers) and _holds(when, answers.get(when.step))


def _holds(when: Condition, value: Any) -> bool:
    """A condition on a step without an answer does not hold."""
    if when.options:
        return value in when.options
    return isinstance(value, int) and (
        (when.at_least is None or value >= when.at_least) and (when.at_most is None or value <= when.at_most)
    )


def _place(exercise: Exercise, step_id: str) -> int:
    return next(number for number, step in enumerate(exercise.steps) if step.id == step_id)
