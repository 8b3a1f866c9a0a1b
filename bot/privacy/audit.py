"""Who looked at what: a chain of rows in which an altered, removed or inserted one is found (I8).

Each digest is an HMAC over the row and the digest before it, under a key derived from the practice key: a row that fits
cannot be made without that key, whoever can write to the tables.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.records.audit_rows import AuditRow, append, head, rows_after
from bot.records.entries import to_bytes
from bot.records.transaction import Tx

_PURPOSE = "audit"
# Rows read at a time.
_BATCH = 1000
# Below every number that a row can have: one put before the first must be met as well.
_BEFORE_ALL = -(2**63)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rows`: how many were verified. `broken`: the number of the first row that does not fit, None if all do."""

    rows: int
    broken: int | None
    reason: str


def note(
    tx: Tx,
    *,
    actor: str,
    action: str,
    client_id: str | None,
    target: str | None,
    data: Mapping[str, Any],
    at: datetime,
) -> int:
    """Appends a row; its number.

    Args:
        actor: a person's id, or the name of a part.
        target: the id of what was looked at or changed.
        data: ids, states and numbers; never a client's words.
    """
    last, previous = head(tx)
    row = AuditRow(
        seq=last + 1,
        actor=actor,
        action=action,
        client_id=client_id,
        target=target,
        data=dict(data),
        at=at.astimezone(UTC),
        previous=previous,
        digest="",
    )
    append(tx, replace(row, digest=_digest(tx, row)))
    return row.seq


def verify(tx: Tx) -> Verdict:
    """Walks the whole chain and names the first row that is altered, missing, or outside its two ends."""
    seq, previous = 0, ""
    after = _BEFORE_ALL
    while True:
        batch = _readable_after(tx, after)
        if batch is None:
            return Verdict(rows=seq, broken=seq + 1, reason="altered")
        for row in batch:
            if row.seq < 1:
                return Verdict(rows=seq, broken=row.seq, reason="not noted")
            if row.seq != seq + 1:
                return Verdict(rows=seq, broken=seq + 1, reason="missing")
            if row.previous != previous or not _same(row.digest, _digest(tx, row)):
                return Verdict(rows=seq, broken=row.seq, reason="altered")
            seq, previous = row.seq, row.digest
        if not batch:
            break
        after = seq
    noted, digest = head(tx)
    if noted > seq:
        return Verdict(rows=seq, broken=seq + 1, reason="missing")
    if (noted, digest) != (seq, previous):
        return Verdict(rows=seq, broken=noted + 1, reason="not noted")
    return Verdict(rows=seq, broken=None, reason="")


def _readable_after(tx: Tx, seq: int) -> list[AuditRow] | None:
    """The next rows; the next one alone if a later one cannot be read; None if it is the next that cannot.

    Somebody who wrote something into a row that is no time, or no JSON, has altered it, and must not stop the walk.
    """
    for limit in (_BATCH, 1):
        with suppress(ValueError):
            return rows_after(tx, seq, limit=limit)
    return None


def _same(stored: str, made: str) -> bool:
    return hmac.compare_digest(stored.encode("utf-8", "surrogatepass"), made.encode())


def _digest(tx: Tx, row: AuditRow) -> str:
    covered = {
        "seq": row.seq,
        "actor": row.actor,
        "action": row.action,
        "client_id": row.client_id,
        "target": row.target,
        "data": row.data,
        "at": row.at.isoformat(timespec="microseconds"),
        "previous": row.previous,
    }
    return tx.keyring.mac(_PURPOSE, to_bytes(covered)).hex()
