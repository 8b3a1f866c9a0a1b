"""Drills and test messages: the same way as an alert takes, marked as what they are, with their result kept.

A drill tells every contact, a test message one of them. Each person confirms that it reached them; "sent" alone only
says that a server took it. After the first drill the worker repeats it every 30 days, while somebody is on duty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.handoff import coverage
from bot.records import NotFound, Tx, contacts, deliveries, new_id
from bot.records.contacts import Contact
from bot.records.deliveries import Delivery

EVERY = timedelta(days=30)
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one drill through one channel. `state`: as of deliveries; `confirmed_at`: a person said so."""

    name: str
    channel: str
    at: datetime
    state: str
    code: str | None
    confirmed_at: datetime | None


def drill(tx: Tx, at: datetime) -> int:
    """Plans a drill for every contact; the number of notifications."""
    return _plan(tx, contacts.contacts(tx), at)


def send_test(tx: Tx, contact_id: str, at: datetime) -> int:
    """Plans a test message to every channel of one contact; their number. Raises NotFound."""
    found = [contact for contact in contacts.contacts(tx) if contact.id == contact_id]
    if not found:
        raise NotFound(f"no contact {contact_id}")
    return _plan(tx, found, at)


def is_due(tx: Tx, at: datetime) -> bool:
    """Whether the regular drill is due: the last one is 30 days old, and somebody is on duty to answer it."""
    last = next(iter(deliveries.drills(tx, limit=1)), None)
    return last is not None and last.created_at + EVERY <= at and coverage.is_open(contacts.coverage(tx), at)


def confirm(tx: Tx, delivery_id: str, *, person_id: str, at: datetime) -> Delivery:
    """A person confirms their own drill. Raises NotFound, also for somebody else's or for an alert."""
    own_drill(tx, delivery_id, person_id=person_id)
    return deliveries.confirm(tx, delivery_id, at=at)


def own_drill(tx: Tx, delivery_id: str, *, person_id: str) -> Delivery:
    """A drill that was sent to this person. Raises NotFound."""
    found = deliveries.delivery(tx, delivery_id)
    mine = {contact.id for contact in contacts.contacts(tx) if contact.person_id == person_id}
    if found.kind != "drill" or found.contact_id not in mine:
        raise NotFound(f"no drill {delivery_id} of this person")
    return found


def results(tx: Tx) -> tuple[Result, ...]:
    """The newest drills and test messages, newest first; those of contacts who left are not shown."""
    names = {contact.id: contact for contact in contacts.contacts(tx)}
    found = []
    for row in deliveries.drills(tx, limit=SHOWN):
        contact = names.get(row.contact_id)
        if contact is None:
            continue
        channel = next((way.address for way in contact.channels if way.id == row.channel_id), "")
        found.append(
            Result(
                name=contact.display_name,
                channel=channel,
                at=row.created_at,
                state=row.state,
                code=row.code,
                confirmed_at=row.confirmed_at,
            )
        )
    return tuple(found)


def _plan(tx: Tx, people_told: Iterable[Contact], at: datetime) -> int:
    round_id, planned = new_id(), 0
    for contact in people_told:
        for channel in contact.channels:
            deliveries.plan(
                tx,
                episode_id=None,
                contact_id=contact.id,
                channel_id=channel.id,
                kind="drill",
                due_at=at,
                notification_id=f"drill.{round_id}.{channel.id}",
                at=at,
            )
            planned += 1
    return planned
