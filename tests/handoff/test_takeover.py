"""A person steps in: announced first, alone, heard both ways, handed back, and lost without leaving anybody alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.handoff import episodes as handoff_episodes
from bot.handoff import takeover, timers
from bot.records import conversations, events, takeovers
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, House

SECOND = timedelta(seconds=1)


def _take(house: House, episode_id: str, person: int = 0, at: Any = AT) -> int:
    with house.write() as tx:
        return takeover.take(tx, episode_id, person_id=house.staff[person], texts=load_texts(), at=at)


def _mode(house: House) -> str:
    with house.store.read() as tx:
        return conversations.conversation(tx, house.conversation_id).mode


def _run(house: House, at: Any) -> None:
    with house.write() as tx:
        timers.run(tx, texts=load_texts(), lines=load_lines(), at=at)


def test_the_client_reads_who_joins_before_a_word_is_read(house: House) -> None:
    """The announcement is stored with the takeover, and the person reads from it on."""
    episode = house.alert()
    offset = _take(house, episode.id)
    said = house.messages()[-1]
    assert (said.offset, said.role, said.kind, said.text_id) == (offset, "bot", "notice", "takeover.joined")
    assert NAMES[0] in said.text
    assert _mode(house) == "person"
    assert house.steps(episode.id)[-1] == "took_over"
    with house.store.read() as tx:
        kinds = [row.kind for row in events.events_after(tx, 0)]
    assert "mode" in kinds


def test_two_people_at_once_one_wins_and_the_other_is_told_who(house: House) -> None:
    """The first commit counts."""
    episode = house.alert()
    _take(house, episode.id)
    with pytest.raises(takeovers.TakenAlready) as refused:
        _take(house, episode.id, 1)
    assert refused.value.by_person_id == house.staff[0]
    assert _take(house, episode.id) == takeover_offset(house, episode.id)


def takeover_offset(house: House, episode_id: str) -> int:
    """Where the first person's reading began."""
    with house.store.read() as tx:
        return takeover.read_from(tx, episode_id, person_id=house.staff[0])


def test_messages_go_both_ways_and_the_engine_is_left_out(house: House) -> None:
    """The person's words carry their name; the client's are answered by nobody else."""
    episode = house.alert()
    _take(house, episode.id)
    with house.write() as tx:
        said = takeover.say(tx, episode.id, person_id=house.staff[0], text=" Hi, it's Wren. ", at=AT + MINUTE)
    assert (said.role, said.text, said.by_person_id) == ("person", "Hi, it's Wren.", house.staff[0])
    assert house.say("hello Wren", at=AT + MINUTE).forward is False


def test_only_the_person_who_took_over_speaks(house: House) -> None:
    """And only what has words."""
    episode = house.alert()
    with house.write() as tx, pytest.raises(takeovers.NotTaken):
        takeover.say(tx, episode.id, person_id=house.staff[0], text="hi", at=AT)
    _take(house, episode.id)
    with house.write() as tx, pytest.raises(takeovers.NotTaken):
        takeover.say(tx, episode.id, person_id=house.staff[1], text="hi", at=AT)
    for text in ("  ", "x" * 4001):
        with house.write() as tx, pytest.raises(ValueError, match="1 to 4000 characters"):
            takeover.say(tx, episode.id, person_id=house.staff[0], text=text, at=AT)
    with house.store.read() as tx, pytest.raises(takeovers.NotTaken):
        takeover.read_from(tx, episode.id, person_id=house.staff[1])


def test_handing_back_is_said_gently_and_the_bot_answers_again(house: House) -> None:
    """The next message goes to the engine."""
    episode = house.alert()
    _take(house, episode.id)
    with house.write() as tx:
        takeover.hand_back(tx, episode.id, person_id=house.staff[0], texts=load_texts(), at=AT + MINUTE)
    assert house.messages()[-1].text_id == "takeover.left"
    assert _mode(house) == "bot"
    assert house.say("thanks", at=AT + 2 * MINUTE).forward is True
    with house.write() as tx, pytest.raises(takeovers.NotTaken):
        takeover.hand_back(tx, episode.id, person_id=house.staff[0], texts=load_texts(), at=AT + MINUTE)


def test_a_lost_line_is_told_and_the_bot_waits_then_offers_itself(house: House) -> None:
    """Silent for five minutes, and nobody is left in a conversation that nobody answers."""
    episode = house.alert(severity=2)
    house.answer(episode.id, 0, "calling_now", at=AT)
    _take(house, episode.id)
    _run(house, AT + 29 * SECOND)
    assert house.messages()[-1].text_id == "takeover.joined"
    _run(house, AT + 31 * SECOND)
    assert house.messages()[-1].text_id == "takeover.lost"
    assert _mode(house) == "person"
    _run(house, AT + 60 * SECOND)
    assert [message.text_id for message in house.messages()].count("takeover.lost") == 1
    _run(house, AT + 31 * SECOND + takeover.SILENT_FOR + SECOND)
    assert house.messages()[-1].text_id == "takeover.offers_itself"
    assert _mode(house) == "bot"
    assert house.steps(episode.id)[-1] == "line_lost"


def test_a_line_that_comes_back_goes_on(house: House) -> None:
    """The person's page is there again: nothing is taken from them."""
    episode = house.alert(severity=2)
    house.answer(episode.id, 0, "calling_now", at=AT)
    _take(house, episode.id)
    _run(house, AT + 31 * SECOND)
    with house.write() as tx:
        takeover.look(tx, episode.id, person_id=house.staff[0], at=AT + 40 * SECOND)
    _run(house, AT + 60 * SECOND)
    _run(house, AT + 69 * SECOND)
    with house.store.read() as tx:
        found = takeovers.current(tx, house.conversation_id)
        assert found is not None
        assert found.lost_at is None


def test_nobody_steps_in_without_an_open_alert(house: House) -> None:
    """A closed one is over."""
    episode = house.alert()
    with house.write() as tx:
        handoff_episodes.close(tx, episode.id, person_id=house.staff[0], outcome="not_a_crisis", note=None, at=AT)
    with pytest.raises(takeover.NoAlert):
        _take(house, episode.id)


def test_a_lost_line_after_the_alert_was_closed_is_handed_back_too(house: House) -> None:
    """No step is added to a record that is closed."""
    episode = house.alert()
    _take(house, episode.id)
    with house.write() as tx:
        handoff_episodes.close(tx, episode.id, person_id=house.staff[0], outcome="not_a_crisis", note=None, at=AT)
    _run(house, AT + MINUTE)
    _run(house, AT + 7 * MINUTE)
    assert _mode(house) == "bot"
    assert house.steps(episode.id)[-1] == "closed"
