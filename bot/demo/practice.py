"""The fictional practice of the demo: people who do not exist, with invites and passwords that are printed.

Nobody here is real: names say so, e-mail ends in example.org, phone numbers come from the range reserved for fiction.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.handoff import enrolment
from bot.privacy.opening import open_records
from bot.records import Tx, appointments, contacts, people, practice
from bot.settings import Settings
from bot.web.passwords import hash_password

NAME = "Harbour Street Practice (fictional)"
# (role, login, display name); the login is also the local part of the address.
STAFF = (
    ("therapist", "wren", "Dr. Wren Fable"),
    ("on_call", "jo", "Jo Sample"),
    ("owner", "sam", "Sam Placeholder"),
)
# (id, name, pronouns, language, address, phone)
CLIENTS = (
    ("demo", "Ada Demo", "she/her", "en", "tu", "+1 202 555 0143"),
    ("demo-es", "Leo Demo", "él", "es", "tu", "+1 202 555 0178"),
    ("demo-new", "Kim Demo", "they/them", "en", "tu", None),
)
# Somebody answers at any hour here, so that whoever tries the demo at night sees the whole path.
ALWAYS = tuple((weekday, "00:00", "24:00") for weekday in range(7))


def fill(settings: Settings, say: Callable[[str], None]) -> None:
    """Creates the practice once; later starts find it and change nothing."""
    store = open_records(settings)
    try:
        with store.write() as tx:
            if people.all_staff(tx):
                return
            say("setup: filling in a fictional practice")
            passwords = furnish(tx, datetime.now(UTC))
        _keep(settings, passwords)
    finally:
        store.close()


def welcome(settings: Settings) -> dict[str, list[dict[str, str]]]:
    """How to enter: a fresh invite for each client, and the staff's passwords. For run.json and the terminal."""
    store = open_records(settings)
    at = datetime.now(UTC)
    try:
        with store.write() as tx:
            clients = [
                {"id": client_id, "invite_url": enrolment.invite(tx, settings, client_id, at=at).url}
                for client_id, *_ in CLIENTS
            ]
    finally:
        store.close()
    passwords = json.loads((settings.path(settings.state_dir) / "demo.json").read_text("utf-8"))
    staff = [{"role": role, "login": login, "password": passwords[login]} for role, login, _ in STAFF]
    return {"clients": clients, "staff": staff}


def furnish(tx: Tx, at: datetime) -> dict[str, str]:
    """The practice, its people and its contacts, in an empty store; the staff's passwords by login."""
    practice.set_practice(
        tx,
        name=NAME,
        time_zone="America/New_York",
        country="US",
        languages=("en", "es"),
        reply_minutes={1: 60, 2: 15, 3: 5},
    )
    contacts.set_coverage(tx, hours=ALWAYS, holidays=(), time_zone="America/New_York", outside="nobody")
    passwords: dict[str, str] = {}
    staff_ids: dict[str, str] = {}
    for role, login, display_name in STAFF:
        passwords[login] = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        staff_ids[role] = people.create_staff(
            tx,
            login=login,
            display_name=display_name,
            password_hash=hash_password(passwords[login]),
            roles=(role,),
            email=f"{login}@example.org",
            language="en",
            at=at,
        )
    # The therapist is no contact here: whoever is on call is told first, as in a practice with a rota.
    for position, role in enumerate(("on_call", "owner")):
        contact_id = contacts.add_contact(tx, person_id=staff_ids[role], position=position, at=at)
        login = next(login for r, login, _ in STAFF if r == role)
        contacts.add_channel(tx, contact_id=contact_id, kind="email", address=f"{login}@example.org", position=0)
    for client_id, name, pronouns, language, address, phone in CLIENTS:
        people.create_client(
            tx,
            client_id=client_id,
            name=name,
            pronouns=pronouns,
            language=language,
            address=address,
            country="US",
            therapist_id=staff_ids["therapist"],
            phone=phone,
            at=at,
        )
        for weeks in (-1, 0):
            appointments.add(tx, client_id=client_id, starts_at=_next_tuesday(at) + timedelta(weeks=weeks), at=at)
    return passwords


def _next_tuesday(at: datetime) -> datetime:
    zone = ZoneInfo("America/New_York")
    today: date = at.astimezone(zone).date()
    day = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
    return datetime.combine(day, time(16, 0), zone).astimezone(UTC)


def _keep(settings: Settings, passwords: dict[str, Any]) -> None:
    descriptor = os.open(settings.path(settings.state_dir) / "demo.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
