"""Enrolling: only where somebody can be told, by the therapist, with a way in that works once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.portal.enrolment_page import AHEAD_MAX, WEEKS_MAX, starts_of
from bot.records import appointments, contacts, people, signing
from bot.texts import load_texts
from bot.web.tokens import token_hash
from tests import doors
from tests.portal.conftest import Door, serve

KAI = {"name": "Kai Example", "language": "es", "address": "usted", "pronouns": "", "phone": "+1 202 555 0143"}
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A portal of its own for each test, because each changes the practice."""
    yield from serve(doors.settings_in(tmp_path))


def _clients(door: Door) -> list[people.Client]:
    with door.store.read() as tx:
        return people.clients_of(tx, door.people.wren)


def test_a_client_is_enrolled_and_gets_an_invite_that_works_once(door: Door) -> None:
    """The page shows link and code; the code is the client's, and nobody else's."""
    shown = door.browser(door.people.wren).post("/clients/new", KAI)
    assert shown.status_code == 200
    found = re.search(r'data-testid="code">([A-Z0-9-]+)<', shown.text)
    assert found is not None
    assert f"{door.settings.public_url_client}/join#{found.group(1)}" in shown.text
    kai = next(client for client in _clients(door) if client.name == "Kai Example")
    assert (kai.language, kai.address, kai.pronouns, kai.country) == ("es", "usted", None, "US")
    with door.store.write() as tx:
        assert signing.use_invite(tx, token_hash(found.group(1)), at=doors.now()) == kai.id
        assert signing.use_invite(tx, token_hash(found.group(1)), at=doors.now()) is None


def test_nobody_is_enrolled_where_nobody_can_be_told(door: Door) -> None:
    """The page says why, has no form, and a form sent all the same changes nothing (row 25)."""
    with door.store.write() as tx:
        for contact in contacts.contacts(tx):
            for channel in contact.channels:
                contacts.remove_channel(tx, channel.id, at=doors.now())
    therapist = door.browser(door.people.wren)
    page = therapist.get("/clients/new").text
    assert 'data-testid="problem"' in page
    assert "<form" not in page.partition("<main")[2]
    before = len(_clients(door))
    assert therapist.post("/clients/new", KAI).headers["location"] == "/clients/new"
    assert len(_clients(door)) == before


@pytest.mark.parametrize(("change", "fault"), [({"name": "  "}, "name"), ({"phone": "555 0143"}, "phone")])
def test_what_does_not_fit_is_said(door: Door, change: dict[str, str], fault: str) -> None:
    """No client is made of it."""
    therapist = door.browser(door.people.wren)
    assert therapist.post("/clients/new", {**KAI, **change}).headers["location"] == f"/clients/new?fault={fault}"
    assert 'role="alert"' in therapist.get(f"/clients/new?fault={fault}").text
    assert len(_clients(door)) == 1


def test_appointments_are_added_weekly_shown_and_removed(door: Door) -> None:
    """The next one heads the page; typing it twice makes no second one."""
    therapist, ada = door.browser(door.people.wren), door.people.ada
    day = (doors.now().replace(hour=10, minute=0, second=0, microsecond=0)).strftime("%Y-%m-%d")
    typed = f"{int(day[:4]) + 1}{day[4:]}T16:00" if day[5:] != "02-29" else f"{int(day[:4]) + 1}-02-28T16:00"
    for _ in range(2):
        therapist.post(f"/clients/{ada}/appointments", {"starts_at": typed, "weeks": "3"})
    with door.store.read() as tx:
        ahead = appointments.all_after(tx, ada, doors.now())
    assert len(ahead) == 3
    path = f"/clients/{ada}/appointments/{ahead[0].id}/remove"
    assert path in therapist.get(f"/clients/{ada}").text
    assert therapist.post(path).headers["location"] == f"/clients/{ada}"
    assert path not in therapist.get(f"/clients/{ada}").text


def test_weekly_means_the_same_hour_by_the_practice_s_clock() -> None:
    """Over a change of the clock the hour stays and its distance to UTC moves."""
    found = starts_of("2026-03-03T16:00", "2", zone="America/New_York", at=AT)
    assert [one.hour for one in found] == [21, 20]


@pytest.mark.parametrize(
    ("typed", "weeks"),
    [("2026-01-05T08:00", "1"), ("2027-06-01T08:00", "1"), ("soon", "1"), ("2026-02-05T08:00", "0"),
     ("2026-02-05T08:00", "27"), ("2026-02-05T08:00", "x"), ("2026-02-05T08:00+00:00", "1"), ("", "1")],
)  # fmt: skip
def test_what_is_no_date_ahead_makes_no_appointment(typed: str, weeks: str) -> None:
    """The past, a slip of the year, other zones, no number."""
    assert starts_of(typed, weeks, zone="UTC", at=AT) == []


def test_the_page_says_the_limits_that_hold() -> None:
    """The sentence about a bad date names days and weeks."""
    for language in ("en", "es"):
        text = load_texts().topic("portal", language=language, address="usted")["fault_appointment"]
        assert [int(number) for number in re.findall(r"\d+", text)] == [AHEAD_MAX.days, 1, WEEKS_MAX]
