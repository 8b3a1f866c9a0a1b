"""Which step comes next. `answers` maps step id -> value of its newest answer; a skipped step is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.reflection.exercise import Condition, Exercise, Step


def first_step(exercise: Exercise) -> Step:
    """Where a walk begins; the first step of a file has no condition that could hold."""
    return exercise.steps[0]


def next_step(exercise: Exercise, after: str, answers: Mapping[str, Any]) -> Step | None:
    """The step to ask after `after`, None at the end."""
    later = exercise.steps[_place(exercise, after) + 1 :]
    return next((step for step in later if applies(step.when, answers)), None)


def previous_step(exercise: Exercise, before: str, answers: Mapping[str, Any]) -> Step | None:
    """The step that "back" leads to, None at the beginning."""
    earlier = exercise.steps[: _place(exercise, before)]
    return next((step for step in reversed(earlier) if applies(step.when, answers)), None)


def position(exercise: Exercise, step_id: str, answers: Mapping[str, Any]) -> tuple[int, int]:
    """(number, of): which question this is, counted from 1, of how many as far as one can say now."""
    here = _place(exercise, step_id)
    path = [n for n, step in enumerate(exercise.steps) if n == here or applies(step.when, answers)]
    return path.index(here) + 1, len(path)


def applies(when: Condition | None, answers: Mapping[str, Any]) -> bool:
    """Whether a step with this condition is asked. A condition on a step without an answer does not hold."""
    if when is None:
        return True
    value = answers.get(when.step)
    if value is None:
        return False
    if when.options:
        return value in when.options
    return isinstance(value, int) and (
        (when.at_least is None or value >= when.at_least) and (when.at_most is None or value <= when.at_most)
    )


def _place(exercise: Exercise, step_id: str) -> int:
    return next(number for number, step in enumerate(exercise.steps) if step.id == step_id)
