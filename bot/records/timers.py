"""Times that wait: moved together when the machine's clock is set back.

A page that is due at 09:15 must not wait a day longer because the clock was set back by a day at 09:00. Everything that
waits is moved by as much as the clock: it may then come early, and never late.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Table, select, update

from bot.records.schema import deliveries, episodes, questions
from bot.records.transaction import Tx


def move_back(tx: Tx, by: timedelta) -> int:
    """Makes everything that waits due earlier by `by`; how many rows. Leases are moved as well."""
    moved = _move(tx, deliveries, ("due_at", "leased_until"), deliveries.c.state.in_(("due", "claimed")), by)
    moved += _move(tx, episodes, ("escalates_at",), episodes.c.state != "closed", by)
    return moved + _move(
        tx, questions, ("pages_at",), questions.c.answer.is_(None) & questions.c.paged_at.is_(None), by
    )


def _move(tx: Tx, table: Table, columns: tuple[str, ...], waiting: object, by: timedelta) -> int:
    rows = tx.all(select(table.c.id, *(table.c[name] for name in columns)).where(waiting))  # type: ignore[arg-type]
    for row in rows:
        values = {name: getattr(row, name) - by for name in columns if getattr(row, name) is not None}
        if values:
            tx.run(update(table).where(table.c.id == row.id).values(**values))
    return len(rows)
