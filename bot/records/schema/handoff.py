"""Tables: contacts, crisis episodes, the questions before them, the notifications they send."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.records.schema.base import Id, MessageId, Number, Utc, metadata

contacts = Table(
    "contacts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", ForeignKey("staff.person_id"), nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("address", String(2000), nullable=False),
    Column("position", Integer, nullable=False),
    # Notifications name the channel that they went through, so it stays when it is no longer used.
    Column("removed_at", Utc),
    CheckConstraint("kind IN ('email', 'sms', 'webhook', 'apprise')", name="kind"),
)

# The practice record of a crisis. `first_message_id` may outlive the message: what was read is copied into the episode.
episodes = Table(
    "episodes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", String(32), nullable=False, unique=True),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, index=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("first_message_id", MessageId, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("told_at", Utc),
    Column("seen_at", Utc),
    Column("acknowledged_at", Utc),
    Column("acknowledged_by", ForeignKey("staff.person_id")),
    Column("next_step", String(12)),
    Column("next_step_at", Utc),
    Column("closed_at", Utc),
    Column("closed_by", ForeignKey("staff.person_id")),
    Column("outcome", String(32)),
    # Whose turn it is to answer, how many pages were sent so far, and when the next person is told.
    Column("turn_contact_id", Id),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("escalates_at", Utc),
    CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
    CheckConstraint("state IN ('open', 'told', 'seen', 'acknowledged', 'closed')", name="state"),
)
Index(
    "uq_episodes_open",
    episodes.c.conversation_id,
    unique=True,
    sqlite_where=text("state <> 'closed'"),
    postgresql_where=text("state <> 'closed'"),
)

episode_messages = Table(
    "episode_messages",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("episode_id", ForeignKey("episodes.id"), nullable=False),
    Column("message_id", MessageId, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, unique=True),
    Column("at", Utc, nullable=False),
    UniqueConstraint("episode_id", "message_id"),
    sqlite_autoincrement=True,
)

episode_steps = Table(
    "episode_steps",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("episode_id", ForeignKey("episodes.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("data", JSON, nullable=False),
    Column("entry_id", ForeignKey("entries.id"), unique=True),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

# The outbox. A row is committed with what it tells about, so a kill between the two cannot lose it.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("episode_id", ForeignKey("episodes.id"), index=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("notification_id", String(80), nullable=False, unique=True),
    Column("state", String(9), nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", String(80)),
    Column("leased_until", Utc),
    Column("sent_at", Utc),
    Column("code", String(80)),
    Column("error_class", String(120)),
    Column("cancelled_at", Utc),
    Column("created_at", Utc, nullable=False),
    # The number of the page within its episode: all channels of one contact, told at once.
    Column("page", Integer),
    # When the person told said that a drill reached them.
    Column("confirmed_at", Utc),
    CheckConstraint("kind IN ('alert', 'rise', 'escalation', 'drill', 'mail')", name="kind"),
    CheckConstraint("state IN ('due', 'claimed', 'sent', 'failed', 'cancelled')", name="state"),
)
Index(
    "ix_deliveries_waiting",
    deliveries.c.due_at,
    sqlite_where=text("state IN ('due', 'claimed')"),
    postgresql_where=text("state IN ('due', 'claimed')"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("message_id", MessageId, nullable=False),
    Column("evidence_id", String(120), nullable=False),
    Column("category", String(64), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("pages_at", Utc),
    Column("answer", String(12)),
    Column("answered_at", Utc),
    Column("answer_message_id", MessageId),
    Column("paged_at", Utc),
    # What the client chose to happen after "not sure" or "rather not".
    Column("choice", String(8)),
    CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
)
Index("ix_questions_asked", questions.c.conversation_id, questions.c.asked_at)
Index(
    "ix_questions_silent",
    questions.c.pages_at,
    sqlite_where=text("answer IS NULL AND paged_at IS NULL"),
    postgresql_where=text("answer IS NULL AND paged_at IS NULL"),
)
