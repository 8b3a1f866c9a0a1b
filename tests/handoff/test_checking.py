"""check_in: the question, its four answers and free text, silence by severity, once per evidence in 24 hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.handoff import checking, intake, timers
from bot.handoff.answers import read_answer
from bot.records import conversations, people, questions
from bot.records.conversations import Message
from bot.records.questions import Question
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, OFFICE, House, evidence

HOUR = timedelta(hours=1)


def _ask(house: House, *, severity: int = 1, **fields: Any) -> intake.Received:
    received = house.say("I am tired of it all", level="check_in", severity=severity, **fields)
    assert received.question_id is not None
    return received


def _press(house: House, received: intake.Received, option: str, label: str, **fields: Any) -> intake.Received:
    """The client presses a button of the question, as the widget sends it."""
    return house.say(label, option=option, step=f"risk:{received.question_id}", **{"at": AT + MINUTE, **fields})


def _question(house: House, received: intake.Received) -> Question:
    with house.store.read() as tx:
        return questions.question(tx, str(received.question_id))


def _last(house: House) -> Message:
    return house.messages()[-1]


def _run(house: House, at: Any) -> int:
    with house.write() as tx:
        return timers.run(tx, texts=load_texts(), lines=load_lines(), at=at)


def _waits_for_the_engine(house: House) -> list[str]:
    found = []
    for message in house.messages():
        if message.role == "client" and message.answered_at is None and message.held_by is None:
            found.append(message.text)
    return found


def test_the_question_admits_doubt_offers_four_answers_and_says_the_consequence(house: House) -> None:
    """A stored bot message, which the widget shows with buttons; the engine is not asked."""
    received = _ask(house)
    asked = _last(house)
    assert received.forward is False
    assert (asked.role, asked.kind, asked.text_id) == ("bot", "question", "handoff.ask_self")
    assert asked.text == (
        "I may have misread you. Are you thinking about killing yourself?\n\nLeaving is fine; nothing is sent."
    )
    assert asked.prompt is not None
    assert [option["id"] for option in asked.prompt["options"]] == [
        "risk_yes", "risk_not_sure", "risk_no", "risk_rather_not",
    ]  # fmt: skip
    assert asked.reason
    assert _waits_for_the_engine(house) == []


@pytest.mark.parametrize(
    ("category", "why", "text_id"),
    [
        ("passive_ideation", "r", "ask_self"),
        ("active_ideation", "r", "ask_self"),
        ("self_harm", "r", "ask_harm"),
        ("abuse_or_danger", "r", "ask_abuse"),
        ("harm_to_others", "r", "ask_others"),
        ("harm_to_others", "unwanted_images", "ask_baby"),
        ("third_party", "r", "ask_third"),
        ("eating_disorder_risk", "r", "ask_eating"),
        ("command_hallucination", "r", "ask_voices"),
        ("something_new", "r", "ask_self"),
    ],
)
def test_the_question_is_in_the_words_of_the_category(house: House, category: str, why: str, text_id: str) -> None:
    """Danger from others is asked about otherwise than suicide; an unknown category gets the graver question."""
    _ask(house, categories=(category,), pieces=(evidence(category=category, why=why),))
    assert _last(house).text_id == f"handoff.{text_id}"


@pytest.mark.parametrize(
    ("typed", "option", "label", "answer"),
    [
        ("no", None, None, "yes"),
        ("yes", None, None, "no"),
        (None, "risk_yes", "No, I am not safe", "yes"),
        (None, "risk_no", "Yes, I meant something else", "no"),
        ("not sure", None, None, "not_sure"),
    ],
)
def test_asked_whether_somebody_is_safe_no_is_the_answer_that_tells(
    house: House, typed: str | None, option: str | None, label: str | None, answer: str
) -> None:
    """ "Are you safe where you are?" turns yes and no around; buttons say which is which."""
    pieces = (evidence(category="abuse_or_danger"),)
    received = _ask(house, categories=("abuse_or_danger",), pieces=pieces)
    asked = _last(house)
    assert asked.prompt is not None
    labels = {one["id"]: one["label"] for one in asked.prompt["options"]}
    if option is not None:
        assert labels[option] == label
        answered = _press(house, received, option, labels[option])
    else:
        answered = house.say(str(typed), at=AT + MINUTE)
    assert _question(house, received).answer == answer
    assert (answered.episode_id is not None) == (answer == "yes")


@pytest.mark.parametrize(("severity", "minutes"), [(2, 15), (3, 5)])
def test_at_severity_two_and_three_the_question_says_when_silence_tells_whom(
    house: House, severity: int, minutes: int
) -> None:
    """With the practice's reply time and the name of whoever is first on duty."""
    received = _ask(house, severity=severity)
    assert _question(house, received).pages_at == AT + minutes * MINUTE
    assert f"If you don't answer by 10:{minutes:02d}, I tell {NAMES[0]}." in _last(house).text


