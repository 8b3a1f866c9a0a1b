"""The practice: one row, because one deployment serves one practice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from bot.records.schema import practice as practice_table
from bot.records.transaction import Tx

_FIELDS = frozenset(
    {
        "name",
        "time_zone",
        "country",
        "languages",
        "jurisdiction",
        "reply_minutes",
        "outside",
        "emergency_words",
        "second_factor_needed",
    }
)
# Minutes to an answer by severity, until the practice declares its own.
REPLY_MINUTES: Mapping[int, int] = {1: 240, 2: 30, 3: 10}
# Before anybody has said when somebody answers, nobody does: the careful reading of an empty declaration.
_FIRST: Mapping[str, Any] = {
    "id": 1,
    "name": "",
    "time_zone": "UTC",
    "country": "US",
    "languages": ["en", "es"],
    "jurisdiction": "strict",
    "reply_minutes": {str(severity): minutes for severity, minutes in REPLY_MINUTES.items()},
    "outside": "nobody",
    "emergency_words": {},
    "hours": [],
    "holidays": [],
    "second_factor_needed": False,
}


@dataclass(frozen=True, slots=True)
class Practice:
    """Who runs this deployment.

    `reply_minutes`: minutes to an acknowledgement before the next contact is told, by severity 1-3. `outside`:
    "nobody", or the id of the contact who answers outside the hours. `emergency_words`: by language, when this practice
    calls emergency services. `second_factor_needed`: nobody of the staff comes in without one.
    """

    name: str
    time_zone: str
    country: str
    languages: tuple[str, ...]
    jurisdiction: str
    reply_minutes: Mapping[int, int]
    outside: str
    emergency_words: Mapping[str, str]
    second_factor_needed: bool


def practice(tx: Tx) -> Practice:
    """The practice; an unnamed one with no hours before the first `set_practice`."""
    row = tx.first(select(practice_table))
    found: Mapping[str, Any] = _FIRST if row is None else row._asdict()
    return Practice(
        name=found["name"],
        time_zone=found["time_zone"],
        country=found["country"],
        languages=tuple(found["languages"]),
        jurisdiction=found["jurisdiction"],
        # JSON has no whole numbers as keys.
        reply_minutes={int(severity): int(minutes) for severity, minutes in found["reply_minutes"].items()},
        outside=found["outside"],
        emergency_words=dict(found["emergency_words"]),
        second_factor_needed=bool(found["second_factor_needed"]),
    )


def set_practice(tx: Tx, **fields: Any) -> Practice:
    """Changes fields of the practice; the practice as it is then."""
    unknown = set(fields) - _FIELDS
    if unknown:
        raise ValueError(f"a practice has no field {sorted(unknown)}; there are {sorted(_FIELDS)}")
    if "reply_minutes" in fields:
        fields["reply_minutes"] = {str(severity): minutes for severity, minutes in fields["reply_minutes"].items()}
    if "languages" in fields:
        fields["languages"] = list(fields["languages"])
    change(tx, fields)
    return practice(tx)


def coverage_columns(tx: Tx) -> Mapping[str, Any]:
    """Hours, holidays, time zone, outside and reply minutes, as stored; read by `bot.records.contacts.coverage`."""
    row = tx.first(select(practice_table))
    found: Mapping[str, Any] = _FIRST if row is None else row._asdict()
    return {name: found[name] for name in ("hours", "holidays", "time_zone", "outside", "reply_minutes")}


def change(tx: Tx, columns: Mapping[str, Any]) -> None:
    """Writes columns of the one row, making it first if it is not there."""
    if tx.first(select(practice_table.c.id)) is None:
        tx.run(insert(practice_table).values(**{**_FIRST, **columns}))
    elif columns:
        tx.run(update(practice_table).values(**columns))
