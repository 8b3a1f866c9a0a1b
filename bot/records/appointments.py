"""Therapy appointments: a brief covers the time since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.records.schema import appointments
from bot.records.transaction import AnyRow, Tx, new_id


@dataclass(frozen=True, slots=True)
class Appointment:
    """One meeting of client and therapist."""

    id: str
    client_id: str
    starts_at: datetime


def add(tx: Tx, *, client_id: str, starts_at: datetime, at: datetime) -> str:
    """Records an appointment; its id."""
    appointment_id = new_id()
    tx.run(insert(appointments).values(id=appointment_id, client_id=client_id, starts_at=starts_at, created_at=at))
    return appointment_id


def last_before(tx: Tx, client_id: str, at: datetime) -> Appointment | None:
    """The newest appointment that began before `at`, or None."""
    query = select(appointments).where(appointments.c.client_id == client_id, appointments.c.starts_at < at)
    return _appointment(tx.first(query.order_by(appointments.c.starts_at.desc()).limit(1)))


def next_after(tx: Tx, client_id: str, at: datetime) -> Appointment | None:
    """The next appointment that begins at `at` or later, or None."""
    query = select(appointments).where(appointments.c.client_id == client_id, appointments.c.starts_at >= at)
    return _appointment(tx.first(query.order_by(appointments.c.starts_at).limit(1)))


def all_after(tx: Tx, client_id: str, at: datetime) -> list[Appointment]:
    """Every appointment that begins at `at` or later, the next one first."""
    query = select(appointments).where(appointments.c.client_id == client_id, appointments.c.starts_at >= at)
    return [found for row in tx.all(query.order_by(appointments.c.starts_at)) if (found := _appointment(row))]


def remove(tx: Tx, appointment_id: str, *, client_id: str) -> None:
    """Takes an appointment of this client away. Raises NotFound."""
    own = (appointments.c.id == appointment_id) & (appointments.c.client_id == client_id)
    tx.need(select(appointments.c.id).where(own), f"appointment {appointment_id}")
    tx.run(delete(appointments).where(own))


def _appointment(row: AnyRow | None) -> Appointment | None:
    return None if row is None else Appointment(id=row.id, client_id=row.client_id, starts_at=row.starts_at)
