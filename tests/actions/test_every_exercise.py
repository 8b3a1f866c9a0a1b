"""Each exercise as a conversation: to its end, stopped, skipped, back, resumed, misread, in another language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.parts import Parts
from actions.replies import Reply
from bot.records import Store, people, reflections
from bot.reflection import Exercise, Step, load_exercises
from tests.actions.memory import practice, store, talker
from tests.actions.talking import Talker

__all__ = ["practice", "store", "talker"]


EXERCISES = list(load_exercises())
ALL = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
# More messages than the longest path of any file, once round in those that can go round.
LONGEST = 40


def answer(talker: Talker, step: Step, *, last_option: bool = False) -> None:
    """A plain answer that fits the step's kind."""
    match step.kind:
        case "scale":
            talker.say(str(step.maximum - 1))
        case "choice":
            # The last button never leads back.
            talker.press(f"answer:{step.options[-1 if last_option or any(o.back_to for o in step.options) else 0].id}")
        case "list":
            talker.say("one thing\nanother thing")
        case "text":
            talker.say("some words of mine")
        case _:
            talker.say("Done")


def walk(talker: Talker, exercise: Exercise, *, last_option: bool = False) -> list[str]:
    """Answers to the end; the steps in the order in which they were asked."""
    talker.begin(exercise.id)
    asked = []
    while talker.step() is not None:
        step = exercise.step(talker.step())
        assert step is not None
        asked.append(step.id)
        assert len(asked) <= LONGEST
        answer(talker, step, last_option=last_option)
    return asked


@ALL
@pytest.mark.parametrize("last_option", [False, True], ids=["first buttons", "last buttons"])
def test_exercise_is_walked_to_its_end(talker: Talker, exercise: Exercise, last_option: bool) -> None:
    """Every answer leads on, the end closes gently, and what was said is in the summary."""
    asked = walk(talker, exercise, last_option=last_option)
    assert asked[-1] == exercise.steps[-1].id == "close"
    assert talker.reflections()[-1].state == "finished"
    assert talker.texts()[0] == "exercise.finished"
    assert talker.texts()[-1] in ("summary.written", "summary.nothing")


def test_every_step_is_reached_by_some_walk(parts: Parts) -> None:
    """No step hangs on a condition that cannot hold: each has a chain of answers that leads to it."""
    for exercise in EXERCISES:
        for step in exercise.steps:
            chain, when = [], step.when
            while when is not None:
                other = exercise.step(when.step)
                assert other is not None
                if when.options:
                    assert set(when.options) <= {option.id for option in other.options}
                else:
                    low = max(other.minimum, when.at_least if when.at_least is not None else other.minimum)
                    high = min(other.maximum, when.at_most if when.at_most is not None else other.maximum)
                    assert low <= high, (exercise.id, step.id)
                chain.append(other.id)
                when = other.when
            assert len(chain) == len(set(chain))


@ALL
def test_exercise_is_stopped_at_each_step_and_resumed_there(talker: Talker, exercise: Exercise, store: Store) -> None:
    """Stop closes it; days later the same question comes back."""
    talker.begin(exercise.id)
    for _ in range(LONGEST):
        step = exercise.step(talker.step())
        if step is None:
            break
        talker.say("stop")
        assert talker.texts()[0] == "exercise.stopped"
        stopped = talker.reflections()[-1]
        assert stopped.state == "stopped"
        talker.at = talker.at.replace(day=talker.at.day + 1) if talker.at.day < 28 else talker.at
        talker.press(f"resume:{stopped.id}")
        assert talker.step() == step.id
        assert talker.texts() == ["exercise.resumed", f"step.{exercise.id}.{step.id}"[:80]]
        answer(talker, step)
    assert talker.reflections()[-1].state == "finished"


@ALL
def test_exercise_can_be_skipped_through(talker: Talker, exercise: Exercise) -> None:
    """Nothing has to be answered."""
    talker.begin(exercise.id)
    for _ in range(LONGEST):
        if talker.step() is None:
            break
        talker.press("skip")
    assert talker.reflections()[-1].state == "finished"
    assert talker.texts() == ["exercise.finished", "summary.nothing"]


