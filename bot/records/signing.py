"""Invites, devices, sign_ins: who may come in through which door. Only hashes of tokens are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.records import entries
from bot.records.schema import devices, invites, password_codes, sign_ins
from bot.records.transaction import AnyRow, Tx, new_id


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person signed in at one door ("client" or "staff"), on one device.

    `second_at`: when the second factor was given, None if it was not. `label`: what is known of the browser.
    """

    id: str
    person_id: str
    door: str
    device_id: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    second_at: datetime | None
    label: str | None


def create_invite(tx: Tx, *, client_id: str, token_hash: str, expires_at: datetime, at: datetime) -> str:
    """Makes a single-use invite; its id."""
    invite_id = new_id()
    tx.run(
        insert(invites).values(
            id=invite_id, client_id=client_id, token_hash=token_hash, created_at=at, expires_at=expires_at
        )
    )
    return invite_id


def use_invite(tx: Tx, token_hash: str, *, at: datetime) -> str | None:
    """Uses an invite up; the client's id, or None when there is no such invite, or it is used or expired.

    One UPDATE with its conditions: of two people with one link, one comes in.
    """
    usable = (invites.c.token_hash == token_hash) & invites.c.used_at.is_(None) & (invites.c.expires_at > at)
    if tx.run(update(invites).where(usable).values(used_at=at)) == 0:
        return None
    return str(tx.scalar(select(invites.c.client_id).where(invites.c.token_hash == token_hash)))


def create_password_code(tx: Tx, *, person_id: str, token_hash: str, expires_at: datetime, at: datetime) -> str:
    """Makes a single-use code for choosing a password, the only one of that person that works; its id."""
    open_ones = (password_codes.c.person_id == person_id) & password_codes.c.used_at.is_(None)
    tx.run(update(password_codes).where(open_ones).values(used_at=at))
    code_id = new_id()
    tx.run(
        insert(password_codes).values(
            id=code_id, person_id=person_id, token_hash=token_hash, created_at=at, expires_at=expires_at
        )
    )
    return code_id


def use_password_code(tx: Tx, token_hash: str, *, at: datetime) -> str | None:
    """Uses a code up as `use_invite` does; the staff member's id, or None."""
    code = password_codes.c
    usable = (code.token_hash == token_hash) & code.used_at.is_(None) & (code.expires_at > at)
    if tx.run(update(password_codes).where(usable).values(used_at=at)) == 0:
        return None
    return str(tx.scalar(select(code.person_id).where(code.token_hash == token_hash)))


def add_device(tx: Tx, client_id: str, label: str, at: datetime) -> str:
    """Records a client's device under a label the client chose; its id."""
    device_id = new_id()
    label_entry_id = entries.seal(tx, label, client_id=client_id, fate="own", at=at)
    tx.run(insert(devices).values(id=device_id, client_id=client_id, label_entry_id=label_entry_id, created_at=at))
    return device_id


def create_sign_in(
    tx: Tx,
    *,
    person_id: str,
    door: str,
    device_id: str | None,
    token_hash: str,
    expires_at: datetime,
    at: datetime,
    second_at: datetime | None = None,
    label: str | None = None,
) -> str:
    """Signs a person in at a door; the sign_in's id."""
    sign_in_id = new_id()
    tx.run(
        insert(sign_ins).values(
            id=sign_in_id,
            person_id=person_id,
            door=door,
            device_id=device_id,
            token_hash=token_hash,
            created_at=at,
            last_seen_at=at,
            expires_at=expires_at,
            second_at=second_at,
            label=label,
        )
    )
    return sign_in_id


def sign_in_by_hash(tx: Tx, token_hash: str, door: str, *, at: datetime) -> SignIn | None:
    """The sign_in of a token at this door, or None when there is none, or it has ended or expired."""
    row = tx.first(
        select(sign_ins).where(
            sign_ins.c.token_hash == token_hash,
            sign_ins.c.door == door,
            sign_ins.c.ended_at.is_(None),
            sign_ins.c.expires_at > at,
        )
    )
    return None if row is None else _sign_in(row)


def sign_ins_of(tx: Tx, person_id: str, door: str, *, at: datetime) -> list[SignIn]:
    """A person's sign_ins at a door that have neither ended nor expired, the last used first."""
    mine = (sign_ins.c.person_id == person_id) & (sign_ins.c.door == door)
    alive = sign_ins.c.ended_at.is_(None) & (sign_ins.c.expires_at > at)
    rows = tx.all(select(sign_ins).where(mine & alive).order_by(sign_ins.c.last_seen_at.desc(), sign_ins.c.id))
    return [_sign_in(row) for row in rows]


def _sign_in(row: AnyRow) -> SignIn:
    return SignIn(
        id=row.id,
        person_id=row.person_id,
        door=row.door,
        device_id=row.device_id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        second_at=row.second_at,
        label=row.label,
    )


def touch_sign_in(tx: Tx, sign_in_id: str, *, at: datetime, expires_at: datetime | None = None) -> None:
    """Records that a sign_in was used, and moves its end if `expires_at` is given."""
    values = {"last_seen_at": at} if expires_at is None else {"last_seen_at": at, "expires_at": expires_at}
    tx.run(update(sign_ins).where(sign_ins.c.id == sign_in_id, sign_ins.c.ended_at.is_(None)).values(**values))


def end_sign_in(tx: Tx, token_hash: str, *, at: datetime) -> None:
    """Ends one sign_in; nothing happens when there is none."""
    tx.run(
        update(sign_ins).where(sign_ins.c.token_hash == token_hash, sign_ins.c.ended_at.is_(None)).values(ended_at=at)
    )


def end_own_sign_in(tx: Tx, sign_in_id: str, *, person_id: str, at: datetime) -> bool:
    """Ends one sign_in of a person by its id; False where they have none of that id that has not ended."""
    mine = (sign_ins.c.id == sign_in_id) & (sign_ins.c.person_id == person_id) & sign_ins.c.ended_at.is_(None)
    return tx.run(update(sign_ins).where(mine).values(ended_at=at)) > 0


def end_sign_ins(tx: Tx, person_id: str, *, at: datetime, but: str | None = None) -> int:
    """Ends every sign_in of a person, except the one with the id `but`; how many there were."""
    mine = (sign_ins.c.person_id == person_id) & sign_ins.c.ended_at.is_(None)
    if but is not None:
        mine &= sign_ins.c.id != but
    return tx.run(update(sign_ins).where(mine).values(ended_at=at))
