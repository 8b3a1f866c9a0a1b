"""What a client agreed to, per purpose. Every answer stays; the newest counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from bot.records.schema import consents
from bot.records.transaction import Tx

PURPOSES = ("keep_entries", "share_summaries", "crisis_events", "reminders", "research_export")


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer: to which version of the text, when."""

    given: bool
    version: str
    at: datetime


def give(
    tx: Tx, client_id: str, *, purposes: Mapping[str, bool], text_version: str, language: str, at: datetime
) -> None:
    """Records answers, a refusal or a withdrawal included. Purposes not named keep their answer."""
    unknown = set(purposes) - set(PURPOSES)
    if unknown:
        raise ValueError(f"no such purpose: {sorted(unknown)}; there are {list(PURPOSES)}")
    for purpose, given in purposes.items():
        tx.run(
            insert(consents).values(
                client_id=client_id, purpose=purpose, given=given, text_version=text_version, language=language, at=at
            )
        )


def state(tx: Tx, client_id: str) -> dict[str, Consent]:
    """The newest answer for each purpose that was ever answered; a purpose not in it was never agreed to."""
    rows = tx.all(select(consents).where(consents.c.client_id == client_id).order_by(consents.c.id))
    return {row.purpose: Consent(given=row.given, version=row.text_version, at=row.at) for row in rows}