@ALL
def test_back_leads_from_the_second_question_to_the_first(talker: Talker, exercise: Exercise) -> None:
    """And from the first it says that there is none before."""
    talker.begin(exercise.id)
    answer(talker, exercise.steps[0])
    talker.say("go back")
    assert talker.step() == exercise.steps[0].id
    talker.press("back")
    assert talker.texts()[0] == "exercise.first_question"


@ALL
def test_wrong_input_is_asked_again_kindly_once(talker: Talker, exercise: Exercise) -> None:
    """Where a number or a button is asked, words that fit neither are kept, and the question stays once."""
    walked = walk(talker, exercise)
    talker.begin(exercise.id)
    for step_id in walked:
        step = exercise.step(step_id)
        assert step is not None
        if step.kind in ("scale", "choice") and not step.own_words:
            talker.say("purple elephants sing in the rain")
            assert talker.texts()[0] in ("exercise.again_scale", "exercise.again_choice")
            assert talker.step() == step_id
        answer(talker, step)
    assert talker.reflections()[-1].state == "finished"


@ALL
def test_language_is_switched_in_the_middle(talker: Talker, exercise: Exercise, store: Store) -> None:
    """The next question comes in the new language and form of address; answers stay."""
    talker.begin(exercise.id)
    answer(talker, exercise.steps[0])
    with store.write() as tx:
        people.set_client(tx, talker.client_id, language="es", address="usted", at=talker.at)
    (question,) = [reply for reply in talker.press("repeat") if reply.kind == "prompt"]
    step = exercise.step(talker.step())
    assert step is not None
    assert step.text.to("es", "usted") in question.text
    assert exercise.steps[0].id in talker.answers()


@ALL
def test_crisis_in_the_middle_leaves_it_to_be_resumed(talker: Talker, exercise: Exercise, store: Store) -> None:
    """What action_hand_off does: paused at the same question, offered again by the menu."""
    talker.begin(exercise.id)
    answer(talker, exercise.steps[0])
    step, running = talker.step(), talker.reflections()[-1].id
    with store.write() as tx:
        reflections.pause(tx, running, talker.at)
    (menu,) = talker.press("menu")
    assert menu.prompt is not None
    assert menu.prompt["options"][0]["id"] == f"resume:{running}"
    talker.press(f"resume:{running}")
    assert talker.step() == step


@ALL
def test_every_message_of_an_exercise_says_why_it_is_seen(talker: Talker, exercise: Exercise) -> None:
    """Need 7: a reason beside each, and skip and stop on every question."""
    seen: list[Reply] = []
    talker.begin(exercise.id)
    for _ in range(LONGEST):
        seen += talker.last
        step = exercise.step(talker.step())
        if step is None:
            break
        answer(talker, step)
    assert all(reply.reason for reply in seen)
    questions = [reply for reply in seen if reply.text_id.startswith("step.")]
    assert all(reply.prompt and {"skip", "stop"} <= set(reply.prompt["can"]) for reply in questions)


def test_waiting_goes_round_for_something_else(talker: Talker) -> None:
    """Nobody is sent away: another choice leads to the first question again, with its own branch."""
    talker.begin("waiting")
    talker.press("answer:write")
    talker.say("words")
    talker.press("answer:again")
    assert talker.step() == "what"
    talker.press("answer:plan")
    assert talker.step() == "plan_have"


def test_exercise_that_is_not_offered_is_not_in_the_menu(talker: Talker) -> None:
    """Waiting comes with an alert, not with the menu."""
    (menu,) = talker.press("menu:all")
    assert menu.prompt is not None
    ids = [option["id"] for option in menu.prompt["options"]]
    assert "start:waiting" not in ids
    assert len(ids) == len(EXERCISES) - 1
    assert replace(menu, prompt=None).text
