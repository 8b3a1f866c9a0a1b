"""The practice, its contacts and hours, its appointments, its heartbeats."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from bot.records import NotFound, Store, StoreError, appointments, contacts, heartbeats, practice
from bot.records.schema import staff
from tests.records.practice import AT, MINUTE, Practice, add_client


def test_before_anybody_declared_hours_nobody_answers(store: Store) -> None:
    """The careful reading of an empty declaration, in a store that was never filled."""
    with store.read() as tx:
        here, hours = practice.practice(tx), contacts.coverage(tx)
    assert (here.name, here.outside, here.jurisdiction) == ("", "nobody", "strict")
    assert (hours.hours, hours.holidays, hours.outside) == ((), (), "nobody")


def test_what_is_set_stays_and_what_is_not_named_is_kept(store: Store) -> None:
    """One row, whichever of the two verbs writes first."""
    with store.write() as tx:
        contacts.set_coverage(tx, hours=[(0, "09:00", "17:00")], holidays=[date(2026, 12, 25)], time_zone="Europe/Rome")
        here = practice.set_practice(tx, name="Here", languages=("es",), reply_minutes={1: 60, 2: 15, 3: 5})
        assert (here.name, here.languages, here.time_zone) == ("Here", ("es",), "Europe/Rome")
        assert here.reply_minutes == {1: 60, 2: 15, 3: 5}
        assert practice.set_practice(tx) == here
        hours = contacts.set_coverage(tx, outside="c1")
        assert (hours.hours, hours.holidays) == (((0, "09:00", "17:00"),), (date(2026, 12, 25),))
        assert hours.outside == "c1"
        with pytest.raises(ValueError, match=r"^a practice has no field \['motto'\]; there are \['country'"):
            practice.set_practice(tx, motto="x")


def test_contacts_come_in_order_without_closed_accounts(store: Store, practice: Practice) -> None:
    """Channels in theirs; the client's own therapist is told first if a contact, wherever they stand."""
    with store.write() as tx:
        first = contacts.add_contact(tx, person_id=practice.on_call_id, position=1, at=AT)
        contacts.add_channel(tx, contact_id=first, kind="sms", address="555-0101", position=2)
        contacts.add_channel(tx, contact_id=first, kind="email", address="a@example.org", position=1)
        found = contacts.contacts(tx)
        assert [one.id for one in found] == [first, practice.contact_id]
        assert [channel.kind for channel in found[0].channels] == ["email", "sms"]
        assert [one.id for one in contacts.path_of(tx, practice.client_id)] == [practice.contact_id, first]
        other = add_client(tx, practice.on_call_id)
        assert [one.id for one in contacts.path_of(tx, other)] == [first, practice.contact_id]
        tx.run(update(staff).where(staff.c.person_id == practice.on_call_id).values(status="closed"))
        assert [one.id for one in contacts.contacts(tx)] == [practice.contact_id]
        with pytest.raises(NotFound, match="no client nowhere"):
            contacts.path_of(tx, "nowhere")


def test_a_channel_of_another_kind_is_refused(store: Store, practice: Practice) -> None:
    """The store itself knows which ways there are."""
    with pytest.raises(StoreError), store.write() as tx:
        contacts.add_channel(tx, contact_id=practice.contact_id, kind="pigeon", address="x", position=1)


def test_appointments_around_a_moment(store: Store, practice: Practice) -> None:
    """The last before it, the next from it on; the moment itself is the next."""
    with store.write() as tx:
        for minutes in (-20, -10, 0, 10):
            appointments.add(tx, client_id=practice.client_id, starts_at=AT + minutes * MINUTE, at=AT)
        last = appointments.last_before(tx, practice.client_id, AT)
        following = appointments.next_after(tx, practice.client_id, AT)
        assert last is not None
        assert following is not None
        assert (last.starts_at, following.starts_at) == (AT - 10 * MINUTE, AT)
        assert appointments.last_before(tx, practice.client_id, AT - 20 * MINUTE) is None
        assert appointments.next_after(tx, practice.client_id, AT + 11 * MINUTE) is None
        assert appointments.next_after(tx, "somebody else", AT) is None


def test_a_heartbeat_is_the_last_one(store: Store) -> None:
    """Each part has one line."""
    with store.write() as tx:
        heartbeats.beat(tx, "worker", AT)
        heartbeats.beat(tx, "worker", AT + MINUTE)
        heartbeats.beat(tx, "gateway", AT)
        assert heartbeats.beats(tx) == {"worker": AT + MINUTE, "gateway": AT}


def test_a_time_without_a_zone_is_refused_and_any_zone_is_kept_as_utc(store: Store) -> None:
    """Deadlines hang on it: which zone a naive time means would be a guess."""
    with pytest.raises(StoreError), store.write() as tx:
        heartbeats.beat(tx, "worker", datetime(2026, 3, 2, 9, 0))
    with store.write() as tx:
        heartbeats.beat(tx, "worker", (AT + timedelta(microseconds=7)).astimezone(timezone(timedelta(hours=-5))))
        assert heartbeats.beats(tx) == {"worker": AT + timedelta(microseconds=7)}
