"""Summaries: the client's own, and the frozen copies that the client chose to share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.records import entries
from bot.records.errors import StoreDamaged
from bot.records.events import add_event
from bot.records.reflections import reflection
from bot.records.schema import conversations, reflections, shared_summaries, summaries
from bot.records.schema import entries as entries_table
from bot.records.transaction import AnyRow, Tx, new_id


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written at the end of a reflection; a correction is a new version.

    `shared_at`: since when the therapist sees this reflection's summary, in this version or an earlier one, as
    `shared_body`; both None if not at all.
    """

    id: str
    reflection_id: str
    conversation_id: str
    client_id: str
    exercise: str
    version: int
    body: Mapping[str, Any]
    at: datetime
    shared_at: datetime | None
    shared_body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class SharedSummary:
    """A copy in the practice record, as the client saw it when sharing."""

    id: str
    summary_id: str
    reflection_id: str
    client_id: str
    exercise: str
    version: int
    body: Mapping[str, Any]
    content_hash: str
    shared_at: datetime


def add_summary(tx: Tx, reflection_id: str, *, body: Mapping[str, Any], at: datetime) -> Summary:
    """Stores a summary. The same body again is the version already stored; another body is the next version."""
    found = reflection(tx, reflection_id)
    newest = tx.first(
        _summaries().where(summaries.c.reflection_id == reflection_id).order_by(summaries.c.version.desc()).limit(1)
    )
    if newest is not None and entries.to_bytes(entries.open_row(tx, newest)) == entries.to_bytes(dict(body)):
        return _summary(tx, newest)
    summary_id = new_id()
    tx.run(
        insert(summaries).values(
            id=summary_id,
            reflection_id=reflection_id,
            version=1 if newest is None else newest.version + 1,
            entry_id=entries.seal(tx, dict(body), client_id=found.client_id, fate="own", at=at),
            at=at,
        )
    )
    add_event(tx, found.conversation_id, "summary", {"summary_id": summary_id, "reflection_id": reflection_id}, at)
    return summary(tx, summary_id)


def summary(tx: Tx, summary_id: str) -> Summary:
    """One summary. Raises NotFound."""
    return _summary(tx, tx.need(_summaries().where(summaries.c.id == summary_id), f"summary {summary_id}"))


def summaries_of(tx: Tx, client_id: str) -> list[Summary]:
    """The newest version of each of a client's summaries, newest reflection first."""
    newest = select(func.max(summaries.c.version)).where(summaries.c.reflection_id == reflections.c.id)
    query = _summaries().where(
        conversations.c.client_id == client_id, summaries.c.version == newest.correlate(reflections).scalar_subquery()
    )
    return [_summary(tx, row) for row in tx.all(query.order_by(summaries.c.at.desc(), summaries.c.id))]


def share(tx: Tx, summary_id: str, *, body: Mapping[str, Any], at: datetime) -> SharedSummary:
    """Copies what the client lets through (`body`, lines taken out included) into the practice record.

    A reflection is shared once: the same body again is the copy already shared; another body, or another version of
    the summary, replaces it, and the earlier copy stays in the record, no longer shown.
    """
    origin = summary(tx, summary_id)
    digest = _hash(tx, body)
    table = shared_summaries
    live = (table.c.reflection_id == origin.reflection_id) & _LIVE
    shown = tx.first(select(table.c.id, table.c.summary_id, table.c.content_hash).where(live))
    if shown is not None:
        if (shown.summary_id, shown.content_hash) == (summary_id, digest):
            return _shared(tx, tx.need(_shares().where(table.c.id == shown.id), f"shared summary {shown.id}"))
        tx.run(update(table).where(live).values(replaced_at=at))
    last = tx.scalar(select(func.max(table.c.version)).where(table.c.summary_id == summary_id))
    shared_id = new_id()
    tx.run(
        insert(table).values(
            id=shared_id,
            summary_id=summary_id,
            reflection_id=origin.reflection_id,
            client_id=origin.client_id,
            exercise=origin.exercise,
            version=(last or 0) + 1,
            entry_id=entries.seal(tx, dict(body), client_id=origin.client_id, fate="record", at=at),
            content_hash=digest,
            shared_at=at,
        )
    )
    add_event(tx, origin.conversation_id, "share", {"summary_id": summary_id, "shared": True}, at)
    return _shared(tx, tx.need(_shares().where(table.c.id == shared_id), f"shared summary {shared_id}"))


