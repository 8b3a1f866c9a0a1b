"""PHQ-9 and GAD-7 in the chat: through hand-off as the gateway does it, then through the walking loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from actions.call import GATEWAY, Call
from actions.here import here_of
from actions.menu import menu
from actions.parts import Parts
from actions.replies import Reply
from actions.summary import sum_up
from actions.talk import talk
from actions.walking import take_turn
from bot.handoff import intake, timers
from bot.records import Store, Tx, conversations, episodes, new_id, people, questions, reflections, schedules, summaries
from bot.records.conversations import Message
from bot.reflection.measuring import load_measures
from tests.handoff.house import AT, assessed, furnish

# HL7 US Core, QuestionnaireResponse/phq-9-example, in the order of the items: its total is 12.
US_CORE = ["more_than_half_the_days"] * 4 + ["several_days"] * 2 + ["more_than_half_the_days"] + ["not_at_all"] * 2
# HL7 PHR, GAD-7 example: sums to 3.
PHR = ["several_days", "not_at_all", "several_days", "not_at_all", "several_days", "not_at_all", "not_at_all"]


@dataclass
class Chat:
    """A client whose messages go the whole way: stored and handed off, then, if they are forwarded, answered."""

    store: Store
    parts: Parts
    client_id: str
    baseline: Mapping[str, object] | None = None
    at: datetime = AT
    last: list[Reply] = field(default_factory=list)
    received: intake.Received | None = None

    @property
    def conversation_id(self) -> str:
        with self.store.read() as tx:
            return people_conversation(tx, self.client_id)

    def press(self, option: str, *, step: str | None = None, reflection_id: str | None = None) -> None:
        """A button of the prompt on the screen, or of an older one."""
        self._send("(button)", option, step, reflection_id)

    def say(self, text: str) -> None:
        """A typed text, which carries the step of the prompt on the screen."""
        self._send(text, None, None, None)

    def begin(self, measure: str) -> None:
        """From the menu to the first item."""
        self.press(f"start:{measure}")
        self.say("Done")

    def answer(self, *options: str) -> None:
        """One button after the other; "" skips."""
        for option in options:
            self.press(f"answer:{option}" if option else "skip")

    def to_item_nine(self) -> None:
        """A PHQ-9 up to its last question."""
        self.begin("phq9")
        self.answer(*US_CORE[:8])
        assert self.step() == "item_9"

    def texts(self) -> list[str]:
        return [reply.text_id for reply in self.last]

    def step(self) -> str | None:
        with self.store.read() as tx:
            found = reflections.open_reflection_of(tx, people_conversation(tx, self.client_id))
        return found.step if found else None

    def newest(self) -> reflections.Reflection:
        with self.store.read() as tx:
            return reflections.reflections_of(tx, self.client_id, AT - timedelta(days=1))[-1]

    def answers(self) -> dict[str, Any]:
        with self.store.read() as tx:
            return {one.step: one.value for one in reflections.answers(tx, self.newest().id)}

    def asked(self) -> list[questions.Question]:
        """The direct questions so far, oldest first."""
        with self.store.read() as tx:
            return questions.questions_of(tx, people_conversation(tx, self.client_id), AT - timedelta(days=1))

    def shown(self) -> Message:
        """The last message of the conversation."""
        with self.store.read() as tx:
            return conversations.last_messages(tx, people_conversation(tx, self.client_id), 1)[-1]

    def summary(self) -> list[Mapping[str, Any]]:
        with self.store.read() as tx:
            return list(summaries.summaries_of(tx, self.client_id)[0].body["lines"])

    def _send(self, text: str, option: str | None, step: str | None, reflection_id: str | None) -> None:
        self.at += timedelta(seconds=20)
        with self.store.write() as tx:
            conversation = conversations.conversation_of(tx, self.client_id, at=self.at)
            running = reflections.open_reflection_of(tx, conversation.id)
            pending = questions.unanswered(tx, conversation.id)
            here = f"risk:{pending[0].id}" if pending else running.step if running else None
            self.received = intake.receive(
                tx,
                texts=self.parts.texts,
                lines=self.parts.lines,
                conversation=conversation,
                client=people.client(tx, self.client_id),
                message=intake.NewMessage(
                    id=new_id(),
                    text=text,
                    option=option,
                    step=step or here,
                    reflection_id=reflection_id or (running.id if running else None),
                ),
                assessment=assessed("none"),
                at=self.at,
                baseline=self.baseline,
            )
        self.last = []
        # The engine hears nothing of a message that is held.
        while self.received.forward and self._engine():
            pass

    def _engine(self) -> bool:
        with self.store.write() as tx:
            message = conversations.next_unanswered(tx, people_conversation(tx, self.client_id))
            if message is None:
                return False
            call = Call(GATEWAY, self.client_id, message.id, message.text, message.option, "tell")
            here = replace(here_of(tx, self.parts, call, self.at), at=self.at)
            running = reflections.open_reflection_of(tx, message.conversation_id)
            option = message.option or ""
            if running or option.startswith(("start:", "resume:")):
                turned = take_turn(tx, here)
                self.last += turned.replies if turned.reflection_id else [*turned.replies, *sum_up(tx, here)]
            else:
                self.last += [menu(tx, here) if option.startswith("menu") else talk(tx, here)]
            conversations.mark_answered(tx, message.id, at=self.at)
            return True


def people_conversation(tx: Tx, client_id: str) -> str:
    return conversations.conversation_of(tx, client_id, at=AT).id


@pytest.fixture
def chat(store: Store, parts: Parts) -> Chat:
    """A client of a practice where somebody answers at any hour."""
    return Chat(store, parts, furnish(store).client_id)


# --- walking and scoring ------------------------------------------------------------------------------------


def test_us_core_example_is_walked_to_its_published_total(chat: Chat) -> None:
    """Twelve, with the arithmetic said, no diagnosis, and the sum as the first line of the summary."""
    chat.begin("phq9")
    chat.answer(*US_CORE)
    chat.say("Done")
    assert chat.texts() == ["exercise.finished", "measure.total", "summary.written"]
    assert chat.last[1].text == (
        "PHQ-9: the sum of your 9 answers is 12 of 27. The published limits call 10 to 14 “moderate”. "
        "A sum is arithmetic and no diagnosis."
    )
    first, *items = chat.summary()
    assert (first["kind"], first["label"], first["value"]) == ("score", "PHQ-9", 12)
    assert first["text"] == "12 of 27, “moderate” (10 to 14); 9 of 9 answered"
    assert [line["value"] for line in items] == US_CORE
    assert chat.asked() == []


def test_phr_example_of_gad7_sums_to_three(chat: Chat) -> None:
    """As HL7 publishes it."""
    chat.begin("gad7")
    chat.answer(*PHR)
    chat.say("Done")
    assert chat.summary()[0]["text"] == "3 of 21, “minimal” (0 to 4); 7 of 7 answered"


@pytest.mark.parametrize(("language", "form"), [("en", "en"), ("es", "es")])
def test_items_and_answers_are_the_published_ones(chat: Chat, language: str, form: str) -> None:
    """Each question is the stem and the item, each button one of the four answers, in both languages."""
    with chat.store.write() as tx:
        people.set_client(tx, chat.client_id, language=language, address="usted", at=AT)
    measure = load_measures()["phq9"]
    chat.begin("phq9")
    for number, item in enumerate(measure.items, start=1):
        question = chat.last[-1]
        assert question.text.startswith(f"{measure.stem[form]}\n\n{item.text[form]}")
        assert question.prompt is not None
        labels = [option["label"] for option in question.prompt["options"]]
        assert labels == [measure.answer_texts[score][form] for score in range(4)]
        assert chat.step() == f"item_{number}"
        # Question 9 is the ninth on the screen too.
        assert (question.prompt["number"], question.prompt["of"]) == (number, 9)
        chat.answer("not_at_all")


def test_spanish_client_is_told_that_gad7_is_in_english(chat: Chat) -> None:
    """No Spanish wording could be traced to its makers, and none is made up."""
    with chat.store.write() as tx:
        people.set_client(tx, chat.client_id, language="es", address="tu", at=AT)
    chat.press("start:gad7")
    assert "solo en inglés" in chat.last[-1].text
    chat.say("Hecho")
    assert "Feeling nervous, anxious or on edge" in chat.last[-1].text


def test_what_question_nine_leads_to_is_said_before(chat: Chat) -> None:
    """Before the first question and with the question itself."""
    chat.press("start:phq9")
    assert "If you mark question 9, I ask one more question" in chat.last[-1].text
    chat.say("Done")
    chat.answer(*US_CORE[:8])
    assert chat.last[-1].text.endswith("If you mark this one, I ask one more question.")


def test_two_skipped_items_are_stood_for_by_the_mean(chat: Chat) -> None:
    """The published rule, said with the result."""
    chat.begin("phq9")
    chat.answer("", "", *["several_days"] * 6, "not_at_all")
    chat.say("Done")
    assert "measure.prorated" in chat.texts()
    # 6 points on 7 items: 6 * 9 / 7 = 7.7, so 8.
    assert chat.summary()[0]["text"] == "8 of 27, “mild” (5 to 9); 7 of 9 answered"


def test_three_skipped_items_make_no_sum(chat: Chat) -> None:
    """The answers are kept, and no line claims a score."""
    chat.begin("phq9")
    chat.answer("", "", "", *["several_days"] * 5, "not_at_all")
    chat.say("Done")
    assert "measure.no_total" in chat.texts()
    assert {line["kind"] for line in chat.summary()} == {"fact"}


def test_skipping_everything_says_that_nothing_is_there(chat: Chat) -> None:
    """Nobody is scolded, and no nought is made of it."""
    chat.begin("phq9")
    chat.answer(*[""] * 9)
    chat.press("skip")
    assert "summary.nothing" in chat.texts() or "measure.no_total" in chat.texts()
    assert chat.asked() == []


def test_stopped_measure_goes_on_where_it_was(chat: Chat) -> None:
    """And its sum has the answers from before."""
    chat.begin("gad7")
    chat.answer(*PHR[:3])
    chat.press("stop")
    chat.press(f"resume:{chat.newest().id}")
    assert chat.step() == "item_4"
    chat.answer(*PHR[3:])
    chat.say("Done")
    assert chat.summary()[0]["value"] == 3


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ("2", "more_than_half_the_days"),
        ("0", "not_at_all"),
        ("never", "not_at_all"),
        ("Several days", "several_days"),
        ("three", "nearly_every_day"),
        ("more than half", "more_than_half_the_days"),
    ],
)
def test_typed_number_is_the_printed_score(chat: Chat, typed: str, option: str) -> None:
    """Not the place of the button; what was understood is said where it was not the words themselves."""
    chat.begin("gad7")
    chat.say(typed)
    assert chat.answers()["item_1"] == option
    assert ("exercise.noted_words" in chat.texts()) == (typed != "Several days")


def test_word_of_a_button_is_no_nought(chat: Chat) -> None:
    """ "all" stands in "Not at all" and means something else."""
    chat.begin("gad7")
    chat.say("all")
    assert chat.texts()[0] == "exercise.again_choice"


# --- question 9 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "severity"), [("several_days", 1), ("more_than_half_the_days", 2), ("nearly_every_day", 2)]
)
def test_mark_is_asked_about_before_the_engine_hears_of_it(chat: Chat, option: str, severity: int) -> None:
    """The question is stored with the message; above several days silence tells a person, and it says so."""
    chat.to_item_nine()
    chat.answer(option)
    (asked,) = chat.asked()
    assert (asked.category, asked.severity) == ("passive_ideation", severity)
    assert (asked.pages_at is not None) == (severity > 1)
    assert chat.last == []
    assert chat.received is not None
    assert chat.received.forward is False
    assert (chat.shown().kind, chat.shown().text_id) == ("question", "handoff.ask_item")
    assert ("nothing is sent" in chat.shown().text) == (severity == 1)


def test_clear_no_is_believed_and_the_walk_goes_on(chat: Chat) -> None:
    """Nobody is told; the mark counts in the sum."""
    chat.to_item_nine()
    chat.answer("several_days")
    chat.press("risk_no")
    assert chat.step() == "close"
    assert chat.texts() == ["step.phq9.close"]
    chat.say("Done")
    assert chat.summary()[0]["value"] == 13
    with chat.store.read() as tx:
        assert episodes.open_episode_of(tx, chat.conversation_id) is None


def test_yes_tells_a_person_and_loses_no_answer(chat: Chat) -> None:
    """The walk is put aside: what is written next is no answer. Taken up again, only the closing is left."""
    chat.to_item_nine()
    chat.answer("several_days")
    chat.press("risk_yes")
    with chat.store.read() as tx:
        assert episodes.open_episode_of(tx, chat.conversation_id) is not None
    assert chat.newest().state == "paused"
    chat.say("I am scared")
    assert chat.texts() == ["talk.heard"]
    chat.press(f"resume:{chat.newest().id}")
    assert chat.step() == "close"
    chat.say("Done")
    assert chat.summary()[0]["value"] == 13


def test_silence_after_a_serious_mark_tells_a_person_and_loses_no_answer(chat: Chat) -> None:
    """At the time that stands under the question; the walk is put aside, its answer kept."""
    chat.to_item_nine()
    chat.answer("nearly_every_day")
    (asked,) = chat.asked()
    assert asked.pages_at is not None
    with chat.store.write() as tx:
        timers.run(tx, texts=chat.parts.texts, lines=chat.parts.lines, at=asked.pages_at)
        assert episodes.open_episode_of(tx, people_conversation(tx, chat.client_id)) is not None
    assert chat.newest().state == "paused"
    assert chat.answers()["item_9"] == "nearly_every_day"


def test_held_mark_gets_no_answer_of_the_engine(chat: Chat) -> None:
    """In the terminal the engine hears of it all the same, and says nothing until the direct question is answered."""
    chat.to_item_nine()
    chat.say("2")
    with chat.store.write() as tx:
        message = conversations.message(tx, chat.asked()[0].message_id)
        assert message is not None
        call = Call("cmdline", chat.client_id, message.id, message.text, None, "tell")
        turned = take_turn(tx, here_of(tx, chat.parts, call, chat.at))
    assert turned.replies == []
    assert turned.reflection_id == chat.newest().id


def test_not_sure_at_the_lowest_mark_lets_the_client_choose(chat: Chat) -> None:
    """Told, into the brief, or help: as with a message."""
    chat.to_item_nine()
    chat.answer("several_days")
    chat.press("risk_not_sure")
    assert chat.asked()[0].answer == "not_sure"
    assert chat.step() == "close"


@pytest.mark.parametrize("option", ["more_than_half_the_days", "nearly_every_day"])
def test_mark_within_the_agreed_baseline_is_asked_once_and_pages_nobody(chat: Chat, option: str) -> None:
    """What therapist and client agreed is usual."""
    chat.baseline = {"usual": ["passive_ideation"], "severity": 2}
    chat.to_item_nine()
    chat.answer(option)
    (asked,) = chat.asked()
    assert (asked.severity, asked.pages_at) == (1, None)


@pytest.mark.parametrize(
    "typed", ["1", "several days", "sometimes", "yes", "a little", "every night", "dunno", "all", "a veces", "ok"]
)
def test_typed_words_that_are_no_plain_no_are_a_mark(chat: Chat, typed: str) -> None:
    """Buttons are surer than words, so words that are not understood are asked about."""
    chat.to_item_nine()
    chat.say(typed)
    assert len(chat.asked()) == 1
    # Where the words were no answer, the question says that it may be wrong.
    assert chat.shown().text_id == ("handoff.ask_item" if "item_9" in chat.answers() else "handoff.ask_self")


@pytest.mark.parametrize("typed", ["not at all", "Not at all", "0", "no", "never", "skip", "stop", "go back", "why?"])
def test_plain_no_and_commands_are_no_mark(chat: Chat, typed: str) -> None:
    """Nobody is asked for leaving it out."""
    chat.to_item_nine()
    chat.say(typed)
    assert chat.asked() == []


@pytest.mark.parametrize("option", ["skip", "stop", "back", "why", "answer:not_at_all", "answer:forged"])
def test_other_buttons_are_no_mark(chat: Chat, option: str) -> None:
    """Only one of the three answers above nought is."""
    chat.to_item_nine()
    chat.press(option)
    assert chat.asked() == []


def test_mark_on_another_item_is_none(chat: Chat) -> None:
    """The same buttons, another question."""
    chat.begin("phq9")
    chat.answer(*["nearly_every_day"] * 8)
    assert chat.asked() == []


def test_same_mark_is_asked_about_once_and_a_graver_one_again(chat: Chat) -> None:
    """Back and the same button: once in 24 hours. Back and more: new evidence."""
    chat.to_item_nine()
    chat.answer("several_days")
    chat.press("risk_no")
    chat.press("back")
    chat.answer("several_days")
    assert len(chat.asked()) == 1
    assert chat.step() == "close"
    chat.press("back")
    chat.answer("nearly_every_day")
    assert [one.severity for one in chat.asked()] == [1, 2]


def test_corrected_mark_is_asked_about(chat: Chat) -> None:
    """ "No, I meant 3", said at the next step, goes to question 9."""
    chat.to_item_nine()
    chat.answer("not_at_all")
    chat.say("no, I meant 3")
    assert [one.severity for one in chat.asked()] == [2]
    chat.press("risk_no")
    assert chat.answers()["item_9"] == "nearly_every_day"
    assert chat.step() == "close"


def test_mark_of_an_older_page_is_asked_about(chat: Chat) -> None:
    """A second tab still shows question 9 of a walk that was stopped."""
    chat.to_item_nine()
    old = chat.newest().id
    chat.press("stop")
    chat.press("answer:nearly_every_day", step="item_9", reflection_id=old)
    assert len(chat.asked()) == 1


def test_mark_that_came_while_a_question_was_open_is_asked_about_when_it_is_stored(chat: Chat) -> None:
    """Words that answered the direct question first, and are then taken for the item, are looked at again."""
    chat.to_item_nine()
    chat.say("it comes and goes")
    assert [one.severity for one in chat.asked()] == [1]
    chat.say("3")
    assert chat.answers()["item_9"] == "nearly_every_day"
    assert [one.severity for one in chat.asked()] == [1, 2]
    assert chat.shown().text_id == "handoff.ask_item"


def test_words_of_danger_in_a_measure_go_the_way_of_every_message(chat: Chat) -> None:
    """An alert in the middle leaves the walk to be resumed (the rest is hand-off's)."""
    chat.begin("phq9")
    chat.answer(*US_CORE[:3])
    with chat.store.write() as tx:
        reflections.pause(tx, chat.newest().id, chat.at)
    chat.press("menu")
    prompt = chat.last[0].prompt
    assert prompt is not None
    assert prompt["options"][0]["id"] == f"resume:{chat.newest().id}"


# --- offering -----------------------------------------------------------------------------------------------


def test_measures_stand_at_the_end_of_all_exercises(chat: Chat) -> None:
    """Under "all exercises"; never among the first unless the therapist set a rhythm."""
    chat.press("menu")
    prompt = chat.last[0].prompt
    assert prompt is not None
    assert not {"start:phq9", "start:gad7"} & {option["id"] for option in prompt["options"]}
    chat.press("menu:all")
    prompt = chat.last[0].prompt
    assert prompt is not None
    assert [option["id"] for option in prompt["options"]][-2:] == ["start:gad7", "start:phq9"]


@pytest.mark.parametrize(("weeks", "reason"), [(1, "for every week."), (4, "for every 4 weeks.")])
def test_measure_with_a_rhythm_is_offered_first_with_its_reason(chat: Chat, weeks: int, reason: str) -> None:
    """Who suggested it and how often; after it is done it is no longer first, and a client may pass it by."""
    with chat.store.write() as tx:
        therapist = people.client(tx, chat.client_id).therapist_id
        name = people.staff(tx, therapist).display_name
        schedules.set_schedule(tx, chat.client_id, "gad7", weeks=weeks, by=therapist, at=AT)
    chat.press("menu")
    prompt = chat.last[0].prompt
    assert prompt is not None
    assert prompt["options"][0]["id"] == "start:gad7"
    assert prompt["options"][0]["why"].startswith(f"{name} suggested this {reason}")
    chat.begin("gad7")
    chat.answer(*PHR)
    chat.say("Done")
    chat.press("menu")
    prompt = chat.last[0].prompt
    assert prompt is not None
    assert "start:gad7" not in {option["id"] for option in prompt["options"]}
