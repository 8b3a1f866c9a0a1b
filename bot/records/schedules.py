"""How often a questionnaire is put first for a client: every one, two or four weeks, or (the usual) never."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.records.schema import measure_schedules
from bot.records.transaction import Tx

WEEKS = (1, 2, 4)


def set_schedule(tx: Tx, client_id: str, measure: str, *, weeks: int | None, by: str, at: datetime) -> None:
    """Puts a measure first every `weeks` weeks; None: never. `by`: the therapist. Raises ValueError."""
    if weeks is not None and weeks not in WEEKS:
        raise ValueError(f"{weeks} weeks is no rhythm; there are {', '.join(map(str, WEEKS))}, or none")
    table = measure_schedules
    tx.run(delete(table).where(table.c.client_id == client_id, table.c.measure == measure))
    if weeks is not None:
        tx.run(insert(table).values(client_id=client_id, measure=measure, weeks=weeks, set_by=by, set_at=at))


def schedules_of(tx: Tx, client_id: str) -> dict[str, int]:
    """Measure -> weeks between two of it; a measure that is not in it is never put first."""
    table = measure_schedules
    rows = tx.all(
        select(table.c.measure, table.c.weeks).where(table.c.client_id == client_id).order_by(table.c.measure)
    )
    return {row.measure: row.weeks for row in rows}
