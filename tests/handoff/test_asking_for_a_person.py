"""The client asks for a person without an alarm: only while somebody is on duty, and it says who is told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from bot.handoff import takeover
from bot.records.schema import channels
from bot.texts import load_texts
from tests.handoff.house import AT, MINUTE, NAMES, OFFICE, House


def test_a_person_on_duty_is_told_and_may_step_in(house: House) -> None:
    """An episode of severity 1 with words of its own; the person told can take over the chat."""
    received = house.say("Ask for a person", option="ask_person")
    assert received.forward is False
    episode = house.episode(str(received.episode_id))
    assert (episode.severity, episode.categories) == (1, ("asked_for_person",))
    assert house.told(episode.id) == [NAMES[0]]
    assert house.messages()[-1].text_id == "handoff.asked_person"
    shown = house.card(episode.id)
    assert shown["title"] == "You asked for a person"
    with house.write() as tx:
        takeover.take(tx, episode.id, person_id=house.staff[0], texts=load_texts(), at=AT + MINUTE)


def test_with_nobody_on_duty_it_says_so_and_names_lines(house: House) -> None:
    """The button was shown while somebody was there, or by another program."""
    house.hours(OFFICE)
    received = house.say("Ask for a person", option="ask_person", at=AT - timedelta(days=1))
    assert received.episode_id is None
    said = house.messages()[-1]
    assert said.text_id == "handoff.asked_person_nobody"
    assert "988" in said.text


def test_with_no_contact_it_says_so(house: House) -> None:
    """Nobody can be told."""
    with house.write() as tx:
        tx.run(delete(channels))
    assert house.say("Ask for a person", option="ask_person").episode_id is None


def test_a_crisis_that_follows_joins_and_is_told_with_its_own_severity(house: House) -> None:
    """The gravest decides the words; the person told hears of the rise."""
    first = house.say("Ask for a person", option="ask_person")
    house.alert(severity=3, at=AT + MINUTE)
    episode = house.episode(str(first.episode_id))
    assert episode.severity == 3
    assert [row.kind for row in house.deliveries(episode.id)] == ["alert", "rise"]
    assert house.card(episode.id)["title"] == "You matter, and you are not alone with this"