def test_at_night_the_question_says_that_nobody_is_on_duty(house: House) -> None:
    """The promise under the question is true at any hour."""
    house.hours(OFFICE)
    _ask(house, severity=2, at=AT - timedelta(days=1))
    assert _last(house).text.endswith(
        f"Nobody is on duty now. If you don't answer by 10:15, {NAMES[0]} sees it first thing: Mon 09:00."
    )


def test_with_nobody_to_tell_the_question_promises_nothing(house: House) -> None:
    """No contact has a channel."""
    from sqlalchemy import delete

    from bot.records.schema import channels

    with house.write() as tx:
        tx.run(delete(channels))
    _ask(house, severity=2)
    assert "I note it for Harbour Street Practice (fictional). I cannot reach anybody there now." in _last(house).text


def test_yes_tells_a_person_with_the_words_that_raised_it(house: House) -> None:
    """The alert holds both messages, the client reads first that a person is told, the engine is left out."""
    received = _ask(house, severity=1)
    answered = _press(house, received, "risk_yes", "Yes", level="none")
    assert answered.forward is False
    episode = house.episode(str(answered.episode_id))
    assert episode.severity == 2
    with house.store.read() as tx:
        from bot.records import episodes

        assert [kept.text for kept in episodes.episode_messages(tx, episode.id)] == ["I am tired of it all", "Yes"]
    assert house.told(episode.id) == [NAMES[0]]
    assert _question(house, received).answer == "yes"
    said = [message.text_id for message in house.messages() if message.role == "bot"]
    assert said == ["handoff.ask_self", "handoff.after_unsure_told"]
    assert _waits_for_the_engine(house) == []


def test_yes_in_own_words_is_read_by_assessment(house: House) -> None:
    """An alert while a question is open answers it, and what waited belongs to the alert."""
    received = _ask(house, severity=2)
    alert = house.say("yes, I have the pills here", level="alert", at=AT + MINUTE)
    assert _question(house, received).answer == "yes"
    assert alert.forward is True
    with house.store.read() as tx:
        from bot.records import episodes

        kept = [message.text for message in episodes.episode_messages(tx, str(alert.episode_id))]
    assert kept == ["I am tired of it all", "yes, I have the pills here"]
    assert house.told(str(alert.episode_id)) == [NAMES[0]]
    assert _waits_for_the_engine(house) == ["yes, I have the pills here"]


def test_a_plain_typed_yes_counts_even_where_assessment_found_nothing(house: House) -> None:
    """Two nets: the list of plain answers and the assessment."""
    received = _ask(house)
    answered = house.say("Yes.", at=AT + MINUTE)
    assert answered.episode_id is not None
    assert _question(house, received).answer == "yes"


@pytest.mark.parametrize("typed", [False, True])
def test_no_is_believed_noted_and_the_message_goes_on(house: House, typed: bool) -> None:
    """Nobody is told, a way back is offered, the engine gets what had waited."""
    received = _ask(house, severity=3)
    if typed:
        answered = house.say("No, not at all!", at=AT + MINUTE)
    else:
        answered = _press(house, received, "risk_no", "No, I meant something else")
    assert answered.forward is True
    assert answered.episode_id is None
    assert _question(house, received).answer == "no"
    assert _last(house).text_id == "handoff.after_no"
    assert _waits_for_the_engine(house) == ["I am tired of it all"]
    assert _run(house, AT + 24 * HOUR) == 0


@pytest.mark.parametrize("option", ["risk_not_sure", "risk_rather_not"])
@pytest.mark.parametrize("severity", [2, 3])
def test_unsure_at_severity_two_and_three_tells_a_person_and_says_so_first(
    house: House, option: str, severity: int
) -> None:
    """The client hears it before it happens, in the same commit."""
    received = _ask(house, severity=severity)
    answered = _press(house, received, option, "label")
    assert house.told(str(answered.episode_id)) == [NAMES[0]]
    assert _last(house).text_id == "handoff.after_unsure_told"
    assert _question(house, received).answer == option.removeprefix("risk_")


