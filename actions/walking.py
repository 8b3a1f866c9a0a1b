"""One message of a client who is in an exercise, or begins one: what it changes, and what is said.

State lives in records; a message that was handled before changes nothing and is told the same again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actions.asking import ask_current, tell, values_of
from actions.here import Here
from actions.marked import ask_about_mark
from actions.menu import menu
from actions.replies import Reply
from actions.talk import answer_to
from bot.records import NotFound, Tx, reflections
from bot.records.reflections import Reflection, Taking
from bot.reflection import (
    Exercise,
    Step,
    command_of,
    correction_of,
    first_step,
    next_step,
    previous_step,
    read_answer,
)

# What the model's intents ask for when no exercise is open; "start_exercise" alone names none.
INTENT_EXERCISES = {
    "start_check_in": "daily_check_in",
    "prepare_session": "session_preparation",
    "grounding": "grounding_54321",
}
START, RESUME, ANSWER = "start:", "resume:", "answer:"
_BUTTONS = {"skip", "stop", "back", "repeat", "help", "menu", "why"}


@dataclass(frozen=True, slots=True)
class Turned:
    """`reflection_id`: the reflection that waits for an answer now, None where none does."""

    replies: list[Reply]
    reflection_id: str | None


def told_before(tx: Tx, here: Here) -> Turned | None:
    """What was said about this message when it moved a reflection, None where it did not."""
    taking = reflections.taking_by(tx, here.conversation_id, here.call.message_id)
    if taking is None:
        return None
    reflection = reflections.reflection(tx, taking.reflection_id)
    exercise = here.parts.exercises.get(reflection.exercise)
    if exercise is None:
        return Turned([here.say("exercise.gone"), menu(tx, here)], None)
    waits = reflection.id if reflection.state == "open" else None
    return Turned(tell(tx, here, exercise, taking), waits)


def take_turn(tx: Tx, here: Here) -> Turned:
    """Handles one message in the exercise form."""
    option = here.call.option or ""
    running = reflections.open_reflection_of(tx, here.conversation_id)
    if here.is_answered:
        # Before all else: a mark that leads to the direct question has moved the reflection already, and waits.
        return Turned([], running.id if running else None)
    before = told_before(tx, here)
    if before is not None:
        return before
    if option.startswith(START):
        return _start(tx, here, option.removeprefix(START))
    if option.startswith(RESUME):
        return _resume(tx, here, option.removeprefix(RESUME))
    if running is None:
        return _begin_what_was_asked_for(tx, here)
    exercise = here.parts.exercises.get(running.exercise)
    if exercise is None:
        reflections.pause(tx, running.id, here.at)
        return Turned([here.say("exercise.gone"), menu(tx, here)], None)
    step = exercise.step(running.step) or first_step(exercise)
    command = option if option in _BUTTONS else command_of(here.text, intent=here.call.intent, kind=step.kind)
    if command is not None:
        return _obey(tx, here, running, exercise, step, command)
    wanted = INTENT_EXERCISES.get(here.call.intent)
    if (
        wanted
        and wanted != exercise.id
        and step.kind not in ("text", "list")
        and read_answer(step, here.text, option or None) is None
    ):
        return _start(tx, here, wanted)
    return _take_answer(tx, here, running, exercise, step)


def _begin_what_was_asked_for(tx: Tx, here: Here) -> Turned:
    wanted = INTENT_EXERCISES.get(here.call.intent)
    if wanted is not None:
        return _start(tx, here, wanted)
    return Turned([menu(tx, here)], None)


def _start(tx: Tx, here: Here, exercise_id: str) -> Turned:
    exercise = here.parts.exercises.get(exercise_id)
    if exercise is None:
        return Turned([here.say("exercise.gone"), menu(tx, here)], None)
    step = first_step(exercise)
    begun = reflections.start(
        tx,
        conversation_id=here.conversation_id,
        exercise=exercise.id,
        exercise_version=exercise.version,
        language=here.language,
        first_step=step.id,
        at=here.at,
    )
    # The message that began it is its first row: handled again, it is found and begins nothing.
    reflections.move(tx, begun.id, step=step.id, message_id=here.call.message_id, at=here.at)
    return _turned(tx, here, exercise, begun)


def _resume(tx: Tx, here: Here, reflection_id: str) -> Turned:
    try:
        found = reflections.reflection(tx, reflection_id)
    except NotFound:
        found = None
    exercise = here.parts.exercises.get(found.exercise) if found else None
    if found is None or exercise is None or found.conversation_id != here.conversation_id or found.state == "finished":
        return Turned([here.say("exercise.gone"), menu(tx, here)], None)
    resumed = reflections.resume(tx, found.id, here.at)
    welcome = here.say("exercise.resumed", title=exercise.title.to(here.language, here.address))
    return Turned([welcome, ask_current(tx, here, resumed, exercise)], resumed.id)


def _obey(tx: Tx, here: Here, running: Reflection, exercise: Exercise, step: Step, command: str) -> Turned:
    message_id, at = here.call.message_id, here.at
    values = values_of(tx, running.id)
    match command:
        case "stop":
            reflections.move(tx, running.id, step=step.id, message_id=message_id, at=at)
            reflections.stop(tx, running.id, at)
            return _turned(tx, here, exercise, running)
        case "skip":
            following = next_step(exercise, step.id, values)
            reflections.move(tx, running.id, step=following.id if following else None, message_id=message_id, at=at)
            return _turned(tx, here, exercise, running)
        case "back":
            earlier = previous_step(exercise, step.id, values)
            if earlier is not None:
                reflections.move(tx, running.id, step=earlier.id, message_id=message_id, at=at)
                return _turned(tx, here, exercise, running)
            said = [here.say("exercise.first_question")]
        case "menu":
            reflections.pause(tx, running.id, at)
            return Turned([menu(tx, here)], None)
        case "repeat":
            said = []
        case "why":
            why = (step.why or exercise.purpose).to(here.language, here.address)
            said = [here.say("exercise.why", why=why)]
        case _:
            said = [answer_to(here, command)]
    return Turned([*said, ask_current(tx, here, running, exercise)], running.id)


def _take_answer(tx: Tx, here: Here, running: Reflection, exercise: Exercise, step: Step) -> Turned:
    asked = _step_answered(tx, here, running, exercise, step)
    target, text = asked
    option = here.call.option
    answer = read_answer(target, text, option)
    values = values_of(tx, running.id)
    if answer is None and target is step and not _asked_again(tx, running, step):
        value: Any = None
        following: str | None = step.id
    else:
        value = answer.value if answer else None
        if target is step:
            after = next_step(exercise, step.id, {**values, step.id: value})
            following = after.id if after else None
        else:
            following = step.id
    reflections.answer_step(
        tx,
        running.id,
        step=target.id,
        message_id=here.call.message_id,
        value=value,
        text=text if option is None else _label(here, target, option),
        next_step=following,
        at=here.at,
    )
    if target.safety and ask_about_mark(tx, here, exercise, target, answer):
        return Turned([], running.id)
    return _turned(tx, here, exercise, running)


def _step_answered(tx: Tx, here: Here, running: Reflection, exercise: Exercise, step: Step) -> tuple[Step, str]:
    """The step that a message answers and the words of the answer: the open one, or an earlier one.

    An earlier one is meant by "no, I meant 3", and by a message that a second, older page sent.
    """
    message = here.message
    if message is not None and message.step not in (None, step.id) and message.reflection_id == running.id:
        late = exercise.step(message.step)
        if late is not None and read_answer(late, here.text, here.call.option) is not None:
            return late, here.text
    corrected = correction_of(here.text)
    if corrected is not None:
        given = reflections.answers(tx, running.id)
        last = exercise.step(given[-1].step) if given else None
        # In free words "I meant ..." may go on with the story; a number or a button cannot.
        if last is not None and last is not step and last.kind in ("scale", "choice"):
            answer = read_answer(last, corrected, None)
            if answer is not None and answer.value is not None:
                return last, corrected
    return step, here.text


def _asked_again(tx: Tx, running: Reflection, step: Step) -> bool:
    rows = reflections.takings(tx, running.id)
    return any(row.step == step.id == row.next_step and row.entry_id is not None for row in rows)


def _label(here: Here, step: Step, option: str) -> str:
    found = next((one for one in step.options if ANSWER + one.id == option), None)
    return found.label.to(here.language, here.address) if found else ""


def _turned(tx: Tx, here: Here, exercise: Exercise, running: Reflection) -> Turned:
    taking = reflections.taking_by(tx, here.conversation_id, here.call.message_id)
    assert isinstance(taking, Taking)  # written just now, in this transaction
    if taking.next_step is None:
        reflections.finish(tx, running.id, here.at)
    waits = reflections.reflection(tx, running.id).state == "open"
    return Turned(tell(tx, here, exercise, taking), running.id if waits else None)
