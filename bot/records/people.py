"""Staff and clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from bot.records import entries
from bot.records.conversations import conversation_of
from bot.records.errors import RecordsRefusal
from bot.records.schema import clients, people
from bot.records.schema import entries as entries_table
from bot.records.schema import staff as staff_table
from bot.records.transaction import AnyRow, Tx, new_id

_PROFILE = ("name", "pronouns", "phone", "tool_name")
_STAFF = frozenset({"display_name", "email", "language", "roles", "password_hash", "status"})
_PLAIN = ("language", "address", "country", "therapist_id", "status")


class LoginTaken(RecordsRefusal):
    """Another account has this login."""


@dataclass(frozen=True, slots=True)
class Staff:
    """An account of somebody who works at the practice. Roles: therapist, owner, on_call, operator."""

    id: str
    login: str
    display_name: str
    email: str
    language: str
    roles: tuple[str, ...]
    password_hash: str
    status: str


@dataclass(frozen=True, slots=True)
class Client:
    """A person in therapy. `tool_name` is what the client wants this tool to be called, None for its own name."""

    id: str
    name: str
    pronouns: str | None
    language: str
    address: str
    country: str
    therapist_id: str
    phone: str | None
    tool_name: str | None
    status: str
    created_at: datetime


def create_staff(
    tx: Tx,
    *,
    login: str,
    display_name: str,
    password_hash: str,
    roles: Sequence[str],
    email: str,
    language: str,
    at: datetime,
) -> str:
    """Makes an account; the person's id. A login is kept in small letters. Raises LoginTaken."""
    login = _plain_login(login)
    if staff_by_login(tx, login) is not None:
        raise LoginTaken(f"the login {login!r} is taken; choose another")
    person_id = new_id()
    tx.run(insert(people).values(id=person_id, kind="staff", created_at=at))
    tx.run(
        insert(staff_table).values(
            person_id=person_id,
            login=login,
            display_name=display_name,
            email=email,
            language=language,
            roles=list(roles),
            password_hash=password_hash,
            status="active",
        )
    )
    return person_id


def staff_by_login(tx: Tx, login: str) -> Staff | None:
    """The account with this login, however it is capitalised, closed ones included; or None."""
    row = tx.first(select(staff_table).where(staff_table.c.login == _plain_login(login)))
    return None if row is None else _staff(row)


def staff(tx: Tx, person_id: str) -> Staff:
    """One account. Raises NotFound."""
    return _staff(
        tx.need(select(staff_table).where(staff_table.c.person_id == person_id), f"staff account {person_id}")
    )


def all_staff(tx: Tx) -> list[Staff]:
    """Every account, by login."""
    return [_staff(row) for row in tx.all(select(staff_table).order_by(staff_table.c.login))]


def set_staff(tx: Tx, person_id: str, **fields: Any) -> Staff:
    """Changes display_name, email, language, roles, password_hash or status; the account then. Raises NotFound."""
    unknown = set(fields) - _STAFF
    if unknown:
        raise ValueError(f"a staff account has no field {sorted(unknown)} to change; there are {sorted(_STAFF)}")
    tx.need(select(staff_table.c.person_id).where(staff_table.c.person_id == person_id), f"staff account {person_id}")
    tx.run(update(staff_table).where(staff_table.c.person_id == person_id).values(**fields))
    return staff(tx, person_id)


def _plain_login(typed: str) -> str:
    return typed.strip().lower()


def _staff(row: AnyRow) -> Staff:
    fields = dict(row._mapping)
    return Staff(id=fields.pop("person_id"), roles=tuple(fields.pop("roles")), **fields)


def create_client(
    tx: Tx,
    *,
    name: str,
    pronouns: str | None,
    language: str,
    address: str,
    country: str,
    therapist_id: str,
    phone: str | None,
    at: datetime,
    client_id: str | None = None,
) -> str:
    """Enrols a client and makes the one conversation a client has; the client's id."""
    person_id = client_id or new_id()
    tx.run(insert(people).values(id=person_id, kind="client", created_at=at))
    profile = {"name": name, "pronouns": pronouns, "phone": phone, "tool_name": None}
    tx.run(
        insert(clients).values(
            person_id=person_id,
            # The practice record keeps the name: without it nobody could say whose record it is.
            profile_entry_id=entries.seal(tx, profile, client_id=person_id, fate="record", at=at),
            language=language,
            address=address,
            country=country,
            therapist_id=therapist_id,
            status="active",
            created_at=at,
        )
    )
    conversation_of(tx, person_id, at=at)
    return person_id


def client(tx: Tx, client_id: str) -> Client:
    """One client. Raises NotFound."""
    return _client(tx, tx.need(_clients().where(clients.c.person_id == client_id), f"client {client_id}"))


def clients_of(tx: Tx, therapist_id: str) -> list[Client]:
    """A therapist's clients, by name."""
    found = [_client(tx, row) for row in tx.all(_clients().where(clients.c.therapist_id == therapist_id))]
    return sorted(found, key=lambda client: (client.name.casefold(), client.id))


def set_client(tx: Tx, client_id: str, *, at: datetime, **fields: Any) -> Client:
    """Changes name, pronouns, phone, tool_name, language, address, country, therapist_id or status; the client then."""
    unknown = set(fields) - set(_PROFILE) - set(_PLAIN)
    if unknown:
        raise ValueError(f"a client has no field {sorted(unknown)}; there are {[*_PROFILE, *_PLAIN]}")
    row = tx.need(_clients().where(clients.c.person_id == client_id), f"client {client_id}")
    plain = {name: value for name, value in fields.items() if name in _PLAIN}
    profile = {name: value for name, value in fields.items() if name in _PROFILE}
    if profile:
        changed = {**entries.open_row(tx, row), **profile}
        # The earlier profile keeps its key: the practice record holds it, and a restored backup still points to it.
        plain["profile_entry_id"] = entries.seal(tx, changed, client_id=client_id, fate="record", at=at)
    if plain:
        tx.run(update(clients).where(clients.c.person_id == client_id).values(**plain))
    return client(tx, client_id)


def _clients() -> Select[Any]:
    return select(clients, *entries.SEALED).join(entries_table, entries_table.c.id == clients.c.profile_entry_id)


def _client(tx: Tx, row: AnyRow) -> Client:
    profile = entries.open_row(tx, row)
    return Client(
        id=row.person_id,
        language=row.language,
        address=row.address,
        country=row.country,
        therapist_id=row.therapist_id,
        status=row.status,
        created_at=row.created_at,
        **profile,
    )
