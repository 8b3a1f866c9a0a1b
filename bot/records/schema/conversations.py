"""Tables: the chat, what was read in it, the guided reflections, their summaries."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.records.schema.base import Id, MessageId, Number, Utc, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, unique=True),
    Column("mode", String(6), nullable=False),
    Column("mode_reason", String(64)),
    Column("last_offset", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    # In mode "person": who answers, when their page was last there, and since when it counts as lost.
    Column("taken_by", Id),
    Column("taken_seen_at", Utc),
    Column("taken_lost_at", Utc),
    CheckConstraint("mode IN ('bot', 'person', 'paused')", name="mode"),
)

# What was said is in the entry. An option id is there too: which button somebody pressed says as much as a sentence.
messages = Table(
    "messages",
    metadata,
    Column("id", MessageId, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("offset", Integer, nullable=False),
    Column("role", String(6), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, unique=True),
    Column("text_id", String(120)),
    Column("reflection_id", Id),
    Column("step", String(80)),
    Column("in_reply_to", MessageId, index=True),
    Column("by_person_id", ForeignKey("people.id")),
    Column("at", Utc, nullable=False),
    Column("answered_at", Utc),
    Column("held_by", Id),
    UniqueConstraint("conversation_id", "offset"),
    CheckConstraint("role IN ('client', 'bot', 'person')", name="role"),
    CheckConstraint("kind IN ('text', 'option', 'question', 'notice', 'prompt', 'summary')", name="kind"),
)
Index(
    "ix_messages_unanswered",
    messages.c.conversation_id,
    messages.c.offset,
    sqlite_where=text("role = 'client' AND answered_at IS NULL"),
    postgresql_where=text("role = 'client' AND answered_at IS NULL"),
)

# Categories and evidence are in the entry; level and severity stay outside for the queue and the invariant's checks.
assessments = Table(
    "assessments",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    Column("level", String(8), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("version", String(80), nullable=False),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, unique=True),
    Column("at", Utc, nullable=False),
    CheckConstraint("level IN ('none', 'check_in', 'alert')", name="level"),
    CheckConstraint("severity BETWEEN 0 AND 3", name="severity"),
)

reflections = Table(
    "reflections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("exercise", String(80), nullable=False),
    Column("exercise_version", String(80), nullable=False),
    Column("language", String(2), nullable=False),
    Column("step", String(80)),
    Column("state", String(8), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("ended_at", Utc),
    CheckConstraint("state IN ('open', 'paused', 'stopped', 'finished')", name="state"),
)
Index(
    "uq_reflections_open",
    reflections.c.conversation_id,
    unique=True,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)

# One row a client message that moved a reflection on; with an entry if it answered a step. A retry finds its row.
steps_taken = Table(
    "steps_taken",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("reflection_id", ForeignKey("reflections.id"), nullable=False),
    Column("message_id", MessageId, nullable=False),
    Column("step", String(80), nullable=False),
    Column("next_step", String(80)),
    Column("entry_id", ForeignKey("entries.id"), unique=True),
    Column("at", Utc, nullable=False),
    UniqueConstraint("reflection_id", "message_id"),
    sqlite_autoincrement=True,
)

summaries = Table(
    "summaries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reflection_id", ForeignKey("reflections.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, unique=True),
    Column("at", Utc, nullable=False),
    UniqueConstraint("reflection_id", "version"),
)

# Frozen copies in the practice record. `summary_id` and `reflection_id` may outlive the rows they name: those the
# client can erase, these stay for the practice's stated period.
shared_summaries = Table(
    "shared_summaries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("summary_id", Id, nullable=False, index=True),
    Column("reflection_id", Id, nullable=False),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, index=True),
    Column("exercise", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, unique=True),
    Column("content_hash", String(64), nullable=False),
    Column("shared_at", Utc, nullable=False),
    Column("unshared_at", Utc),
    Column("replaced_at", Utc),
    UniqueConstraint("summary_id", "version"),
)
