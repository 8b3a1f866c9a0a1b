"""What people see change: one row each, written in the transaction that made it true; gateway and portal follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from bot.records.schema import events
from bot.records.transaction import Tx


@dataclass(frozen=True, slots=True)
class Event:
    """A change. `kind`: message, episode, question, mode, reflection, summary or share. `data`: ids and states."""

    id: int
    conversation_id: str | None
    kind: str
    data: Mapping[str, Any]
    at: datetime


def add_event(tx: Tx, conversation_id: str | None, kind: str, data: Mapping[str, Any], at: datetime) -> int:
    """Appends a change; its id. `data` must hold ids, states and numbers only, never a client's words."""
    return tx.insert_numbered(insert(events).values(conversation_id=conversation_id, kind=kind, data=dict(data), at=at))


def events_after(tx: Tx, after_id: int, *, conversation_id: str | None = None, limit: int = 500) -> list[Event]:
    """Changes after an id, oldest first; of one conversation, or of all."""
    query = select(events).where(events.c.id > after_id).order_by(events.c.id).limit(limit)
    if conversation_id is not None:
        query = query.where(events.c.conversation_id == conversation_id)
    return [Event(**row._mapping) for row in tx.all(query)]


def last_event_id(tx: Tx, conversation_id: str | None = None) -> int:
    """The id of the newest change of a conversation, or of all; 0 before the first."""
    query = select(func.max(events.c.id))
    if conversation_id is not None:
        query = query.where(events.c.conversation_id == conversation_id)
    return int(tx.scalar(query) or 0)
