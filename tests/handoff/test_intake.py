"""A message and all that follows from it, in one transaction (I1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.records import conversations, new_id
from bot.records.conversations import SameIdOtherBody
from tests.handoff.house import ALWAYS, AT, MINUTE, NAMES, OFFICE, House, evidence, receive


def test_alert_opens_one_episode_with_the_first_page_on_all_channels(house: House) -> None:
    """The contact's every channel is due at once, and the reply time of the severity runs."""
    episode = house.alert(severity=3)
    [row] = house.deliveries(episode.id)
    assert (row.kind, row.state, row.due_at) == ("alert", "due", AT)
    assert house.told(episode.id) == [NAMES[0]]
    assert episode.escalates_at == AT + 5 * MINUTE


def test_a_failure_before_the_commit_leaves_neither_message_nor_episode_nor_page(house: House) -> None:
    """One transaction: whatever breaks in it takes everything with it (I1)."""
    with pytest.raises(RuntimeError, match="killed"), house.store.write() as tx:
        receive(tx, house, "crisis words", at=AT, level="alert")
        raise RuntimeError("killed")
    assert house.messages() == []
    with house.store.read() as tx:
        from bot.records import deliveries, episodes

        assert episodes.open_episodes(tx) == []
        assert deliveries.next_due(tx) is None


def test_the_same_message_again_changes_nothing(house: House) -> None:
    """A resend is answered as the first time: one episode, one page."""
    message_id = new_id()
    first = house.say("crisis words", level="alert", message_id=message_id)
    again = house.say("crisis words", level="alert", message_id=message_id, at=AT + MINUTE)
    assert again.message.repeated
    assert (again.episode_id, again.forward) == (first.episode_id, True)
    assert len(house.deliveries(str(first.episode_id))) == 1


def test_the_same_id_with_another_text_is_refused(house: House) -> None:
    """An id stands for one message."""
    message_id = new_id()
    house.say("one", message_id=message_id)
    with pytest.raises(SameIdOtherBody):
        house.say("other", message_id=message_id)


def test_further_crisis_messages_join_the_open_episode(house: House) -> None:
    """One alert an episode: the same severity tells nobody again."""
    episode = house.alert(severity=2)
    assert house.alert(severity=2, at=AT + MINUTE).id == episode.id
    assert len(house.deliveries(episode.id)) == 1
    assert house.steps(episode.id) == ["opened", "joined"]


def test_a_rise_in_severity_tells_the_same_person_again(house: House) -> None:
    """As a further notification of the same alert, with the shorter reply time."""
    episode = house.alert(severity=2)
    risen = house.alert(severity=3, at=AT + MINUTE)
    assert risen.id == episode.id
    assert [row.kind for row in house.deliveries(episode.id)] == ["alert", "rise"]
    assert risen.escalates_at == AT + 6 * MINUTE


def test_an_assessment_that_failed_is_an_alert_of_severity_two(house: House) -> None:
    """Nobody could look at the message: a person does."""
    episode = house.alert(severity=2, categories=("unassessed",), pieces=())
    assert (episode.severity, episode.categories) == (2, ("unassessed",))


def test_outside_coverage_the_page_is_due_at_the_opening(house: House) -> None:
    """It pages no sleeping person and is the first thing at opening time."""
    house.hours(OFFICE)
    sunday_three = AT - timedelta(days=1, hours=7)
    episode = house.alert(at=sunday_three)
    [row] = house.deliveries(episode.id)
    assert row.due_at == AT - timedelta(hours=1)
    card = house.card(episode.id, sunday_three)
    assert card["state"] == "nobody"
    assert "Mon 09:00" in card["text"]
    assert card["people"] == []


def test_outside_coverage_the_on_call_contact_is_told_at_once(house: House) -> None:
    """Somebody was engaged for those hours."""
    house.hours(OFFICE, outside=house.contacts[2])
    episode = house.alert(at=AT - timedelta(days=1, hours=7))
    assert house.told(episode.id) == [NAMES[2]]
    assert house.deliveries(episode.id)[0].due_at == AT - timedelta(days=1, hours=7)


def test_in_person_mode_the_bot_neither_asks_nor_answers(house: House) -> None:
    """A person reads along; an alert still joins or opens an episode."""
    with house.write() as tx:
        conversations.set_mode(tx, house.conversation_id, mode="person", reason="takeover", at=AT)
    received = house.say("tired", level="check_in", severity=2)
    assert (received.forward, received.question_id) == (False, None)
    alert = house.say("crisis words", level="alert")
    assert alert.forward is False
    assert alert.episode_id is not None


def test_a_label_that_is_none_costs_the_label_and_not_the_message(house: House) -> None:
    """What a client claims about its place in a reflection may not make a crisis message fail."""
    received = house.say("crisis words", level="alert", step="no such <label>")
    assert received.message.step is None
    assert received.episode_id is not None


def test_an_unread_language_is_said_once_and_never_escalates(house: House) -> None:
    """It says that nobody is told, names lines, and silence changes nothing."""
    assert house.say("mi ne fartas bone", unread=True).forward
    assert house.say("mi estas laca", unread=True).forward
    notices = [message for message in house.messages() if message.kind == "notice"]
    assert len(notices) == 1
    assert "988" in notices[0].text
    with house.store.read() as tx:
        from bot.records import questions

        assert questions.due_silences(tx, AT + timedelta(days=30)) == []


def test_evidence_alerted_before_is_not_asked_about(house: House) -> None:
    """What a person already knows of is not asked about again in 24 hours."""
    from bot.handoff import episodes as handoff_episodes

    piece = evidence("e9", severity=2)
    episode = house.alert(severity=2, pieces=(piece,))
    with house.write() as tx:
        handoff_episodes.close(
            tx, episode.id, person_id=house.staff[0], outcome="reached_and_safe", note=None, at=AT + MINUTE
        )
    assert house.say("tired", level="check_in", pieces=(piece,), at=AT + 2 * MINUTE).question_id is None
    assert house.say("tired", level="check_in", pieces=(evidence("e10"),), at=AT + 2 * MINUTE).question_id


def test_open_at_any_hour_has_no_gap(house: House) -> None:
    """Midnight is covered by two days' hours together."""
    house.hours(ALWAYS)
    midnight = AT.replace(hour=5)
    assert house.deliveries(house.alert(at=midnight).id)[0].due_at == midnight
