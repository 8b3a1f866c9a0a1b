"""Drills and test messages: the way of an alert, marked, confirmed by a person, repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.handoff import drills, timers
from bot.records import NotFound, contacts, deliveries
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, OFFICE, House


def _ids(house: House) -> list[str]:
    with house.store.read() as tx:
        return [row.id for row in deliveries.drills(tx)]


def test_a_drill_goes_to_every_channel_of_every_contact_and_opens_no_episode(house: House) -> None:
    """The same rows as an alert's, of kind drill."""
    with house.write() as tx:
        assert drills.drill(tx, AT) == 3
        assert [result.name for result in sorted(drills.results(tx), key=lambda one: NAMES.index(one.name))] == [*NAMES]
        assert {result.state for result in drills.results(tx)} == {"due"}


def test_a_test_message_goes_to_one_contact(house: House) -> None:
    """At configuration."""
    with house.write() as tx:
        contacts.add_channel(tx, contact_id=house.contacts[1], kind="sms", address="+12025550143", position=1)
        assert drills.send_test(tx, house.contacts[1], AT) == 2
        assert {result.channel for result in drills.results(tx)} == {"sample@example.org", "+12025550143"}
        with pytest.raises(NotFound):
            drills.send_test(tx, "f" * 32, AT)


def test_only_the_person_told_confirms_and_the_first_time_counts(house: House) -> None:
    """ "Sent" says that a server took it; a person says that it arrived."""
    with house.write() as tx:
        drills.send_test(tx, house.contacts[0], AT)
    [delivery_id] = _ids(house)
    with house.write() as tx, pytest.raises(NotFound):
        drills.confirm(tx, delivery_id, person_id=house.staff[1], at=AT)
    for at in (AT + MINUTE, AT + 2 * MINUTE):
        with house.write() as tx:
            drills.confirm(tx, delivery_id, person_id=house.staff[0], at=at)
    with house.store.read() as tx:
        assert drills.results(tx)[0].confirmed_at == AT + MINUTE


def test_an_alert_is_no_drill(house: House) -> None:
    """Its page cannot be confirmed away."""
    row = house.deliveries(house.alert().id)[0]
    with house.write() as tx, pytest.raises(NotFound):
        drills.confirm(tx, row.id, person_id=house.staff[0], at=AT)


def test_a_drill_is_repeated_every_thirty_days_while_somebody_is_on_duty(house: House) -> None:
    """Never at night, never before the first one was started by a person."""

    def run(days: float) -> int:
        at = AT + timedelta(days=days)
        with house.write() as tx:
            timers.anything_due(tx, at)
            timers.run(tx, texts=load_texts(), lines=load_lines(), at=at)
        return len(_ids(house))

    house.hours(OFFICE)
    assert run(100) == 0
    with house.write() as tx:
        drills.drill(tx, AT)
        assert not timers.anything_due(tx, AT - MINUTE)
    assert run(29.9) == 3
    night = 30.5
    assert run(night) == 3
    assert run(35) == 6
    assert run(35.01) == 6


def test_a_removed_channel_is_not_used_and_not_lost_from_the_history(house: House) -> None:
    """Rows that went through it stay."""
    with house.write() as tx:
        drills.send_test(tx, house.contacts[0], AT)
        channel = contacts.contacts(tx)[0].channels[0]
        contacts.remove_channel(tx, channel.id, at=AT)
        assert contacts.contacts(tx)[0].channels == ()
        assert drills.results(tx)[0].channel == ""
        with pytest.raises(NotFound):
            contacts.remove_channel(tx, channel.id, at=AT)


def test_results_of_a_contact_who_left_are_not_shown(house: House) -> None:
    """Their account is closed."""
    with house.write() as tx:
        drills.send_test(tx, house.contacts[0], AT)
        from sqlalchemy import update

        from bot.records.schema import staff

        tx.run(update(staff).where(staff.c.person_id == house.staff[0]).values(status="closed"))
        assert drills.results(tx) == ()


def test_a_contact_can_be_put_first(house: House) -> None:
    """The practice's order; a client's therapist still comes before it."""
    with house.write() as tx:
        contacts.put_first(tx, house.contacts[2])
        assert contacts.contacts(tx)[0].id == house.contacts[2]
        assert contacts.path_of(tx, house.client_id)[0].id == house.contacts[0]
        assert contacts.next_position(tx) == 2
        assert contacts.next_position(tx, house.contacts[0]) == 1
        with pytest.raises(NotFound):
            contacts.put_first(tx, "f" * 32)
