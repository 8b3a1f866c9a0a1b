"""Walking an exercise, message by message."""

from __future__ import annotations

import pytest

from bot.records import summaries
from tests.actions.talking import Talker


def check_in(talker: Talker) -> None:
    talker.begin("daily_check_in")
    talker.say("7")
    talker.say("restless")
    talker.say("a long talk with my sister")
    talker.say("walking home")
    talker.say("how I answer her")
    talker.say("Done")


def test_check_in_from_start_to_summary(talker: Talker) -> None:
    """Every answer is stored with its step, and the summary holds exactly them."""
    check_in(talker)
    assert talker.texts() == ["exercise.finished", "summary.written"]
    assert talker.reflections()[0].state == "finished"
    with talker.store.read() as tx:
        body = summaries.summary(tx, talker.last[-1].summary_id or "").body
    assert body["finished"] is True
    assert [(line["id"], line["kind"], line["text"]) for line in body["lines"]] == [
        ("mood", "score", "7 of 10"),
        ("word", "words", "restless"),
        ("happened", "words", "a long talk with my sister"),
        ("helped", "words", "walking home"),
        ("bring", "words", "how I answer her"),
    ]
    assert all(line["entry_id"] for line in body["lines"])


def test_question_shows_its_control_and_skip_and_stop(talker: Talker) -> None:
    """The prompt has the bounds of the scale, the place in the exercise, and the two commands that are always there."""
    opening, question = talker.begin("daily_check_in")
    assert opening.text_id == "exercise.opening"
    assert question.kind == "prompt"
    assert question.prompt is not None
    assert question.prompt["kind"] == "scale"
    assert (question.prompt["min"], question.prompt["max"]) == (0, 10)
    assert (question.prompt["number"], question.prompt["of"]) == (1, 6)
    assert question.prompt["can"] == ["skip", "stop"]
    assert question.reason


def test_spanish_walk_speaks_as_usted(talker_es: Talker) -> None:
    """Questions, controls and summary come in the client's language and form of address."""
    _, question = talker_es.begin("daily_check_in")
    assert question.text == "¿Cómo está su ánimo ahora, de 0 a 10?"
    talker_es.say("siete")
    talker_es.say("quiero parar")
    assert talker_es.texts() == ["exercise.stopped", "summary.written"]
    with talker_es.store.read() as tx:
        body = summaries.summary(tx, talker_es.last[-1].summary_id or "").body
    assert body["title"] == "Registro del día"
    assert [line["text"] for line in body["lines"]] == ["7 de 10"]


@pytest.mark.parametrize("option", ["skip", "stop", "back", "repeat"])
def test_retried_command_gets_the_same_replies(talker: Talker, option: str) -> None:
    """A message that is handled twice moves the reflection once and is answered alike."""
    talker.begin("daily_check_in")
    talker.say("4")
    first, step = talker.press(option), talker.step()
    assert talker.again() == first
    assert talker.step() == step


def test_retried_start_begins_one_reflection(talker: Talker) -> None:
    """The message that began a reflection begins no second one."""
    first = talker.begin("daily_check_in")
    assert talker.again() == first
    assert len(talker.reflections()) == 1


def test_retried_last_answer_gets_the_same_summary(talker: Talker) -> None:
    """After the end the engine is in the menu; the message is still answered with the end and the summary."""
    check_in(talker)
    first = list(talker.last)
    assert talker.again(intent="greet") == first
    assert talker.again(intent="nlu_fallback") == first


def test_skipping_everything_ends_without_a_summary(talker: Talker) -> None:
    """Nothing said is nothing to sum up, and nobody is scolded."""
    talker.begin("daily_check_in")
    for _ in range(6):
        talker.press("skip")
    assert talker.texts() == ["exercise.finished", "summary.nothing"]


def test_back_asks_the_earlier_question_and_takes_the_new_answer(talker: Talker) -> None:
    """The newest answer to a step counts."""
    talker.begin("daily_check_in")
    talker.say("7")
    talker.press("back")
    assert talker.step() == "mood"
    talker.say("5")
    assert talker.answers() == {"mood": 5}
    assert talker.step() == "word"


def test_correction_changes_the_last_number(talker: Talker) -> None:
    """ "No, I meant 3" goes to the question before, and the open one is asked again."""
    talker.begin("daily_check_in")
    talker.say("8")
    talker.say("no, I meant 3")
    assert talker.texts() == ["exercise.changed", "step.daily_check_in.word"]
    assert talker.answers() == {"mood": 3}
    assert talker.again()[0].text_id == "exercise.changed"


