"""The owner sets who is told, tries it, and sees what came of it; others look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.portal.contacts_page import fits
from bot.records import contacts, deliveries, people, practice
from tests import doors
from tests.portal.conftest import Door, serve


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A portal of its own for each test, because each changes the practice."""
    yield from serve(doors.settings_in(tmp_path))


def _contacts(door: Door) -> list[contacts.Contact]:
    with door.store.read() as tx:
        return contacts.contacts(tx)


def test_a_channel_is_added_tested_and_removed(door: Door) -> None:
    """A new channel gets a test message at once; what is removed is gone from the page."""
    owner = door.browser(door.people.sam)
    contact = _contacts(door)[0]
    before = len(contact.channels)
    answer = owner.post(f"/practice/contacts/{contact.id}/channels", {"kind": "email", "address": " new@example.org "})
    assert answer.headers["location"] == "/practice?saved=true"
    [*_, added] = _contacts(door)[0].channels
    assert (added.kind, added.address) == ("email", "new@example.org")
    with door.store.read() as tx:
        assert {row.kind for row in deliveries.drills(tx)} == {"drill"}
        assert len(deliveries.drills(tx)) == before + 1
    page = owner.get("/practice").text
    assert "new@example.org" in page
    assert "waiting to be sent" in page
    owner.post(f"/practice/channels/{added.id}/remove")
    assert len(_contacts(door)[0].channels) == before
    assert owner.post(f"/practice/channels/{added.id}/remove").status_code == 404


@pytest.mark.parametrize(
    ("kind", "address", "good"),
    [
        ("email", "a@example.org", True), ("email", "a@example", False), ("email", "a b@example.org", False),
        ("sms", "+1 202-555-0143", True), ("sms", "2025550143", False), ("sms", "+1202555", True),
        ("webhook", "https://hooks.example.org/x", True), ("webhook", "http://hooks.example.org/x", False),
        ("webhook", "https://user:word@example.org/", False), ("webhook", "javascript:alert(1)", False),
        ("webhook", "http://10.0.0.5:9000/x", True), ("webhook", "http://10.0.0.5:9001/x", False),
    ],
)  # fmt: skip
def test_an_address_must_be_one_of_its_kind(kind: str, address: str, good: bool) -> None:
    """What the operator listed may be in the own network, nothing else."""
    assert fits(kind, address, private=("10.0.0.5:9000",)) is good


def test_a_bad_address_is_said_and_nothing_saved(door: Door) -> None:
    """In words, on the page."""
    owner = door.browser(door.people.sam)
    contact = _contacts(door)[0]
    answer = owner.post(f"/practice/contacts/{contact.id}/channels", {"kind": "email", "address": "nonsense"})
    assert answer.headers["location"] == "/practice?fault=address"
    assert "that is no e-mail address" in owner.get("/practice?fault=address").text
    assert _contacts(door)[0].channels == contact.channels


def test_reply_times_and_who_answers_at_night_are_saved(door: Door) -> None:
    """And refused when they are no minutes; an unknown contact is nobody."""
    owner = door.browser(door.people.sam)
    contact = _contacts(door)[0]
    form = {"minutes_1": "90", "minutes_2": "20", "minutes_3": "7", "outside": contact.id}
    assert owner.post("/practice/rules", form).headers["location"] == "/practice?saved=true"
    with door.store.read() as tx:
        saved = contacts.coverage(tx)
    assert (saved.reply_minutes, saved.outside) == ({1: 90, 2: 20, 3: 7}, contact.id)
    assert owner.post("/practice/rules", {**form, "minutes_3": "0"}).headers["location"] == "/practice?fault=minutes"
    owner.post("/practice/rules", {**form, "outside": "f" * 32})
    with door.store.read() as tx:
        assert contacts.coverage(tx).outside == "nobody"


def test_a_practice_where_nobody_can_be_told_says_that_it_cannot_enrol(door: Door) -> None:
    """The reason stands on the page (FAULTS 25)."""
    owner = door.browser(door.people.sam)
    assert 'data-testid="problem"' not in owner.get("/practice").text
    with door.store.write() as tx:
        for contact in contacts.contacts(tx):
            for channel in contact.channels:
                contacts.remove_channel(tx, channel.id, at=doors.now())
        practice.set_practice(tx, outside="nobody")
        contacts.set_coverage(tx, hours=())
    page = owner.get("/practice").text
    assert "No contact can be reached from here. No client can be enrolled until this is changed." in page
    assert "No hours are declared and nobody answers outside them." in page


def test_a_drill_is_confirmed_by_the_person_told_and_by_nobody_else(door: Door) -> None:
    """Opening the link confirms nothing; the button does; the result is on the page."""
    owner = door.browser(door.people.sam)
    owner.post("/practice/drill")
    with door.store.read() as tx:
        rows = deliveries.drills(tx)
        contact = next(one for one in contacts.contacts(tx) if one.id == rows[0].contact_id)
    told = door.browser(contact.person_id)
    page = told.get(f"/drills/{rows[0].id}").text
    assert "No client is involved." in page
    with door.store.read() as tx:
        assert deliveries.delivery(tx, rows[0].id).confirmed_at is None
    other_id = next(one.person_id for one in _contacts(door) if one.person_id != contact.person_id)
    other = door.browser(other_id)
    assert other.get(f"/drills/{rows[0].id}").status_code == 404
    assert other.post(f"/drills/{rows[0].id}/confirm").status_code == 404
    assert told.post(f"/drills/{rows[0].id}/confirm").status_code == 303
    assert "Confirmed" in told.get(f"/drills/{rows[0].id}").text
    assert "Confirmed" in owner.get("/practice").text


def test_a_colleague_becomes_a_contact_once_and_can_be_put_first(door: Door) -> None:
    """In the practice's order."""
    owner = door.browser(door.people.sam)
    last = _contacts(door)[-1]
    owner.post(f"/practice/contacts/{last.id}/first")
    assert _contacts(door)[0].id == last.id
    again = owner.post("/practice/contacts", {"person_id": last.person_id})
    assert again.headers["location"] == "/practice?fault=person"
    assert owner.post("/practice/contacts", {"person_id": "f" * 32}).status_code == 404
    with door.store.read() as tx:
        known = {contact.person_id for contact in contacts.contacts(tx)}
        other = next((one.id for one in people.all_staff(tx) if one.id not in known), None)
    if other:
        owner.post("/practice/contacts", {"person_id": other})
        assert _contacts(door)[-1].person_id == other


def test_what_is_not_there_is_404(door: Door) -> None:
    """No contact, no channel."""
    owner = door.browser(door.people.sam)
    none = "f" * 32
    for path, form in (
        (f"/practice/contacts/{none}/first", {}),
        (f"/practice/contacts/{none}/test", {}),
        (f"/practice/contacts/{none}/channels", {"kind": "email", "address": "a@example.org"}),
    ):
        assert owner.post(path, form).status_code == 404


def test_only_the_owner_changes(door: Door) -> None:
    """A colleague sees the page without a form; a POST reads as not there."""
    colleague = door.browser(door.people.wren)
    page = colleague.get("/practice").text
    assert 'action="/practice/rules"' not in page
    contact = _contacts(door)[0]
    assert colleague.post("/practice/drill").status_code == 404
    assert colleague.post(f"/practice/contacts/{contact.id}/test").status_code == 404
    owner = door.browser(door.people.sam)
    assert owner.post(f"/practice/contacts/{contact.id}/test").status_code == 303