def unshare(tx: Tx, summary_id: str, *, at: datetime) -> None:
    """Shows a reflection's shared summary to nobody any more, whichever version was shared.

    The copy stays in the practice record, as the client was told.
    """
    origin = summary(tx, summary_id)
    live = (shared_summaries.c.reflection_id == origin.reflection_id) & _LIVE
    if tx.run(update(shared_summaries).where(live).values(unshared_at=at)):
        add_event(tx, origin.conversation_id, "share", {"summary_id": summary_id, "shared": False}, at)


def shared_of(
    tx: Tx, client_id: str, since: datetime | None, *, exercises: Collection[str] | None = None
) -> list[SharedSummary]:
    """What a client shares now and shared at `since` or later, oldest first; None: ever. Raises StoreDamaged on an
    altered copy. `exercises`: only of these."""
    query = _shares().where(shared_summaries.c.client_id == client_id, _LIVE)
    if since is not None:
        query = query.where(shared_summaries.c.shared_at >= since)
    if exercises is not None:
        query = query.where(shared_summaries.c.exercise.in_(exercises))
    return [_shared(tx, row) for row in tx.all(query.order_by(shared_summaries.c.shared_at, shared_summaries.c.id))]


_LIVE = shared_summaries.c.unshared_at.is_(None) & shared_summaries.c.replaced_at.is_(None)


def _hash(tx: Tx, body: Mapping[str, Any]) -> str:
    return tx.keyring.mac("shared summary", entries.to_bytes(dict(body))).hex()


def _summaries() -> Select[Any]:
    shared_at = (
        select(func.max(shared_summaries.c.shared_at))
        .where(shared_summaries.c.reflection_id == summaries.c.reflection_id, _LIVE)
        .correlate(summaries)
        .scalar_subquery()
        .label("shared_at")
    )
    columns = (summaries.c.id, summaries.c.reflection_id, summaries.c.version, summaries.c.at, shared_at)
    of_whom = (reflections.c.exercise, reflections.c.conversation_id, conversations.c.client_id)
    return (
        select(*columns, *of_whom, *entries.SEALED)
        .join(reflections, reflections.c.id == summaries.c.reflection_id)
        .join(conversations, conversations.c.id == reflections.c.conversation_id)
        .join(entries_table, entries_table.c.id == summaries.c.entry_id)
    )


def _summary(tx: Tx, row: AnyRow) -> Summary:
    shown = tx.first(_shares().where(shared_summaries.c.reflection_id == row.reflection_id, _LIVE))
    return Summary(
        id=row.id,
        reflection_id=row.reflection_id,
        conversation_id=row.conversation_id,
        client_id=row.client_id,
        exercise=row.exercise,
        version=row.version,
        body=entries.open_row(tx, row),
        at=row.at,
        shared_at=row.shared_at,
        shared_body=None if shown is None else _shared(tx, shown).body,
    )


def _shares() -> Select[Any]:
    sealed = [column for column in entries.SEALED if column.name != "entry_id"]
    return select(shared_summaries, *sealed).join(entries_table, entries_table.c.id == shared_summaries.c.entry_id)


def _shared(tx: Tx, row: AnyRow) -> SharedSummary:
    body = entries.open_row(tx, row)
    if _hash(tx, body) != row.content_hash:
        raise StoreDamaged(f"shared summary {row.id} was altered; restore it from a backup")
    return SharedSummary(
        id=row.id,
        summary_id=row.summary_id,
        reflection_id=row.reflection_id,
        client_id=row.client_id,
        exercise=row.exercise,
        version=row.version,
        body=body,
        content_hash=row.content_hash,
        shared_at=row.shared_at,
    )