def test_unreadable_scale_answer_is_asked_again_once(talker: Talker) -> None:
    """The second time the words are kept and the number stays open."""
    talker.begin("daily_check_in")
    talker.say("like a wet sock")
    assert talker.texts() == ["exercise.again_scale", "step.daily_check_in.mood"]
    assert talker.step() == "mood"
    talker.say("a very wet sock")
    assert talker.texts() == ["exercise.left_open", "step.daily_check_in.word"]
    assert talker.answers() == {"mood": None}


def test_dunno_is_an_answer(talker: Talker) -> None:
    """Not knowing is taken as it is, at once."""
    talker.begin("daily_check_in")
    talker.say("dunno")
    assert talker.texts() == ["exercise.unsure", "step.daily_check_in.word"]


def test_rounded_number_is_said(talker: Talker) -> None:
    """Where the program worked a number out, the client sees which."""
    talker.begin("daily_check_in")
    talker.say("between 4 and 6")
    assert talker.texts()[0] == "exercise.noted"
    assert talker.last[0].params == {"value": 5}


def test_wish_to_stop_hurting_is_an_answer(talker: Talker) -> None:
    """In a step of free words only a short message that is a command is one."""
    talker.begin("daily_check_in")
    talker.say("2")
    talker.press("skip")
    talker.say("I want to stop hurting", intent="stop")
    assert talker.step() == "helped"
    talker.say("stop", intent="tell")
    assert talker.step() is None
    assert talker.reflections()[0].state == "stopped"


def test_stopped_reflection_is_offered_and_goes_on_where_it_was(talker: Talker) -> None:
    """The menu names it first; its question comes back."""
    talker.begin("daily_check_in")
    talker.say("6")
    talker.press("stop")
    (menu,) = talker.press("menu")
    assert menu.prompt is not None
    resume = menu.prompt["options"][0]["id"]
    assert resume == f"resume:{talker.reflections()[0].id}"
    talker.press(resume)
    assert talker.texts() == ["exercise.resumed", "step.daily_check_in.word"]
    assert talker.again() == talker.last


def test_question_to_the_program_is_answered_and_leads_back(talker: Talker) -> None:
    """Honest, short, and the open question again."""
    talker.begin("daily_check_in")
    for text, text_id in (
        ("are you a person?", "talk.are_you_a_person"),
        ("who can read this", "talk.who_sees_this"),
        ("help", "talk.help"),
        ("thank you", "talk.thanks"),
    ):
        talker.say(text)
        assert talker.texts() == [text_id, "step.daily_check_in.mood"]


def test_late_answer_of_an_older_page_goes_to_its_own_step(talker: Talker) -> None:
    """A second tab that still shows the first question changes that answer, not the open one."""
    talker.begin("daily_check_in")
    talker.say("7")
    talker.say("2", step="mood")
    assert talker.answers() == {"mood": 2}
    assert talker.step() == "word"


def test_branch_follows_the_answer(talker: Talker) -> None:
    """What got in the way is asked only where something was left undone."""
    talker.begin("session_preparation")
    talker.press("skip")
    talker.press("answer:done")
    assert talker.step() == "topics"
    talker.press("back")
    talker.press("answer:part")
    assert talker.step() == "obstacle"


def test_list_keeps_the_clients_order(talker: Talker) -> None:
    """One line an item, ranked as written."""
    talker.begin("session_preparation")
    talker.press("skip")
    talker.press("answer:nothing")
    talker.say("work\nmy mother\nsleep")
    assert talker.answers()["topics"] == ["work", "my mother", "sleep"]


def test_forged_option_is_no_answer(talker: Talker) -> None:
    """An option that the step does not have is asked again (I10)."""
    talker.begin("session_preparation")
    talker.press("skip")
    talker.press("answer:everything")
    assert talker.texts()[0] == "exercise.again_choice"
    talker.press("resume:0123456789abcdef0123456789abcdef")
    assert talker.texts()[0] == "exercise.gone"


def test_words_outside_an_exercise_are_heard(talker: Talker) -> None:
    """Nothing is asked about them; the menu stands beside."""
    talker.say("my dog died this morning")
    assert talker.texts() == ["talk.heard"]
