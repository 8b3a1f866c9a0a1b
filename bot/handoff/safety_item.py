"""The item of a questionnaire that asks about death and self-harm: an answer above 0 is never silent.

The words on a button are the program's own and are not read for danger. Here the mark itself is: it becomes evidence of
the message, in the message's own transaction, and the direct question follows by the way that every message takes. The
answer is stored in that same transaction, so that an alert, after which the engine never sees the message, loses none.

Typed words count as a mark unless they plainly say "not at all" or are a command. Skipping is no mark.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.crisis.baseline import within_baseline
from bot.crisis.types import LEVELS, Assessment, Evidence
from bot.records import NotFound, Tx, questions, reflections
from bot.records.conversations import Message
from bot.records.people import Client
from bot.records.reflections import Reflection
from bot.reflection import Exercise, Step, command_of, correction_of, measure_exercises, next_step, points_of
from bot.reflection import read_answer as read_step_answer
from bot.reflection import safety_step as step_about_danger
from bot.reflection.measuring import load_measures

RULE = "measure_item"
# Why there is evidence where words were not read as one of the answers.
WORDS = "measure_words"
CATEGORY = "passive_ideation"
# "Several days" is common among people in therapy and mostly no danger; from "more than half the days" on silence tells
# a person. A rule of this project, stated and not validated.
_SEVERITY = {1: 1, 2: 2, 3: 2}


@dataclass(frozen=True, slots=True)
class Mark:
    """The item was marked. `points`: 1-3; None where it was said in words that could not be read as one of the answers.

    `option`: the id of the answer that was meant, None for words.
    """

    reflection: Reflection
    exercise: Exercise
    step: Step
    points: int | None
    option: str | None

    @property
    def severity(self) -> int:
        """1 or 2, as an assessment has it."""
        return _SEVERITY[self.points or 1]


def mark_of(tx: Tx, message: Message) -> Mark | None:
    """What a stored client message marks, None where it marks nothing: another step, a command, "not at all"."""
    found = _reflection_of(tx, message)
    exercise = measure_exercises().get(found.exercise) if found else None
    step = step_about_danger(exercise) if exercise else None
    if found is None or exercise is None or step is None:
        return None
    here = (message.step or found.step) == step.id
    if message.option is not None:
        return _mark(found, exercise, step, "", message.option) if here else None
    if questions.unanswered(tx, message.conversation_id):
        # Words now answer the direct question that stands on the screen.
        return None
    corrected = correction_of(message.text)
    if corrected is not None and read_step_answer(step, corrected, None) is not None:
        given = reflections.answers(tx, found.id)
        if given and given[-1].step == step.id:
            return _mark(found, exercise, step, corrected, None)
    if not here or command_of(message.text, intent="", kind=step.kind) is not None:
        return None
    return _mark(found, exercise, step, message.text, None)


def marked(
    assessment: Assessment, mark: Mark, message: Message, *, baseline: Mapping[str, object] | None
) -> Assessment:
    """The assessment of a message with its mark as evidence: check_in, graver where the words themselves are.

    `baseline`: what therapist and client agreed is usual; a mark within it is asked about once, at severity 1.
    """
    own = evidence_alone(mark, message)
    if baseline:
        own = within_baseline(own, baseline)
    return dataclasses.replace(
        assessment,
        level=max(assessment.level, own.level, key=LEVELS.index),
        severity=max(assessment.severity, own.severity),
        categories=tuple(dict.fromkeys((*assessment.categories, CATEGORY))),
        evidence=(*assessment.evidence, *own.evidence),
    )


def evidence_alone(mark: Mark, message: Message) -> Assessment:
    """What a mark says by itself."""
    return Assessment(
        level="check_in",
        severity=mark.severity,
        categories=(CATEGORY,),
        evidence=(_evidence(mark, message),),
        unread_language=False,
        version=RULE,
    )


def keep_answer(tx: Tx, mark: Mark, message: Message, client: Client, *, at: datetime) -> None:
    """Stores the answer where the item is the open question, and goes on to the next. Words are left to the engine."""
    if mark.option is None or mark.reflection.state != "open" or mark.reflection.step != mark.step.id:
        return
    label = next(one.label for one in mark.step.options if one.id == mark.option)
    values = {one.step: one.value for one in reflections.answers(tx, mark.reflection.id) if one.value is not None}
    following = next_step(mark.exercise, mark.step.id, {**values, mark.step.id: mark.option})
    reflections.answer_step(
        tx,
        mark.reflection.id,
        step=mark.step.id,
        message_id=message.id,
        value=mark.option,
        text=label.to(client.language, client.address) if message.option is not None else message.text,
        next_step=following.id if following else None,
        at=at,
    )


def is_marked(body: Mapping[str, object]) -> bool:
    """Whether a stored assessment holds a mark already."""
    pieces = body.get("evidence")
    return isinstance(pieces, list) and any(piece.get("rule") == RULE for piece in pieces)


def _reflection_of(tx: Tx, message: Message) -> Reflection | None:
    """The reflection that a button names, if it is of this conversation; else the one that is open."""
    if message.option is not None and message.reflection_id is not None:
        try:
            named = reflections.reflection(tx, message.reflection_id)
        except NotFound:
            named = None
        if named is not None and named.conversation_id == message.conversation_id:
            return named
    return reflections.open_reflection_of(tx, message.conversation_id)


def _mark(found: Reflection, exercise: Exercise, step: Step, text: str, option: str | None) -> Mark | None:
    answer = read_step_answer(step, text, option)
    if answer is None:
        # A button that is no answer is a command; words that are none are a mark.
        return None if option is not None else Mark(found, exercise, step, points=None, option=None)
    points = points_of(step, answer.value)
    return None if points == 0 else Mark(found, exercise, step, points=points, option=str(answer.value))


def _evidence(mark: Mark, message: Message) -> Evidence:
    """One id for one walk and one answer: changed to a graver one it is new, given again it is not."""
    digest = hashlib.sha256(f"{mark.reflection.id}\0{mark.points or 1}".encode()).hexdigest()
    words = load_measures()[mark.exercise.id].words
    return Evidence(
        id=f"{RULE}:{mark.exercise.id}:{digest[:20]}",
        rule=RULE,
        category=CATEGORY,
        severity=mark.severity,
        turn=0,
        start=0,
        end=len(message.text),
        why=RULE if mark.points else WORDS,
        meaning={language: words["safety_meaning"][language] for language in ("en", "es")},
        lowers={language: words["safety_lowers"][language] for language in ("en", "es")},
    )
