"""Tables: the practice, its people, how they sign in, what they agreed to, when they meet."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
)

from bot.records.schema.base import Id, Number, Utc, metadata

# One row a piece of private text: AES-256-GCM under a key of its own, which the keys' file holds. Destroying the key
# is erasure.
entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("fate", String(6), nullable=False),
    Column("key_id", Id, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("fate IN ('own', 'record')", name="fate"),
)

# Keys whose entries are deleted here but which keys.db may still hold: two files cannot share one commit.
doomed_keys = Table(
    "doomed_keys",
    metadata,
    Column("key_id", Id, primary_key=True),
    Column("at", Utc, nullable=False),
)

practice = Table(
    "practice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("languages", JSON, nullable=False),
    Column("jurisdiction", String(64), nullable=False),
    Column("reply_minutes", JSON, nullable=False),
    Column("outside", String(32), nullable=False),
    Column("emergency_words", JSON, nullable=False),
    Column("hours", JSON, nullable=False),
    Column("holidays", JSON, nullable=False),
    Column("second_factor_needed", Boolean, nullable=False, server_default=false()),
    CheckConstraint("id = 1", name="one"),
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(6), nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("kind IN ('client', 'staff')", name="kind"),
)

staff = Table(
    "staff",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("email", String(320), nullable=False),
    Column("language", String(2), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("status", String(8), nullable=False),
    CheckConstraint("status IN ('active', 'closed')", name="status"),
)

clients = Table(
    "clients",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    # Name, pronouns, phone, the tool's own name: one entry, because they change together and are read together.
    Column("profile_entry_id", ForeignKey("entries.id"), nullable=False),
    Column("language", String(2), nullable=False),
    Column("address", String(6), nullable=False),
    Column("country", String(2), nullable=False),
    Column("therapist_id", ForeignKey("staff.person_id"), nullable=False, index=True),
    Column("status", String(8), nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("address IN ('tu', 'usted')", name="address"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, index=True),
    Column("label_entry_id", ForeignKey("entries.id"), nullable=False),
    Column("created_at", Utc, nullable=False),
)

# Only hashes of tokens: who reads this table cannot sign in as anybody.
invites = Table(
    "invites",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, index=True),
    Column("token_hash", String(128), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)

# A code that lets a member of staff choose a password, the first one or a new one.
password_codes = Table(
    "password_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", ForeignKey("staff.person_id"), nullable=False, index=True),
    Column("token_hash", String(128), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)

# What an authenticator app knows, sealed under a key derived from the practice's; `last_step`: the newest time step
# whose code was taken, so that none is taken twice.
second_factors = Table(
    "second_factors",
    metadata,
    Column("person_id", ForeignKey("staff.person_id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", Number, nullable=False),
    Column("created_at", Utc, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", ForeignKey("staff.person_id"), nullable=False, index=True),
    Column("token_hash", String(128), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("used_at", Utc),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("door", String(6), nullable=False),
    Column("device_id", ForeignKey("devices.id")),
    Column("token_hash", String(128), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc),
    # When the second factor was given; whose account has one is not in before.
    Column("second_at", Utc),
    # Such as "Firefox, Android", so that people know their own devices in a list.
    Column("label", String(80)),
    CheckConstraint("door IN ('client', 'staff')", name="door"),
)

# Every answer ever given, one row a purpose; the newest row counts.
consents = Table(
    "consents",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, index=True),
    Column("purpose", String(32), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("text_version", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.person_id"), nullable=False, index=True),
    Column("starts_at", Utc, nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
)

# How often a questionnaire is put first for a client, as the therapist set it; no row means never.
measure_schedules = Table(
    "measure_schedules",
    metadata,
    Column("client_id", ForeignKey("clients.person_id"), primary_key=True),
    Column("measure", String(32), primary_key=True),
    Column("weeks", Integer, nullable=False),
    Column("set_by", ForeignKey("staff.person_id"), nullable=False),
    Column("set_at", Utc, nullable=False),
    CheckConstraint("weeks IN (1, 2, 4)", name="weeks"),
)
