"""Tables: what people see change, who looked at what, which parts are alive."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from bot.records.schema.base import Id, Number, Utc, metadata

# Followed by gateway and portal. Ids only, no text.
events = Table(
    "events",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id")),
    Column("kind", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_events_of", events.c.conversation_id, events.c.id)

# Each row's digest covers the row and the digest before it; the head row says where the chain ends, so that a chain cut
# short is noticed as well as one altered in the middle.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(80), nullable=False),
    Column("client_id", Id, index=True),
    Column("target", String(120)),
    Column("data", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("part", String(32), primary_key=True),
    Column("at", Utc, nullable=False),
)