@pytest.mark.parametrize("option", ["risk_not_sure", "risk_rather_not"])
def test_unsure_at_severity_one_lets_the_client_choose(house: House, option: str) -> None:
    """Tell somebody, put it into the brief, or show help; nobody is told unasked."""
    received = _ask(house)
    answered = _press(house, received, option, "label")
    assert answered.episode_id is None
    offer = _last(house)
    assert offer.prompt is not None
    assert [(one["id"], one["label"]) for one in offer.prompt["options"]] == [
        ("risk_tell", f"Tell {NAMES[0]}"),
        ("risk_brief", "Put it in my brief"),
        ("risk_help", "Show me help"),
    ]
    assert _waits_for_the_engine(house) == ["I am tired of it all"]
    assert _run(house, AT + 24 * HOUR) == 0


def test_choosing_to_tell_tells(house: House) -> None:
    """At the severity that was found, because the client wants it."""
    received = _ask(house)
    _press(house, received, "risk_not_sure", "label")
    chosen = _press(house, received, "risk_tell", "Tell", at=AT + 2 * MINUTE)
    assert house.episode(str(chosen.episode_id)).severity == 1
    assert house.told(str(chosen.episode_id)) == [NAMES[0]]
    assert _last(house).text_id == "handoff.chose_tell"
    assert _question(house, received).choice == "tell"


def test_choosing_the_brief_tells_nobody_and_choosing_again_changes_nothing(house: House) -> None:
    """Recorded for the therapist's brief."""
    received = _ask(house)
    _press(house, received, "risk_rather_not", "label")
    _press(house, received, "risk_brief", "Brief", at=AT + 2 * MINUTE)
    assert _question(house, received).choice == "brief"
    assert _last(house).text == (f"It goes into what {NAMES[0]} reads before your next session. Nobody is told today.")
    again = _press(house, received, "risk_tell", "Tell", at=AT + 3 * MINUTE)
    assert again.episode_id is None
    assert _question(house, received).choice == "brief"


def test_choosing_help_shows_lines_and_leaves_the_other_choices(house: House) -> None:
    """Help is no decision."""
    received = _ask(house)
    _press(house, received, "risk_not_sure", "label")
    _press(house, received, "risk_help", "Help", at=AT + 2 * MINUTE)
    said, offer = house.messages()[-2:]
    assert "988" in said.text
    assert offer.prompt is not None
    assert [one["id"] for one in offer.prompt["options"]] == ["risk_tell", "risk_brief"]
    _press(house, received, "risk_brief", "Brief", at=AT + 3 * MINUTE)
    _press(house, received, "risk_help", "Help", at=AT + 4 * MINUTE)
    assert _last(house).text_id == "handoff.chose_help"


def test_a_free_text_that_is_itself_a_sign_counts_as_unsure(house: House) -> None:
    """Read again by assessment: check_in is neither yes nor no."""
    received = _ask(house, severity=1)
    answered = house.say("some days more than others", level="check_in", severity=2, at=AT + MINUTE)
    assert _question(house, received).answer == "not_sure"
    assert house.told(str(answered.episode_id)) == [NAMES[0]]


def test_an_unclear_text_at_severity_one_lets_the_conversation_go_on(house: House) -> None:
    """Nothing hangs on the answer."""
    received = _ask(house)
    assert house.say("the weather is fine", at=AT + MINUTE).forward is True
    assert _question(house, received).answer == "text"
    assert _waits_for_the_engine(house) == ["I am tired of it all", "the weather is fine"]


def test_an_unclear_text_at_severity_two_is_asked_once_more_and_never_again(house: House) -> None:
    """The time under the question still counts, and the client is heard meanwhile."""
    received = _ask(house, severity=2)
    first = house.say("the weather is fine", at=AT + MINUTE)
    assert (first.forward, _last(house).text_id) == (False, "handoff.ask_again")
    assert "If you don't answer by 10:15" in _last(house).text
    second = house.say("and the dog too", at=AT + 2 * MINUTE)
    assert second.forward is True
    assert _question(house, received).answer is None
    assert _waits_for_the_engine(house) == ["and the dog too"]
    assert _run(house, AT + 15 * MINUTE) == 1


