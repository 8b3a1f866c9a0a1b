"""Which parts are alive, by when each last said so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from bot.records.schema import heartbeats
from bot.records.transaction import Tx


def beat(tx: Tx, part: str, at: datetime) -> None:
    """Says that a part lives."""
    if tx.run(update(heartbeats).where(heartbeats.c.part == part).values(at=at)) == 0:
        tx.run(insert(heartbeats).values(part=part, at=at))


def beats(tx: Tx) -> dict[str, datetime]:
    """The last sign of life of each part that ever gave one."""
    return {row.part: row.at for row in tx.all(select(heartbeats))}
