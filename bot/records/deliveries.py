"""The outbox: notifications committed with what they tell about, claimed by lease, sent at least once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, or_, select, update

from bot.records import episodes
from bot.records.schema import contacts, deliveries
from bot.records.transaction import AnyRow, Tx, new_id

# Notifications that tell somebody of a crisis; the others are additions to one, and drills.
PAGING = ("alert", "rise", "escalation")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification to one channel. `notification_id` is the same at every attempt. `state`: due, claimed, sent,
    failed (no further attempt), cancelled. `page`: its number within the episode, shared by all channels of a turn."""

    id: str
    episode_id: str | None
    contact_id: str
    channel_id: str
    kind: str
    notification_id: str
    state: str
    due_at: datetime
    attempts: int
    worker: str | None
    leased_until: datetime | None
    sent_at: datetime | None
    code: str | None
    error_class: str | None
    cancelled_at: datetime | None
    created_at: datetime
    page: int | None
    confirmed_at: datetime | None


def plan(
    tx: Tx,
    *,
    episode_id: str | None,
    contact_id: str,
    channel_id: str,
    kind: str,
    due_at: datetime,
    notification_id: str,
    at: datetime,
    page: int | None = None,
) -> Delivery:
    """Puts a notification into the outbox. One with this notification_id is there already: that one is returned."""
    row = tx.first(select(deliveries).where(deliveries.c.notification_id == notification_id))
    if row is not None:
        return _delivery(row)
    delivery_id = new_id()
    tx.run(
        insert(deliveries).values(
            id=delivery_id,
            episode_id=episode_id,
            contact_id=contact_id,
            channel_id=channel_id,
            kind=kind,
            notification_id=notification_id,
            state="due",
            due_at=due_at,
            attempts=0,
            created_at=at,
            page=page,
        )
    )
    return delivery(tx, delivery_id)


def delivery(tx: Tx, delivery_id: str) -> Delivery:
    """One notification. Raises NotFound."""
    return _delivery(tx.need(select(deliveries).where(deliveries.c.id == delivery_id), f"delivery {delivery_id}"))


def claim_due(tx: Tx, *, worker: str, at: datetime, lease_s: float, limit: int) -> list[Delivery]:
    """Takes notifications that are due, longest due first; those whose worker let its lease run out as well.

    Until the lease ends no other worker gets them. `lease_s` must be longer than one attempt may take. One that was
    cancelled while its worker had it is not taken again.
    """
    given_up = (deliveries.c.state == "claimed") & deliveries.c.cancelled_at.is_not(None)
    tx.run(
        update(deliveries)
        .where(given_up & (deliveries.c.leased_until <= at))
        .values(state="cancelled", worker=None, leased_until=None)
    )
    free = or_(
        (deliveries.c.state == "due") & (deliveries.c.due_at <= at),
        (deliveries.c.state == "claimed") & (deliveries.c.leased_until <= at),
    )
    # The literal states let the query use the index of waiting rows.
    query = select(deliveries.c.id).where(deliveries.c.state.in_(("due", "claimed")), free)
    ids = [row.id for row in tx.all(query.order_by(deliveries.c.due_at, deliveries.c.id).limit(limit))]
    leased_until = at + timedelta(seconds=lease_s)
    for delivery_id in ids:
        tx.run(
            update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(state="claimed", worker=worker, leased_until=leased_until, attempts=deliveries.c.attempts + 1)
        )
    return [delivery(tx, delivery_id) for delivery_id in ids]


def next_due(tx: Tx) -> datetime | None:
    """When the next notification is due or the next lease ends; None when nothing waits."""
    when = func.coalesce(deliveries.c.leased_until, deliveries.c.due_at)
    query = select(deliveries.c.due_at, deliveries.c.leased_until).where(deliveries.c.state.in_(("due", "claimed")))
    row = tx.first(query.order_by(when).limit(1))
    return None if row is None else row.leased_until or row.due_at


def sent(tx: Tx, delivery_id: str, *, at: datetime, code: str | None) -> Delivery:
    """A channel took it. It tells the person of the episode, unless it was an addition or a drill."""
    found = delivery(tx, delivery_id)
    if found.state == "sent":
        return found
    tx.run(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(state="sent", sent_at=at, code=code, error_class=None, leased_until=None)
    )
    if found.episode_id is not None and found.kind in PAGING:
        person_id = tx.scalar(select(contacts.c.person_id).where(contacts.c.id == found.contact_id))
        episodes.tell(tx, found.episode_id, at, person_id=person_id)
    return delivery(tx, delivery_id)


def failed(
    tx: Tx, delivery_id: str, *, at: datetime, error_class: str, code: str | None, retry_at: datetime | None
) -> Delivery:
    """An attempt failed: due again at `retry_at`, or given up when that is None. One sent meanwhile stays sent."""
    found = delivery(tx, delivery_id)
    if found.state not in ("due", "claimed"):
        return found
    state = "cancelled" if found.cancelled_at is not None else "due" if retry_at is not None else "failed"
    values = {"state": state, "due_at": retry_at or found.due_at, "code": code, "error_class": error_class}
    tx.run(update(deliveries).where(deliveries.c.id == delivery_id).values(**values, leased_until=None, worker=None))
    return delivery(tx, delivery_id)


def of_episode(tx: Tx, episode_id: str) -> list[Delivery]:
    """All notifications of an episode, by when they are due."""
    query = select(deliveries).where(deliveries.c.episode_id == episode_id)
    return [_delivery(row) for row in tx.all(query.order_by(deliveries.c.due_at, deliveries.c.created_at))]


def drills(tx: Tx, limit: int = 50) -> list[Delivery]:
    """The newest drills and test messages, newest first."""
    query = select(deliveries).where(deliveries.c.kind == "drill")
    return [
        _delivery(row) for row in tx.all(query.order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit))
    ]


def confirm(tx: Tx, delivery_id: str, *, at: datetime) -> Delivery:
    """The person told says that a drill reached them; the first time counts."""
    unconfirmed = (deliveries.c.id == delivery_id) & deliveries.c.confirmed_at.is_(None)
    tx.run(update(deliveries).where(unconfirmed).values(confirmed_at=at))
    return delivery(tx, delivery_id)


def cancel_of_episode(tx: Tx, episode_id: str, at: datetime) -> int:
    """Stops what is still to be sent for an episode; how many. One under way is not tried again if it fails."""
    waiting = (deliveries.c.episode_id == episode_id) & deliveries.c.state.in_(("due", "claimed"))
    stopped = tx.run(update(deliveries).where(waiting).values(cancelled_at=at))
    tx.run(update(deliveries).where(waiting, deliveries.c.state == "due").values(state="cancelled"))
    return stopped


def _delivery(row: AnyRow) -> Delivery:
    return Delivery(**row._mapping)
