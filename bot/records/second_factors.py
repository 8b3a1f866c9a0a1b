"""The staff's second factors as rows: the sealed secret, the newest code taken, hashes of recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from bot.records.schema import recovery_codes, second_factors
from bot.records.transaction import Tx, new_id


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """`sealed`: what the authenticator app knows, as `Keyring.seal` made it. `since`: when the person enrolled."""

    sealed: bytes
    since: datetime


def add(tx: Tx, person_id: str, *, sealed: bytes, step: int, at: datetime) -> bool:
    """Keeps a person's second factor, with the step of the code that proved it; False where they have one already."""
    if second_factor(tx, person_id) is not None:
        return False
    tx.run(insert(second_factors).values(person_id=person_id, sealed=sealed, last_step=step, created_at=at))
    return True


def second_factor(tx: Tx, person_id: str) -> SecondFactor | None:
    """A person's second factor, or None."""
    row = tx.first(select(second_factors).where(second_factors.c.person_id == person_id))
    return None if row is None else SecondFactor(sealed=row.sealed, since=row.created_at)


def everybody_with_one(tx: Tx) -> frozenset[str]:
    """The ids of all who have enrolled."""
    return frozenset(row.person_id for row in tx.all(select(second_factors.c.person_id)))


def take_step(tx: Tx, person_id: str, step: int) -> bool:
    """Uses a time step up; False where it, or a later one, was used before.

    One UPDATE with its condition: of two requests with one code, one is let in.
    """
    fresh = (second_factors.c.person_id == person_id) & (second_factors.c.last_step < step)
    return tx.run(update(second_factors).where(fresh).values(last_step=step)) > 0


def replace_recovery_codes(tx: Tx, person_id: str, token_hashes: Iterable[str], *, at: datetime) -> None:
    """Makes these the only recovery codes of a person."""
    tx.run(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
    for token_hash in token_hashes:
        tx.run(insert(recovery_codes).values(id=new_id(), person_id=person_id, token_hash=token_hash, created_at=at))


def use_recovery_code(tx: Tx, person_id: str, token_hash: str, *, at: datetime) -> bool:
    """Uses a recovery code of this person up; False where there is none, or it was used."""
    codes = recovery_codes.c
    usable = (codes.person_id == person_id) & (codes.token_hash == token_hash) & codes.used_at.is_(None)
    return tx.run(update(recovery_codes).where(usable).values(used_at=at)) > 0


def recovery_codes_left(tx: Tx, person_id: str) -> int:
    """How many recovery codes of a person are unused."""
    unused = (recovery_codes.c.person_id == person_id) & recovery_codes.c.used_at.is_(None)
    return int(tx.scalar(select(func.count()).select_from(recovery_codes).where(unused)))


def remove(tx: Tx, person_id: str) -> bool:
    """Forgets a person's second factor and recovery codes; False where there was none."""
    tx.run(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
    return tx.run(delete(second_factors).where(second_factors.c.person_id == person_id)) > 0
