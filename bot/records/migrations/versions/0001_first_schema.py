"""The first schema."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Number, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Rows that are never altered; those of the audit are never deleted either.
_UNALTERABLE = ("audit", "consents", "episode_steps", "events")
_UNDELETABLE = ("audit",)


def upgrade() -> None:
    """Makes every table, index and trigger."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=True),
        sa.Column("target", sa.String(length=120), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_client_id"), "audit", ["client_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "doomed_keys",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_doomed_keys")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("kind IN ('client', 'staff')", name=op.f("ck_people_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "practice",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=64), nullable=False),
        sa.Column("reply_minutes", sa.JSON(), nullable=False),
        sa.Column("outside", sa.String(length=32), nullable=False),
        sa.Column("emergency_words", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_practice_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("fate", sa.String(length=6), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("fate IN ('own', 'record')", name=op.f("ck_entries_fate")),
        sa.ForeignKeyConstraint(["client_id"], ["people.id"], name=op.f("fk_entries_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("key_id", name=op.f("uq_entries_key_id")),
    )
    op.create_index(op.f("ix_entries_client_id"), "entries", ["client_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.CheckConstraint("status IN ('active', 'closed')", name=op.f("ck_staff_status")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_staff_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "clients",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("profile_entry_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("address", sa.String(length=6), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("therapist_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("address IN ('tu', 'usted')", name=op.f("ck_clients_address")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_clients_person_id")),
        sa.ForeignKeyConstraint(["profile_entry_id"], ["entries.id"], name=op.f("fk_clients_profile_entry_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["staff.person_id"], name=op.f("fk_clients_therapist_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_clients")),
    )
    op.create_index(op.f("ix_clients_therapist_id"), "clients", ["therapist_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name=op.f("fk_contacts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("person_id", name=op.f("uq_contacts_person_id")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_appointments_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_client_id"), "appointments", ["client_id"], unique=False)
    op.create_index(op.f("ix_appointments_starts_at"), "appointments", ["starts_at"], unique=False)
    op.create_table(
        "channels",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('email', 'sms', 'webhook', 'apprise')", name=op.f("ck_channels_kind")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_channels_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index(op.f("ix_channels_contact_id"), "channels", ["contact_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_consents_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consents_client_id"), "consents", ["client_id"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=6), nullable=False),
        sa.Column("mode_reason", sa.String(length=64), nullable=True),
        sa.Column("last_offset", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("mode IN ('bot', 'person', 'paused')", name=op.f("ck_conversations_mode")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_conversations_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("client_id", name=op.f("uq_conversations_client_id")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("label_entry_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_devices_client_id")),
        sa.ForeignKeyConstraint(["label_entry_id"], ["entries.id"], name=op.f("fk_devices_label_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_client_id"), "devices", ["client_id"], unique=False)
    op.create_table(
        "invites",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_invites_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invites_token_hash")),
    )
    op.create_index(op.f("ix_invites_client_id"), "invites", ["client_id"], unique=False)
    op.create_table(
        "shared_summaries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("summary_id", sa.String(length=32), nullable=False),
        sa.Column("reflection_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("exercise", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("shared_at", Utc(), nullable=False),
        sa.Column("unshared_at", Utc(), nullable=True),
        sa.Column("replaced_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_shared_summaries_client_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_shared_summaries_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_summaries")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_shared_summaries_entry_id")),
        sa.UniqueConstraint("summary_id", "version", name=op.f("uq_shared_summaries_summary_id_version")),
    )
    op.create_index(op.f("ix_shared_summaries_client_id"), "shared_summaries", ["client_id"], unique=False)
    op.create_index(op.f("ix_shared_summaries_summary_id"), "shared_summaries", ["summary_id"], unique=False)
    op.create_table(
        "episodes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("first_message_id", sa.String(length=36), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("told_at", Utc(), nullable=True),
        sa.Column("seen_at", Utc(), nullable=True),
        sa.Column("acknowledged_at", Utc(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=32), nullable=True),
        sa.Column("next_step", sa.String(length=12), nullable=True),
        sa.Column("next_step_at", Utc(), nullable=True),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'told', 'seen', 'acknowledged', 'closed')", name=op.f("ck_episodes_state")
        ),
        sa.CheckConstraint("severity BETWEEN 1 AND 3", name=op.f("ck_episodes_severity")),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["staff.person_id"], name=op.f("fk_episodes_acknowledged_by")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.person_id"], name=op.f("fk_episodes_client_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.person_id"], name=op.f("fk_episodes_closed_by")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_episodes_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
        sa.UniqueConstraint("reference", name=op.f("uq_episodes_reference")),
    )
    op.create_index(op.f("ix_episodes_client_id"), "episodes", ["client_id"], unique=False)
    op.create_index(
        "uq_episodes_open",
        "episodes",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "events",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_events_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_of", "events", ["conversation_id", "id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("text_id", sa.String(length=120), nullable=True),
        sa.Column("reflection_id", sa.String(length=32), nullable=True),
        sa.Column("step", sa.String(length=80), nullable=True),
        sa.Column("in_reply_to", sa.String(length=36), nullable=True),
        sa.Column("by_person_id", sa.String(length=32), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("held_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "kind IN ('text', 'option', 'question', 'notice', 'prompt', 'summary')", name=op.f("ck_messages_kind")
        ),
        sa.CheckConstraint("role IN ('client', 'bot', 'person')", name=op.f("ck_messages_role")),
        sa.ForeignKeyConstraint(["by_person_id"], ["people.id"], name=op.f("fk_messages_by_person_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_messages_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation_id", "offset", name=op.f("uq_messages_conversation_id_offset")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_messages_entry_id")),
    )
    op.create_index(op.f("ix_messages_in_reply_to"), "messages", ["in_reply_to"], unique=False)
    op.create_index(
        "ix_messages_unanswered",
        "messages",
        ["conversation_id", "offset"],
        unique=False,
        sqlite_where=sa.text("role = 'client' AND answered_at IS NULL"),
        postgresql_where=sa.text("role = 'client' AND answered_at IS NULL"),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("evidence_id", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("pages_at", Utc(), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("answer_message_id", sa.String(length=36), nullable=True),
        sa.Column("paged_at", Utc(), nullable=True),
        sa.CheckConstraint("severity BETWEEN 1 AND 3", name=op.f("ck_questions_severity")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_questions_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index("ix_questions_asked", "questions", ["conversation_id", "asked_at"], unique=False)
    op.create_index(
        "ix_questions_silent",
        "questions",
        ["pages_at"],
        unique=False,
        sqlite_where=sa.text("answer IS NULL AND paged_at IS NULL"),
        postgresql_where=sa.text("answer IS NULL AND paged_at IS NULL"),
    )
    op.create_table(
        "reflections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("exercise", sa.String(length=80), nullable=False),
        sa.Column("exercise_version", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'paused', 'stopped', 'finished')", name=op.f("ck_reflections_state")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_reflections_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reflections")),
    )
    op.create_index(op.f("ix_reflections_conversation_id"), "reflections", ["conversation_id"], unique=False)
    op.create_index(
        "uq_reflections_open",
        "reflections",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("door", sa.String(length=6), nullable=False),
        sa.Column("device_id", sa.String(length=32), nullable=True),
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("last_seen_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.CheckConstraint("door IN ('client', 'staff')", name=op.f("ck_sign_ins_door")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_sign_ins_device_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_sign_ins_person_id"), "sign_ins", ["person_id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("level IN ('none', 'check_in', 'alert')", name=op.f("ck_assessments_level")),
        sa.CheckConstraint("severity BETWEEN 0 AND 3", name=op.f("ck_assessments_severity")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_assessments_entry_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_assessments_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_assessments_entry_id")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("episode_id", sa.String(length=32), nullable=True),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("notification_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("leased_until", Utc(), nullable=True),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("error_class", sa.String(length=120), nullable=True),
        sa.Column("cancelled_at", Utc(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("kind IN ('alert', 'rise', 'escalation', 'drill', 'mail')", name=op.f("ck_deliveries_kind")),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'sent', 'failed', 'cancelled')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_deliveries_channel_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_deliveries_contact_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_deliveries_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("notification_id", name=op.f("uq_deliveries_notification_id")),
    )
    op.create_index(op.f("ix_deliveries_episode_id"), "deliveries", ["episode_id"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('due', 'claimed')"),
        postgresql_where=sa.text("state IN ('due', 'claimed')"),
    )
    op.create_table(
        "episode_messages",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("episode_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_episode_messages_entry_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_episode_messages_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_messages")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_episode_messages_entry_id")),
        sa.UniqueConstraint("episode_id", "message_id", name=op.f("uq_episode_messages_episode_id_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "episode_steps",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("episode_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_episode_steps_entry_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_episode_steps_episode_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_episode_steps_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_steps")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_episode_steps_entry_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_episode_steps_episode_id"), "episode_steps", ["episode_id"], unique=False)
    op.create_table(
        "steps_taken",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("reflection_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("next_step", sa.String(length=80), nullable=True),
        sa.Column("entry_id", sa.String(length=32), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_steps_taken_entry_id")),
        sa.ForeignKeyConstraint(["reflection_id"], ["reflections.id"], name=op.f("fk_steps_taken_reflection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps_taken")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_steps_taken_entry_id")),
        sa.UniqueConstraint("reflection_id", "message_id", name=op.f("uq_steps_taken_reflection_id_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "summaries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reflection_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_summaries_entry_id")),
        sa.ForeignKeyConstraint(["reflection_id"], ["reflections.id"], name=op.f("fk_summaries_reflection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summaries")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_summaries_entry_id")),
        sa.UniqueConstraint("reflection_id", "version", name=op.f("uq_summaries_reflection_id_version")),
    )

    _forbid("UPDATE", _UNALTERABLE)
    _forbid("DELETE", _UNDELETABLE)


def _forbid(change: str, tables: tuple[str, ...]) -> None:
    for table in tables:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