@pytest.mark.parametrize("severity", [2, 3])
def test_silence_at_severity_two_and_three_tells_a_person_and_the_client_reads_so(house: House, severity: int) -> None:
    """At the minute that stood under the question, once, whoever looks."""
    received = _ask(house, severity=severity)
    due = AT + {2: 15, 3: 5}[severity] * MINUTE
    assert _run(house, due - timedelta(seconds=1)) == 0
    assert _run(house, due) == 1
    assert _run(house, due) == 0
    assert _question(house, received).paged_at == due
    with house.store.read() as tx:
        from bot.records import episodes

        [episode] = episodes.open_episodes(tx)
    assert (episode.severity, house.told(episode.id)) == (severity, [NAMES[0]])
    assert _last(house).text_id == "handoff.after_silence"
    assert _waits_for_the_engine(house) == []


def test_silence_at_severity_one_pages_nobody(house: House) -> None:
    """Leaving is fine."""
    _ask(house, severity=1)
    assert _run(house, AT + timedelta(days=30)) == 0


def test_silence_at_night_is_the_first_thing_at_the_opening(house: House) -> None:
    """And the client reads so."""
    house.hours(OFFICE)
    sunday = AT - timedelta(days=1)
    _ask(house, severity=2, at=sunday)
    _run(house, sunday + 15 * MINUTE)
    assert _last(house).text == (
        "There was no answer to my question, so Harbour Street Practice (fictional) sees it as the first thing: "
        "Mon 09:00."
    )


def test_a_no_after_the_silence_was_paged_is_added_to_the_alert(house: House) -> None:
    """It undoes nothing; the person told reads it, and the client is told the truth."""
    received = _ask(house, severity=2)
    _run(house, AT + 15 * MINUTE)
    answered = _press(house, received, "risk_no", "No, I meant something else", at=AT + 16 * MINUTE)
    episode_id = str(answered.episode_id)
    assert house.episode(episode_id).state != "closed"
    assert "answered_no" in house.steps(episode_id)
    assert _last(house).text_id == "handoff.after_no_late"
    assert [row.kind for row in house.deliveries(episode_id)] == ["alert", "mail"]


def test_an_answer_that_came_first_pages_nobody(house: House) -> None:
    """The silence is over when the answer is committed."""
    received = _ask(house, severity=2)
    asked = _question(house, received)
    _press(house, received, "risk_no", "No")
    with house.write() as tx:
        assert not checking.page_silence(tx, asked, texts=load_texts(), lines=load_lines(), at=AT + HOUR)


def test_the_same_evidence_is_asked_about_once_in_24_hours(house: House) -> None:
    """Then again; other evidence at once."""
    received = _ask(house, pieces=(evidence("same"),))
    _press(house, received, "risk_no", "No")
    again = {"level": "check_in", "pieces": (evidence("same"),)}
    assert house.say("tired", at=AT + 23 * HOUR, **again).question_id is None
    assert house.say("tired", at=AT + 25 * HOUR, **again).question_id is not None
    _press(house, received, "risk_no", "No", at=AT + 25 * HOUR + MINUTE)
    other = house.say("tired", level="check_in", pieces=(evidence("other"),), at=AT + 26 * HOUR)
    assert other.question_id is not None


def test_the_gravest_new_evidence_of_this_message_is_asked_about(house: House) -> None:
    """Earlier turns had their own chance."""
    pieces = (evidence("old", severity=3, turn=1), evidence("mild", severity=1), evidence("grave", severity=2))
    received = _ask(house, severity=2, pieces=pieces)
    assert _question(house, received).evidence_id == "grave"


def test_during_an_open_alert_nothing_is_asked(house: House) -> None:
    """The risk question is not put again unasked; a serious sign joins the alert."""
    episode = house.alert(severity=2)
    mild = house.say("tired", level="check_in", severity=1, pieces=(evidence("x"),), at=AT + MINUTE)
    grave = house.say("tired", level="check_in", severity=3, pieces=(evidence("y"),), at=AT + 2 * MINUTE)
    assert (mild.question_id, mild.forward, mild.episode_id) == (None, True, episode.id)
    assert (grave.question_id, grave.forward) == (None, True)
    assert house.steps(episode.id) == ["opened", "rose"]


def test_a_yes_after_a_no_tells_a_person(house: House) -> None:
    """Pressed on another device, or on second thought: the one answer that always counts."""
    received = _ask(house)
    _press(house, received, "risk_no", "No")
    again = _press(house, received, "risk_yes", "Yes", at=AT + 2 * MINUTE)
    assert house.told(str(again.episode_id)) == [NAMES[0]]


