"""One practice for many walks of a module; a client of their own for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.parts import Parts
from bot.records import Store, conversations
from tests.actions.talking import AT, Talker
from tests.records.practice import Practice, add_client, fill, open_at


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One practice for all walks, in memory where the machine allows it: every message waits for the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        keyring, opened = open_at(Path(folder))
        yield opened
        opened.close()
        keyring.close()


@pytest.fixture(scope="module")
def practice(store: Store) -> Practice:
    """Its people."""
    return fill(store)


@pytest.fixture
def talker(parts: Parts, store: Store, practice: Practice) -> Talker:
    """A client of their own for each walk."""
    with store.write() as tx:
        client_id = add_client(tx, practice.therapist_id)
        conversation_id = conversations.conversation_of(tx, client_id, at=AT).id
    return Talker(parts, store, client_id, conversation_id)
