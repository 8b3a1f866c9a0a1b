"""`action_write_summary`: at the end of a reflection, its summary; the client sees it first and decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from actions.here import Here
from actions.menu import menu_prompt
from actions.replies import Reply
from bot.records import Tx, reflections, summaries
from bot.records.reflections import AnswerGiven, Reflection
from bot.reflection import Exercise, Step, applies
from bot.reflection.measure_walk import TOTAL, band_bounds, score_of
from bot.reflection.measuring import Score, load_measures
from bot.summary import Answered, LineKind, write

_KINDS: Mapping[str, LineKind] = {"scale": "score", "choice": "fact", "text": "words", "list": "words"}


def sum_up(tx: Tx, here: Here) -> list[Reply]:
    """Stores the summary of the reflection that this message ended, and shows it. Nothing where none ended."""
    taking = reflections.taking_by(tx, here.conversation_id, here.call.message_id)
    if taking is None:
        return []
    reflection = reflections.reflection(tx, taking.reflection_id)
    exercise = here.parts.exercises.get(reflection.exercise)
    if exercise is None or reflection.state not in ("finished", "stopped"):
        return []
    answered = _answered(tx, here, reflection, exercise)
    if not answered:
        return [_with_menu(tx, here, here.say("summary.nothing"))]
    body = write(
        answered,
        title=exercise.title.to(here.language, here.address),
        exercise=exercise.id,
        finished=reflection.state == "finished",
        language=here.language,
        words={key: here.say(f"summary.{key}").text for key in ("before_after",)},
    )
    result = _result(here, exercise, answered) if exercise.is_measure else None
    if result is not None and result.line is not None:
        body = {**body, "lines": [result.line, *body["lines"]]}
    stored = summaries.add_summary(tx, reflection.id, body=body, at=here.at)
    said = replace(here.say("summary.written", therapist=here.therapist), kind="summary", summary_id=stored.id)
    return [*([result.said] if result else []), _with_menu(tx, here, said)]


@dataclass(frozen=True, slots=True)
class _Result:
    """What a measure comes to: said to the client, and the line of the summary; None where there is no sum."""

    said: Reply
    line: dict[str, Any] | None


def _result(here: Here, exercise: Exercise, answered: Sequence[Answered]) -> _Result:
    measure = load_measures()[exercise.id]
    found: Score = score_of(exercise, {one.step: one.value for one in answered})
    items = len(measure.items)
    params: dict[str, Any] = {"title": measure.title, "answered": items - found.missing, "items": items}
    if found.total is None or found.band is None:
        return _Result(here.say("measure.no_total", **params, most=measure.most_missing), None)
    low, high = band_bounds(measure, found.total)
    params |= {"total": found.total, "maximum": measure.maximum, "low": low, "high": high}
    params["band"] = here.say(f"measure.band_{found.band}").text
    last = max(answered, key=lambda one: one.at)
    line = {
        "id": TOTAL,
        "kind": "score",
        "label": measure.title,
        "text": here.say("measure.line", **_named(params, "total maximum band low high answered items")).text,
        "step": last.step,
        "entry_id": last.entry_id,
        "at": last.at.isoformat(),
        "role": TOTAL,
        "value": found.total,
    }
    names = "title answered total maximum band low high" + (" items" if found.prorated else "")
    said = here.say("measure.prorated" if found.prorated else "measure.total", **_named(params, names))
    return _Result(said, line)


def _named(params: Mapping[str, Any], names: str) -> dict[str, Any]:
    return {name: params[name] for name in names.split()}


def _with_menu(tx: Tx, here: Here, reply: Reply) -> Reply:
    return replace(reply, prompt=menu_prompt(tx, here))


def _answered(tx: Tx, here: Here, reflection: Reflection, exercise: Exercise) -> list[Answered]:
    given = {answer.step: answer for answer in reflections.answers(tx, reflection.id)}
    values = {name: answer.value for name, answer in given.items()}
    # An answer on a branch that the client left again ("back", another choice) is no part of it.
    asked = [step for step in exercise.steps if step.label and step.id in given and applies(exercise, step, values)]
    return [_one(here, step, given[step.id]) for step in asked]


def _one(here: Here, step: Step, answer: AnswerGiven) -> Answered:
    assert step.label is not None
    labels = {option.id: option.label.to(here.language, here.address) for option in step.options}
    chosen = isinstance(answer.value, str) and answer.value in labels
    return Answered(
        step=step.id,
        kind="words" if answer.value is None or (step.kind == "choice" and not chosen) else _KINDS[step.kind],
        label=step.label.to(here.language, here.address),
        role=step.role,
        value=answer.value,
        said=labels[answer.value] if chosen else answer.text,
        maximum=step.maximum if step.kind == "scale" else None,
        entry_id=answer.entry_id,
        at=answer.at,
    )
