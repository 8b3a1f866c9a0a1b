"""Sealed text: what goes in comes out, and nothing else opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.privacy.keys import Keyring
from bot.records import KeyDestroyed, NotFound, ReadOnly, Store, StoreDamaged, entries, open_store, people
from bot.records.schema import doomed_keys
from bot.records.schema import entries as table
from bot.records.sqlcipher import connect
from tests.records.practice import AT, Practice, open_at, say

# Any code point, lone surrogates and NUL included.
anything = st.text(st.characters(), max_size=200)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=anything)
def test_any_text_comes_back_as_it_was(store: Store, practice: Practice, text: str) -> None:
    """A message survives whatever its characters, through the whole way of storing and reading."""
    with store.write() as tx:
        stored = say(tx, practice, text)
    with store.read() as tx:
        entry = entries.unseal(tx, stored.entry_id)
        assert (entry["text"], entry["option"]) == (text, None)
    with store.write() as tx:
        again = say(tx, practice, text, message_id=stored.id)
    assert (again.text, again.repeated) == (text, True)


@given(value=st.recursive(anything | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner)))
def test_any_value_keeps_its_bytes(value: object) -> None:
    """The coding is exact both ways, two lone surrogates side by side included."""
    assert entries.from_bytes(entries.to_bytes(value)) == value
    assert entries.to_bytes(entries.from_bytes(entries.to_bytes(value))) == entries.to_bytes(value)


@pytest.mark.parametrize("text", ["\ud83d\ude00", "\udc00", "\x00", "a\ud800b", "\U0001f600", "‮x", ""])
def test_odd_characters_are_not_joined_or_lost(store: Store, practice: Practice, text: str) -> None:
    """The cases that the usual ways of coding get wrong, by name."""
    with store.write() as tx:
        entry_id = entries.seal(tx, text, client_id=practice.client_id, fate="own", at=AT)
        assert entries.unseal(tx, entry_id) == text


@pytest.mark.parametrize(
    "change",
    [{"fate": "record"}, {"client_id": "another"}, {"sealed": b"x" * 60}, {"sealed": b"x" * 12}, {"sealed": b""}],
)
def test_an_altered_row_does_not_open(store: Store, practice: Practice, change: dict[str, object]) -> None:
    """Another fate, another client, other bytes: each is found."""
    with store.write() as tx:
        other = people.create_client(
            tx, name="B", pronouns=None, language="es", address="usted", country="ES",
            therapist_id=practice.therapist_id, phone=None, at=AT,
        )  # fmt: skip
        entry_id = entries.seal(tx, "private", client_id=practice.client_id, fate="own", at=AT)
        values = {name: other if value == "another" else value for name, value in change.items()}
        tx.run(update(table).where(table.c.id == entry_id).values(**values))
        with pytest.raises(StoreDamaged, match=f"entry {entry_id} was altered"):
            entries.unseal(tx, entry_id)


def test_each_entry_has_a_key_of_its_own(store: Store, practice: Practice) -> None:
    """A copy with another fate shares no key with its origin, so that one can be destroyed without the other."""
    with store.write() as tx:
        own = entries.seal(tx, "words", client_id=practice.client_id, fate="own", at=AT)
        record = entries.copy(tx, own, fate="record", at=AT)
        key_ids = [row.key_id for row in tx.all(select(table.c.key_id).where(table.c.id.in_((own, record))))]
        assert len(set(key_ids)) == 2
        entries.discard(tx, [own], at=AT)
    with store.read() as tx:
        assert entries.unseal(tx, record) == "words"
        with pytest.raises(NotFound, match=f"no entry {own}"):
            entries.unseal(tx, own)


def test_a_discarded_entry_loses_its_key_once_durable(store: Store, keyring: Keyring, practice: Practice) -> None:
    """The key goes after the commit and not before: a rollback keeps both."""
    with store.write() as tx:
        entry_id = entries.seal(tx, "words", client_id=practice.client_id, fate="own", at=AT)
        key_id = tx.scalar(select(table.c.key_id).where(table.c.id == entry_id))
    with pytest.raises(RuntimeError), store.write() as tx:
        entries.discard(tx, [entry_id], at=AT)
        raise RuntimeError
    with store.read() as tx:
        assert entries.unseal(tx, entry_id) == "words"
    with store.write() as tx:
        entries.discard(tx, [entry_id], at=AT)
    with pytest.raises(KeyDestroyed, match=f"key {key_id} is destroyed"):
        keyring.key(key_id)
    with store.read() as tx:
        assert tx.all(select(doomed_keys)) == []


def test_a_key_doomed_before_a_kill_is_destroyed_at_the_next_opening(tmp_path: Path, practice: Practice) -> None:
    """Between the commit and the destruction the process may die; the next one finishes."""
    keyring, store = open_at(tmp_path)
    with store.write() as tx:
        entry_id = entries.seal(tx, "words", client_id=practice.client_id, fate="own", at=AT)
        key_id = tx.scalar(select(table.c.key_id).where(table.c.id == entry_id))
    with store.write() as tx:
        entries.discard(tx, [entry_id], at=AT)
        tx.doomed.clear()  # what a kill right after the commit comes to
    assert keyring.key(key_id)
    store.close()
    keyring.close()
    keyring, store = open_at(tmp_path)
    with pytest.raises(KeyDestroyed):
        keyring.key(key_id)
    store.close()
    keyring.close()


def test_a_store_that_cannot_destroy_keys_now_says_the_write_is_durable(
    tmp_path: Path, store: Store, keyring: Keyring, practice: Practice
) -> None:
    """The keys' file in use elsewhere does not turn a durable transaction into an error; the key goes with the next."""
    with store.write() as tx:
        entry_id = entries.seal(tx, "words", client_id=practice.client_id, fate="own", at=AT)
        key_id = tx.scalar(select(table.c.key_id).where(table.c.id == entry_id))
    keyring._open_reader()
    keyring._reader.execute("PRAGMA busy_timeout = 100")  # instead of five seconds, twice
    reader = connect(tmp_path / "keys.db", keyring.file_key, busy_timeout_s=1)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry_keys").fetchall()
    with store.write() as tx:
        entries.discard(tx, [entry_id], at=AT)
    with store.read() as tx:
        assert [row.key_id for row in tx.all(select(doomed_keys))] == [key_id]
    # Neither does it keep the doors of the next process shut.
    open_store(f"sqlcipher:///{tmp_path}/records.db", keyring=keyring).close()
    reader.execute("ROLLBACK")
    reader.close()
    assert store.sweep_keys() == 1
    with pytest.raises(KeyDestroyed):
        keyring.key(key_id)


def test_sealing_is_refused_in_a_read(store: Store, practice: Practice) -> None:
    """No key is spent by a transaction that cannot store what it seals."""
    with store.read() as tx, pytest.raises(ReadOnly):
        entries.seal(tx, "words", client_id=practice.client_id, fate="own", at=AT)
