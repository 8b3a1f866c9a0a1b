"""A measure as an exercise: what it is, one step an item with the four published answers, and a closing.

So the one loop that walks every exercise walks a measure too: skip, back, stop, resume, another language. The items and
answers are the published words; a client whose language has none reads the English ones, and is told so before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from bot.reflection.exercise import Exercise, Option, Step, Words
from bot.reflection.measuring import Item, Measure, Score, load_measures, score

BEFORE, CLOSE = "before", "close"
# Id and role of the line of a summary that holds the sum; by it the brief finds it.
TOTAL = "measure_total"
# Minutes; nine items take a reader about three.
MINUTES = 3


@functools.cache
def measure_exercises() -> Mapping[str, Exercise]:
    """The measures as exercises, by id."""
    return {name: as_exercise(measure) for name, measure in load_measures().items()}


def as_exercise(measure: Measure) -> Exercise:
    """The walk through one measure."""
    items = [_step_of(measure, number, item) for number, item in enumerate(measure.items, start=1)]
    before = Step(id=BEFORE, kind="picture", text=_own(measure, "before"), why=_own(measure, "why"))
    close = Step(id=CLOSE, kind="picture", text=_own(measure, "close"), why=_own(measure, "why"))
    return Exercise(
        id=measure.id,
        version=measure.version,
        title=_own(measure, "title"),
        purpose=_own(measure, "purpose"),
        for_whom=_own(measure, "for"),
        not_for=None,
        minutes=MINUTES,
        source=measure.source,
        licence=measure.licence,
        clinical_review=measure.clinical_review,
        steps=(before, *items, close),
        is_measure=True,
    )


def score_of(exercise: Exercise, values: Mapping[str, Any]) -> Score:
    """The score of a walk. `values`: step id -> id of the chosen option; what is missing or no option is missing."""
    measure = load_measures()[exercise.id]
    given = {}
    for number, item in enumerate(measure.items, start=1):
        step = exercise.step(_step_id(number))
        points = None if step is None else points_of(step, values.get(step.id))
        if points is not None:
            given[item.code] = points
    return score(measure, given)


def points_of(step: Step, value: Any) -> int | None:
    """What an answer counts, None for no answer or one in own words."""
    return next((option.score for option in step.options if option.id == value), None)


def safety_step(exercise: Exercise) -> Step | None:
    """The item about death and self-harm, None in a measure or exercise without one."""
    return next((step for step in exercise.steps if step.safety), None)


def band_bounds(measure: Measure, total: int) -> tuple[int, int]:
    """The published cut-offs around a total, both ends included."""
    return next((low, high) for low, high, _ in measure.bands if low <= total <= high)


def _step_of(measure: Measure, number: int, item: Item) -> Step:
    safety = item.code == measure.safety_item
    note = _own(measure, "safety_note") if safety else None
    options = tuple(
        Option(id=_option_id(texts["en"]), label=_published(texts), score=points)
        for points, texts in measure.answer_texts.items()
    )
    return Step(
        id=_step_id(number),
        kind="choice",
        text=_joined(_published(measure.stem), _published(item.text), note),
        label=_published(item.text),
        why=_own(measure, "safety_why" if safety else "why"),
        options=options,
        safety=safety,
    )


def _step_id(number: int) -> str:
    return f"item_{number}"


def _option_id(label: str) -> str:
    """ "Several days" -> "several_days"."""
    return re.sub(r"\W+", "_", label.lower())


def _own(measure: Measure, name: str) -> Words:
    return Words(**measure.words[name])


def _published(texts: Mapping[str, str]) -> Words:
    return Words(en=texts["en"], es=texts.get("es", texts["en"]))


def _joined(stem: Words, item: Words, note: Words | None) -> Words:
    """The published question as it is printed: the stem, the item, and below it our own note."""

    def joined(form: str) -> str:
        parts = [stem, item, *([note] if note else [])]
        return "\n\n".join(getattr(part, form, None) or part.es for part in parts)

    usted = joined("es_usted") if note and note.es_usted else None
    return Words(en=joined("en"), es=joined("es"), es_usted=usted)
