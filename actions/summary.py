"""`action_write_summary`: at the end of a reflection, its summary; the client sees it first and decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from actions.here import Here
from actions.menu import menu_prompt
from actions.replies import Reply
from bot.records import Tx, reflections, summaries
from bot.records.reflections import AnswerGiven, Reflection
from bot.reflection import Exercise, Step, applies
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
    stored = summaries.add_summary(tx, reflection.id, body=body, at=here.at)
    said = replace(here.say("summary.written", therapist=here.therapist), kind="summary", summary_id=stored.id)
    return [_with_menu(tx, here, said)]


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
