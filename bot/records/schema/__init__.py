"""The tables, by topic. Portable to PostgreSQL; what only SQLite has is in `bot.records.sqlcipher`."""

from bot.records.schema.base import metadata
from bot.records.schema.conversations import (
    assessments,
    conversations,
    messages,
    reflections,
    shared_summaries,
    steps_taken,
    summaries,
)
from bot.records.schema.handoff import (
    channels,
    contacts,
    deliveries,
    episode_messages,
    episode_steps,
    episodes,
    questions,
)
from bot.records.schema.people import (
    appointments,
    clients,
    consents,
    devices,
    doomed_keys,
    entries,
    invites,
    measure_schedules,
    password_codes,
    people,
    practice,
    recovery_codes,
    second_factors,
    sign_ins,
    staff,
)
from bot.records.schema.running import audit, audit_head, events, heartbeats

__all__ = [
    "appointments", "assessments", "audit", "audit_head", "channels", "clients", "consents", "contacts",
    "conversations", "deliveries", "devices", "doomed_keys", "entries", "episode_messages", "episode_steps",
    "episodes", "events", "heartbeats", "invites", "measure_schedules", "messages", "metadata", "password_codes",
    "people", "practice", "questions", "recovery_codes", "reflections", "second_factors", "shared_summaries",
    "sign_ins", "staff", "steps_taken", "summaries",
]  # fmt: skip