def test_a_no_after_a_yes_undoes_nothing(house: House) -> None:
    """The alert goes on until a person has looked."""
    received = _ask(house)
    _press(house, received, "risk_yes", "Yes")
    again = _press(house, received, "risk_no", "No", at=AT + 2 * MINUTE)
    assert again.forward is True
    assert _question(house, received).answer == "yes"


def test_a_button_that_names_a_question_of_somebody_else_answers_none_of_theirs(house: House) -> None:
    """The step is what a client claims: it only ever finds questions of the own conversation."""
    with house.write() as tx:
        other = people.create_client(
            tx, name="Leo Demo", pronouns=None, language="en", address="tu", country="US",
            therapist_id=house.staff[0], phone=None, at=AT,
        )  # fmt: skip
        theirs = questions.ask(
            tx, conversation_id=conversations.conversation_of(tx, other, at=AT).id, message_id="0" * 32,
            evidence_id="e", category="passive_ideation", severity=1, pages_at=None, at=AT,
        )  # fmt: skip
    received = house.say("Yes", option="risk_yes", step=f"risk:{theirs.id}")
    assert received.episode_id is None
    with house.store.read() as tx:
        assert questions.question(tx, theirs.id).answer is None


def test_a_button_without_a_step_answers_the_newest_question(house: House) -> None:
    """A client of the API that left the step out loses nothing."""
    received = _ask(house)
    house.say("Yes", option="risk_yes", at=AT + MINUTE)
    assert _question(house, received).answer == "yes"


@pytest.mark.parametrize("how", [{"option": "risk_yes"}, {}])
def test_a_yes_on_the_next_day_is_a_yes(house: House, how: dict[str, str]) -> None:
    """The buttons stand on the screen until something is said."""
    _ask(house)
    assert house.say("Yes", at=AT + 30 * HOUR, **how).episode_id is not None


def test_another_button_is_no_answer(house: House) -> None:
    """Skip, menu and the like go to the engine, and the question stays."""
    received = _ask(house, severity=2)
    assert house.say("Menu", option="menu", at=AT + MINUTE).forward is True
    assert _question(house, received).answer is None


def test_in_spanish_the_question_is_asked_in_spanish_and_as_usted_if_wished(house: House) -> None:
    """The client's own language and form of address."""
    with house.write() as tx:
        people.set_client(tx, house.client_id, language="es", address="usted", at=AT)
    _ask(house, severity=2)
    assert _last(house).text == (
        "Quizá le entendí mal. ¿Está pensando en quitarse la vida?\n\n"
        f"Si no responde para las 10:15, aviso a {NAMES[0]}."
    )


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("No", "no"), ("NO!!", "no"), ("no, i'm not.", "no"), ("No quería decir eso", "no"), ("Sí", "yes"),
        ("si", "yes"), ("I’d rather not say", "rather_not"), ("a veces", "not_sure"), ("idk", "not_sure"),
        ("no more pain", None), ("not today, but soon", None), ("no reason to live", None), ("yes, but no", None),
        ("", None), ("nothing", None),
    ],
)  # fmt: skip
def test_only_plain_answers_are_read_from_the_list(typed: str, answer: str | None) -> None:
    """A word more and it is crisis assessment's to read."""
    assert read_answer(typed) == answer


def test_a_plain_no_never_outweighs_an_alert(house: House) -> None:
    """What assessment finds grave is grave, whatever the list says."""
    _ask(house, severity=2)
    assert house.say("no", level="alert", at=AT + MINUTE).episode_id is not None


def test_an_alert_by_pressing_yes_is_not_given_to_the_engine(house: House) -> None:
    """Assessment reads a pressed yes as an alert itself; the button's answer is complete without the engine."""
    received = _ask(house, severity=2)
    answered = _press(house, received, "risk_yes", "Yes", level="alert")
    assert (answered.forward, answered.episode_id is not None) == (False, True)
    assert _question(house, received).answer == "yes"


def test_a_message_in_person_mode_still_answers_a_question(house: House) -> None:
    """The question was put before the person joined; a yes is a yes."""
    received = _ask(house, severity=2)
    with house.write() as tx:
        conversations.set_mode(tx, house.conversation_id, mode="person", reason="takeover", at=AT)
    assert _press(house, received, "risk_yes", "Yes").episode_id is not None
