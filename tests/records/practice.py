"""What the tests of records share: a small practice, moments in time, a second process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.privacy.keys import Keyring, open_keyring
from bot.privacy.practice_key import make_practice_key
from bot.records import Store, Tx, contacts, conversations, new_id, open_store, people
from bot.records.conversations import Message

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Practice:
    """Ids of what `fill` made."""

    therapist_id: str
    on_call_id: str
    client_id: str
    conversation_id: str
    contact_id: str
    channel_id: str


def open_at(folder: Path, *, busy_timeout_s: float = 5.0) -> tuple[Keyring, Store]:
    """Keys and records in a folder, made if they are not there."""
    if not (folder / "practice.key").exists():
        make_practice_key(folder / "practice.key")
    keyring = open_keyring(f"sqlcipher:///{folder}/keys.db", folder / "practice.key")
    return keyring, open_store(f"sqlcipher:///{folder}/records.db", keyring=keyring, busy_timeout_s=busy_timeout_s)


def add_staff(tx: Tx, login: str) -> str:
    """A staff account; its id."""
    return people.create_staff(
        tx,
        login=login,
        display_name=login.title(),
        password_hash="-",
        roles=["therapist", "on_call"],
        email=f"{login}@example.org",
        language="en",
        at=AT,
    )


def add_client(tx: Tx, therapist_id: str, name: str = "Ada Example") -> str:
    """A client; the id."""
    return people.create_client(
        tx,
        name=name,
        pronouns="she/her",
        language="en",
        address="tu",
        country="US",
        therapist_id=therapist_id,
        phone="555-0100",
        at=AT,
    )


def fill(store: Store) -> Practice:
    """A therapist who is the first contact, somebody on call, a client."""
    with store.write() as tx:
        therapist_id, on_call_id = add_staff(tx, "therapist"), add_staff(tx, "oncall")
        client_id = add_client(tx, therapist_id)
        contact_id = contacts.add_contact(tx, person_id=therapist_id, position=2, at=AT)
        channel_id = contacts.add_channel(
            tx, contact_id=contact_id, kind="email", address="therapist@example.org", position=1
        )
        return Practice(
            therapist_id=therapist_id,
            on_call_id=on_call_id,
            client_id=client_id,
            conversation_id=conversations.conversation_of(tx, client_id, at=AT).id,
            contact_id=contact_id,
            channel_id=channel_id,
        )


def say(tx: Tx, practice: Practice, text: str = "hello", **fields: str) -> Message:
    """A client message in the practice's conversation."""
    values = {"message_id": new_id(), "role": "client", **fields}
    return conversations.add_message(tx, practice.conversation_id, text=text, at=AT, **values)


def processes(script: str, folder: Path, arguments: Sequence[Sequence[str]]) -> list[str]:
    """Runs a script once per argument list, all at once; what each printed. A failing one fails the test."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder), *some], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for some in arguments
    ]
    printed = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    return printed
