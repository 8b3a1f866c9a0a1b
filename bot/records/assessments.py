"""What crisis assessment read in a message, stored with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from bot.records import entries
from bot.records.schema import assessments, conversations, messages
from bot.records.schema import entries as entries_table
from bot.records.transaction import Tx


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """`level`: none, check_in or alert. `severity`: 0-3. `body`: the whole assessment as JSON."""

    level: str
    severity: int
    categories: tuple[str, ...]
    body: Mapping[str, Any]
    version: str


def add_assessment(
    tx: Tx,
    message_id: str,
    *,
    level: str,
    severity: int,
    categories: Sequence[str],
    body: Mapping[str, Any],
    version: str,
    at: datetime,
) -> None:
    """Stores the assessment of a message, once: a second one for the same message is refused with StoreError."""
    query = select(conversations.c.client_id).join(messages, messages.c.conversation_id == conversations.c.id)
    client_id = tx.need(query.where(messages.c.id == message_id), f"message {message_id}").client_id
    sealed = {"categories": list(categories), "body": dict(body)}
    tx.run(
        insert(assessments).values(
            message_id=message_id,
            level=level,
            severity=severity,
            version=version,
            entry_id=entries.seal(tx, sealed, client_id=client_id, fate="own", at=at),
            at=at,
        )
    )


def unread_since(tx: Tx, conversation_id: str, since: datetime) -> int:
    """How many messages of a conversation, at `since` or later, were in a language that could not be read."""
    query = select(*entries.SEALED).join(assessments, assessments.c.entry_id == entries_table.c.id)
    query = query.join(messages, messages.c.id == assessments.c.message_id)
    query = query.where(messages.c.conversation_id == conversation_id, assessments.c.at >= since)
    return sum(bool(entries.open_row(tx, row)["body"].get("unread_language")) for row in tx.all(query))


def assessment_of(tx: Tx, message_id: str) -> StoredAssessment | None:
    """The assessment of a message, or None."""
    query = select(assessments.c.level, assessments.c.severity, assessments.c.version, *entries.SEALED)
    query = query.join(entries_table, entries_table.c.id == assessments.c.entry_id)
    row = tx.first(query.where(assessments.c.message_id == message_id))
    if row is None:
        return None
    sealed = entries.open_row(tx, row)
    return StoredAssessment(
        level=row.level,
        severity=row.severity,
        categories=tuple(sealed["categories"]),
        body=sealed["body"],
        version=row.version,
    )
