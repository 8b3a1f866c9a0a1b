"""Which person answers a conversation instead of the bot. Kept here and not in the engine: it must survive every
restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from bot.records.conversations import conversation, set_mode
from bot.records.errors import RecordsRefusal
from bot.records.schema import conversations
from bot.records.transaction import Tx


class TakenAlready(RecordsRefusal):
    """Another person answers here already: `by_person_id`."""

    def __init__(self, conversation_id: str, by_person_id: str) -> None:
        super().__init__(f"conversation {conversation_id} is taken by another person; wait until they hand it back")
        self.by_person_id = by_person_id


class NotTaken(RecordsRefusal):
    """This person does not answer here (any more)."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """`seen_at`: when the person's page was last there. `lost_at`: since when the client knows that it is not."""

    conversation_id: str
    person_id: str
    seen_at: datetime
    lost_at: datetime | None


def take(tx: Tx, conversation_id: str, *, person_id: str, at: datetime) -> bool:
    """A person answers from now on; False when they did already. Raises TakenAlready: one wins."""
    now = current(tx, conversation_id)
    if now is not None and now.person_id != person_id:
        raise TakenAlready(conversation_id, now.person_id)
    _set(tx, conversation_id, taken_by=person_id, taken_seen_at=at, taken_lost_at=None)
    if now is not None:
        return False
    set_mode(tx, conversation_id, mode="person", reason="takeover", at=at)
    return True


def current(tx: Tx, conversation_id: str) -> Takeover | None:
    """Who answers here, or None while the bot does."""
    row = tx.first(_taken().where(conversations.c.id == conversation_id))
    return None if row is None else Takeover(**row._mapping)


def see(tx: Tx, conversation_id: str, *, person_id: str, at: datetime) -> Takeover:
    """The person's page is there. Raises NotTaken when it is not (or no longer) theirs."""
    _own(tx, conversation_id, person_id)
    _set(tx, conversation_id, taken_seen_at=at)
    found = current(tx, conversation_id)
    assert found is not None  # read in this transaction
    return found


def come_back(tx: Tx, conversation_id: str) -> None:
    """The page that was lost is there again."""
    _set(tx, conversation_id, taken_lost_at=None)


def lose(tx: Tx, conversation_id: str, at: datetime) -> None:
    """The person's page is gone; the bot stays silent for now."""
    _set(tx, conversation_id, taken_lost_at=at)


def hand_back(tx: Tx, conversation_id: str, *, at: datetime, person_id: str | None = None) -> None:
    """The bot answers again. `person_id`: only if it is this person's. Raises NotTaken."""
    if person_id is not None:
        _own(tx, conversation_id, person_id)
    _set(tx, conversation_id, taken_by=None, taken_seen_at=None, taken_lost_at=None)
    set_mode(tx, conversation_id, mode="bot", reason=None, at=at)


def unseen_since(tx: Tx, before: datetime) -> list[Takeover]:
    """Takeovers whose page was last there before a moment, and of which the client does not know yet."""
    query = _taken().where(conversations.c.taken_seen_at < before, conversations.c.taken_lost_at.is_(None))
    return [Takeover(**row._mapping) for row in tx.all(query)]


def lost_since(tx: Tx, before: datetime) -> list[Takeover]:
    """Takeovers that are lost since before a moment."""
    return [Takeover(**row._mapping) for row in tx.all(_taken().where(conversations.c.taken_lost_at < before))]


def _own(tx: Tx, conversation_id: str, person_id: str) -> None:
    now = current(tx, conversation_id)
    if now is None or now.person_id != person_id:
        raise NotTaken(f"conversation {conversation(tx, conversation_id).id} is not answered by this person")


def _taken() -> Select[Any]:
    return select(
        conversations.c.id.label("conversation_id"),
        conversations.c.taken_by.label("person_id"),
        conversations.c.taken_seen_at.label("seen_at"),
        conversations.c.taken_lost_at.label("lost_at"),
    ).where(conversations.c.mode == "person", conversations.c.taken_by.is_not(None))


def _set(tx: Tx, conversation_id: str, **values: object) -> None:
    tx.run(update(conversations).where(conversations.c.id == conversation_id).values(**values))
