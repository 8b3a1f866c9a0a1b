"""The question of a step as a reply, and what is said about a message that moved a reflection.

Everything here is worked out from records and the exercise's file, so that a message which is handled again gets the
same replies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.here import Here
from actions.replies import Reply
from bot.records import Tx, entries, reflections
from bot.records.reflections import Reflection, Taking
from bot.reflection import Exercise, Step, prompt_of, read_answer

# Characters of an earlier answer that is quoted above a question.
QUOTED = 300


def ask(here: Here, reflection: Reflection, exercise: Exercise, step: Step, answers: Mapping[str, Any]) -> Reply:
    """The question of a step with its control."""
    text = step.text.to(here.language, here.address)
    earlier = answers.get(step.shows) if step.shows else None
    if earlier is not None:
        text = f"{here.say('exercise.quote', words=_short(earlier)).text}\n\n{text}"
    return Reply(
        text=text,
        text_id=f"step.{exercise.id}.{step.id}"[:80],
        reason=(step.why or exercise.purpose).to(here.language, here.address),
        kind="prompt",
        prompt=prompt_of(
            exercise,
            step,
            reflection_id=reflection.id,
            answers=answers,
            language=here.language,
            address=here.address,
        ),
        reflection_id=reflection.id,
        step=step.id,
    )


def ask_current(tx: Tx, here: Here, reflection: Reflection, exercise: Exercise) -> Reply:
    """The question that is open. A file that lost this step since is asked from its beginning."""
    step = exercise.step(reflection.step) or exercise.steps[0]
    return ask(here, reflection, exercise, step, values_of(tx, reflection.id))


def tell(tx: Tx, here: Here, exercise: Exercise, taking: Taking) -> list[Reply]:
    """What is said about a message that moved a reflection: a word on the move, then the next question or the end."""
    reflection = reflections.reflection(tx, taking.reflection_id)
    first = reflections.takings(tx, reflection.id)[0].message_id == taking.message_id
    if reflection.state == "stopped" and taking.next_step == taking.step and not first:
        return [here.say("exercise.stopped")]
    said = [_opening(here, exercise)] if first else _remark(tx, here, exercise, taking)
    if taking.next_step is None:
        return [*said, here.say("exercise.finished")]
    question = ask_current(tx, here, replace(reflection, step=taking.next_step), exercise)
    return [*said, question]


def values_of(tx: Tx, reflection_id: str) -> dict[str, Any]:
    """Step -> value of its newest answer; steps answered with "I don't know" are left out."""
    given = reflections.answers(tx, reflection_id)
    return {answer.step: answer.value for answer in given if answer.value is not None}


def _opening(here: Here, exercise: Exercise) -> Reply:
    return here.say(
        "exercise.opening",
        title=exercise.title.to(here.language, here.address),
        purpose=exercise.purpose.to(here.language, here.address),
        therapist=here.therapist,
    )


def _remark(tx: Tx, here: Here, exercise: Exercise, taking: Taking) -> list[Reply]:
    """Nothing where the answer was plain; else what was understood, or that it could not be read."""
    step = exercise.step(taking.step)
    if taking.entry_id is None or step is None:
        return []
    given = entries.unseal(tx, taking.entry_id)
    if taking.next_step == taking.step:
        return [_again(here, step)]
    if _is_change(tx, taking):
        return [here.say("exercise.changed")]
    if given["value"] is None:
        understood = read_answer(step, given["text"], None)
        return [here.say("exercise.unsure" if understood is not None else "exercise.left_open")]
    read = read_answer(step, given["text"], None) if step.kind == "scale" or exercise.is_measure else None
    if read is None or read.exact:
        return []
    chosen = next((option.label for option in step.options if option.id == given["value"]), None)
    if chosen is not None:
        return [here.say("exercise.noted_words", words=chosen.to(here.language, here.address))]
    return [here.say("exercise.noted", value=given["value"])]


def _is_change(tx: Tx, taking: Taking) -> bool:
    """Whether an answer went to an earlier step than the one that was open."""
    before = None
    for one in reflections.takings(tx, taking.reflection_id):
        if one.message_id == taking.message_id:
            return before is not None and before.next_step == taking.next_step != taking.step
        before = one
    return False


def _again(here: Here, step: Step) -> Reply:
    if step.kind == "scale":
        return here.say("exercise.again_scale", low=step.minimum, high=step.maximum)
    return here.say("exercise.again_choice")


def _short(value: Any) -> str:
    words = "; ".join(value) if isinstance(value, list) else str(value)
    return words if len(words) <= QUOTED else words[: QUOTED - 1].rstrip() + "…"
