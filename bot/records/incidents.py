"""The register of incidents: what was alerted and asked in a period, with times and outcomes and without anybody's
words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.records.schema import clients, conversations, episodes, questions
from bot.records.transaction import Tx


@dataclass(frozen=True, slots=True)
class Incident:
    """One alert. Times are None where it has not come so far. `language`: the client's."""

    language: str
    severity: int
    opened_at: datetime
    told_at: datetime | None
    acknowledged_at: datetime | None
    closed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One direct question. `answer`: None without one. `paged`: the silence told a person."""

    language: str
    asked_at: datetime
    answer: str | None
    paged: bool


def incidents(tx: Tx, since: datetime, until: datetime) -> list[Incident]:
    """Alerts opened from `since` to before `until`, oldest first."""
    query = select(
        clients.c.language,
        episodes.c.severity,
        episodes.c.opened_at,
        episodes.c.told_at,
        episodes.c.acknowledged_at,
        episodes.c.closed_at,
        episodes.c.outcome,
    ).join(clients, clients.c.person_id == episodes.c.client_id)
    query = query.where(episodes.c.opened_at >= since, episodes.c.opened_at < until)
    return [Incident(**row._mapping) for row in tx.all(query.order_by(episodes.c.opened_at))]


def asked(tx: Tx, since: datetime, until: datetime) -> list[Asked]:
    """Questions asked from `since` to before `until`, oldest first."""
    query = (
        select(clients.c.language, questions.c.asked_at, questions.c.answer, questions.c.paged_at)
        .join(conversations, conversations.c.id == questions.c.conversation_id)
        .join(clients, clients.c.person_id == conversations.c.client_id)
        .where(questions.c.asked_at >= since, questions.c.asked_at < until)
    )
    return [
        Asked(language=row.language, asked_at=row.asked_at, answer=row.answer, paged=row.paged_at is not None)
        for row in tx.all(query.order_by(questions.c.asked_at))
    ]
