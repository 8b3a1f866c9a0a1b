"""A practice, the parts of an action server, and a client who talks with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actions.parts import Parts
from bot.records import Store, Writer, conversations, people
from bot.reflection import load_exercises
from bot.settings import Settings
from bot.texts import load_lines, load_texts
from tests.actions.talking import AT, Talker
from tests.records.practice import Practice, fill

EXERCISES = load_exercises()


@pytest.fixture
def practice(store: Store) -> Practice:
    """A therapist, somebody on call, a client."""
    return fill(store)


@pytest.fixture
def parts(store: Store) -> Iterator[Parts]:
    """The action server's parts on fresh records."""
    writer = Writer(store)
    yield Parts(
        settings=Settings(_env_file=None, mode="demo", engine_token="e" * 20, actions_token="a" * 20),
        records=writer,
        texts=load_texts(),
        lines=load_lines(),
        exercises=EXERCISES,
        now=lambda: AT,
    )
    writer.close()


@pytest.fixture
def talker(parts: Parts, store: Store, practice: Practice) -> Talker:
    """A client who is spoken to in English."""
    return Talker(parts, store, practice.client_id, practice.conversation_id)


@pytest.fixture
def talker_es(parts: Parts, store: Store, practice: Practice) -> Talker:
    """A client who is spoken to in Spanish, as usted."""
    with store.write() as tx:
        client_id = people.create_client(
            tx,
            name="Leo Ejemplo",
            pronouns=None,
            language="es",
            address="usted",
            country="ES",
            therapist_id=practice.therapist_id,
            phone=None,
            at=AT,
        )
        conversation_id = conversations.conversation_of(tx, client_id, at=AT).id
    return Talker(parts, store, client_id, conversation_id)
