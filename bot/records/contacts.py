"""Whom an alert reaches, through which channels, in which order and at which hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from bot.records import practice
from bot.records.schema import channels, clients, staff
from bot.records.schema import contacts as contacts_table
from bot.records.transaction import Tx, new_id

type Hours = tuple[int, str, str]

_IN_USE = channels.c.removed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach a contact. `kind`: email, sms, webhook or apprise."""

    id: str
    kind: str
    address: str
    position: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is told. Every contact is a staff account, so that what they are sent to has a sign-in."""

    id: str
    person_id: str
    display_name: str
    channels: tuple[Channel, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """When somebody answers. `hours`: (weekday, Monday = 0, opens "HH:MM", closes "HH:MM") in `time_zone`; `outside`:
    "nobody" or the id of the contact who answers then. `reply_minutes`: minutes to an answer, by severity 1-3."""

    hours: tuple[Hours, ...]
    holidays: tuple[date, ...]
    time_zone: str
    outside: str
    reply_minutes: Mapping[int, int] = field(default_factory=lambda: dict(practice.REPLY_MINUTES))


def add_contact(tx: Tx, *, person_id: str, position: int, at: datetime) -> str:
    """Makes a staff account a contact; the contact's id."""
    contact_id = new_id()
    tx.run(insert(contacts_table).values(id=contact_id, person_id=person_id, position=position, created_at=at))
    return contact_id


def add_channel(tx: Tx, *, contact_id: str, kind: str, address: str, position: int) -> str:
    """Adds a way to reach a contact; the channel's id."""
    channel_id = new_id()
    tx.run(insert(channels).values(id=channel_id, contact_id=contact_id, kind=kind, address=address, position=position))
    return channel_id


def remove_channel(tx: Tx, channel_id: str, *, at: datetime) -> None:
    """Takes a channel out of use. Raises NotFound when there is none in use."""
    tx.need(select(channels.c.id).where(channels.c.id == channel_id, _IN_USE), f"channel {channel_id}")
    tx.run(update(channels).where(channels.c.id == channel_id).values(removed_at=at))


def next_position(tx: Tx, contact_id: str | None = None) -> int:
    """The place after the last contact, or after the last channel of a contact."""
    table = contacts_table if contact_id is None else channels
    query = select(func.max(table.c.position))
    if contact_id is not None:
        query = query.where(channels.c.contact_id == contact_id)
    last = tx.scalar(query)
    return 0 if last is None else int(last) + 1


def put_first(tx: Tx, contact_id: str) -> None:
    """Moves a contact to the head of the practice's order."""
    tx.need(select(contacts_table.c.id).where(contacts_table.c.id == contact_id), f"contact {contact_id}")
    first = int(tx.scalar(select(func.min(contacts_table.c.position))))
    tx.run(update(contacts_table).where(contacts_table.c.id == contact_id).values(position=first - 1))


def contacts(tx: Tx) -> list[Contact]:
    """Everybody who may be told and whose account is active, in the practice's order, channels in theirs."""
    ways: dict[str, list[Channel]] = {}
    for row in tx.all(select(channels).where(_IN_USE).order_by(channels.c.position, channels.c.id)):
        way = Channel(id=row.id, kind=row.kind, address=row.address, position=row.position)
        ways.setdefault(row.contact_id, []).append(way)
    query = select(contacts_table, staff.c.display_name).join(staff, staff.c.person_id == contacts_table.c.person_id)
    query = query.where(staff.c.status == "active").order_by(contacts_table.c.position, contacts_table.c.id)
    return [
        Contact(
            id=row.id,
            person_id=row.person_id,
            display_name=row.display_name,
            channels=tuple(ways.get(row.id, ())),
            position=row.position,
        )
        for row in tx.all(query)
    ]


def path_of(tx: Tx, client_id: str) -> list[Contact]:
    """Who is told about a client, in order: the therapist if a contact, then the others in the practice's order."""
    query = select(clients.c.therapist_id).where(clients.c.person_id == client_id)
    therapist_id = tx.need(query, f"client {client_id}").therapist_id
    return sorted(contacts(tx), key=lambda contact: contact.person_id != therapist_id)


def coverage(tx: Tx) -> Coverage:
    """When somebody answers; no hours at all before anybody declared some."""
    stored = practice.coverage_columns(tx)
    return Coverage(
        hours=tuple((int(weekday), str(opens), str(closes)) for weekday, opens, closes in stored["hours"]),
        holidays=tuple(date.fromisoformat(day) for day in stored["holidays"]),
        time_zone=stored["time_zone"],
        outside=stored["outside"],
        reply_minutes={int(severity): int(minutes) for severity, minutes in stored["reply_minutes"].items()},
    )


def set_coverage(
    tx: Tx,
    *,
    hours: Sequence[Hours] | None = None,
    holidays: Sequence[date] | None = None,
    time_zone: str | None = None,
    outside: str | None = None,
) -> Coverage:
    """Declares when somebody answers; what is None stays as it is."""
    columns: dict[str, object] = {}
    if hours is not None:
        columns["hours"] = [list(part) for part in hours]
    if holidays is not None:
        columns["holidays"] = [day.isoformat() for day in holidays]
    if time_zone is not None:
        columns["time_zone"] = time_zone
    if outside is not None:
        columns["outside"] = outside
    practice.change(tx, columns)
    return coverage(tx)
