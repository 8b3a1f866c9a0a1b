"""The rows of the audit: appended, read in order, never altered. What links them is `bot.privacy.audit`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.records.schema import audit, audit_head
from bot.records.transaction import Tx


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to whose data. `seq` counts from 1 without gaps; digests are 64 hexadecimal characters."""

    seq: int
    actor: str
    action: str
    client_id: str | None
    target: str | None
    data: Mapping[str, Any]
    at: datetime
    previous: str
    digest: str


def head(tx: Tx) -> tuple[int, str]:
    """Number and digest of the last row, as noted apart from the rows; (0, "") before the first."""
    row = tx.first(select(audit_head.c.seq, audit_head.c.digest))
    return (0, "") if row is None else (row.seq, row.digest)


def append(tx: Tx, row: AuditRow) -> None:
    """Adds the next row and moves the head to it."""
    values = {name: getattr(row, name) for name in AuditRow.__slots__}
    tx.run(insert(audit).values(**{**values, "data": dict(row.data)}))
    if tx.run(update(audit_head).values(seq=row.seq, digest=row.digest)) == 0:
        tx.run(insert(audit_head).values(id=1, seq=row.seq, digest=row.digest))


def rows_after(tx: Tx, seq: int, *, limit: int = 1000) -> list[AuditRow]:
    """Rows after a number, in order."""
    query = select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(limit)
    return [AuditRow(**row._mapping) for row in tx.all(query)]


def rows_of(tx: Tx, client_id: str) -> list[AuditRow]:
    """Rows about one client, in order."""
    query = select(audit).where(audit.c.client_id == client_id).order_by(audit.c.seq)
    return [AuditRow(**row._mapping) for row in tx.all(query)]
