"""Who is told about an episode, when, and who is next (I2).

A *page* is one contact told once, on all of their channels. The first page is planned in the transaction that opens the
episode. Whoever's turn it is has the practice's reply time for the severity; then, or at once when no channel took
the page or the person passes it on, it is the next contact's turn, round and round within coverage. With nobody on
duty the next page is due at the next opening. Every function plans rows only: `bot.handoff.worker` sends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.handoff import coverage
from bot.records import Tx, contacts, deliveries, episodes, events
from bot.records.contacts import Contact
from bot.records.deliveries import Delivery
from bot.records.episodes import Episode

# "Calling now" is a promise too: without an outcome after this long others are told.
CALL_LASTS = timedelta(minutes=60)
# When every contact of a round failed, the next round begins after a breath instead of at once.
ROUND_PAUSE = timedelta(seconds=30)
# With no contact that has a channel there is nobody to tell: looked at again this often, for one may be added.
NO_CONTACT_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Duty:
    """Who can be told now. `path`: in the order in which they are told. `opens`: when `path` is on duty, `at` itself if
    now; `nobody`: nobody is on duty before that."""

    path: tuple[Contact, ...]
    opens: datetime
    nobody: bool


def duty(tx: Tx, client_id: str, at: datetime) -> Duty:
    """Who is on duty for a client at this instant.

    Where no hours were declared at all nobody's night is known, and an alert that waits for ever is worse than a page
    at a bad hour: the path is told at once.
    """
    hours = contacts.coverage(tx)
    path = reachable(contacts.path_of(tx, client_id))
    if coverage.is_open(hours, at):
        return Duty(path=path, opens=at, nobody=False)
    on_call = tuple(contact for contact in path if contact.id == hours.outside)
    if on_call:
        return Duty(path=on_call, opens=at, nobody=False)
    opens = coverage.next_opening(hours, at)
    return Duty(path=path, opens=opens or at, nobody=opens is not None)


def reachable(path: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts that have at least one channel."""
    return tuple(contact for contact in path if contact.channels)


def begin(tx: Tx, episode: Episode, at: datetime) -> Episode:
    """Plans the first page of an episode that was just opened."""
    now = duty(tx, episode.client_id, at)
    if not now.path:
        return episodes.look_again(tx, episode.id, escalates_at=at + NO_CONTACT_PAUSE)
    return _page(tx, episode, now.path[0], kind="alert", due_at=now.opens, at=at)


def rise(tx: Tx, episode: Episode, at: datetime) -> Episode:
    """The severity rose: whoever has the alert is told again, and has the shorter time of the new severity."""
    if not episode.pages:
        return begin(tx, episode, at)
    now = duty(tx, episode.client_id, at)
    holder = _holder(now.path, episode)
    if holder is None:
        return episode
    deadline = min(episode.escalates_at or at, at + _reply_time(tx, episode))
    if now.nobody:
        # The page that waits for the opening says the severity of that moment.
        return episode
    return _page(tx, episode, holder, kind="rise", due_at=at, at=at, escalates_at=deadline)


def advance(tx: Tx, episode: Episode, *, reason: str, at: datetime, avoid: str | None = None) -> Episode:
    """Passes an episode to the next contact.

    Args:
        reason: "no_answer", "not_reached", "passed_on" or "lapsed"; kept in the history.
        avoid: the person who just said that they cannot, or did not keep their word; told only if nobody else is there.
    """
    now = duty(tx, episode.client_id, at)
    if not now.path:
        return episodes.look_again(tx, episode.id, escalates_at=at + NO_CONTACT_PAUSE)
    contact, wrapped = _next(now.path, episode.turn_contact_id, avoid)
    due_at = now.opens
    if reason == "not_reached" and wrapped:
        due_at = max(due_at, at + ROUND_PAUSE)
    kind = "escalation" if episode.pages else "alert"
    if episode.pages:
        data = {"contact_id": contact.id, "reason": reason, "due_at": due_at.isoformat()}
        episodes.add_step(tx, episode.id, kind="escalated", at=at, person_id=contact.person_id, data=data)
    return _page(tx, episode, contact, kind=kind, due_at=due_at, at=at)


def answered(tx: Tx, episode: Episode, *, next_step_at: datetime | None, at: datetime) -> Episode:
    """Somebody answered with a next step: nothing further is sent unless the time they named goes by."""
    deliveries.cancel_of_episode(tx, episode.id, at)
    return episodes.look_again(tx, episode.id, escalates_at=next_step_at or at + CALL_LASTS)


def look(tx: Tx, at: datetime) -> int:
    """Escalates every episode whose time is up; how many. Safe to call from several workers: each page is planned
    once."""
    due = episodes.due_to_escalate(tx, at)
    for episode in due:
        if episode.state == "acknowledged":
            person_id = episode.acknowledged_by
            reopened = episodes.lapse(tx, episode.id, at=at)
            advance(tx, reopened, reason="lapsed", at=at, avoid=person_id)
        else:
            advance(tx, episode, reason="no_answer", at=at)
    return len(due)


def after_failure(tx: Tx, delivery: Delivery, at: datetime) -> None:
    """If no channel of the current page took it, it is the next contact's turn at once."""
    if delivery.episode_id is None or delivery.kind not in deliveries.PAGING:
        return
    episode = episodes.episode(tx, delivery.episode_id)
    if episode.state in ("acknowledged", "closed") or delivery.page != episode.pages:
        return
    page = [other for other in deliveries.of_episode(tx, episode.id) if other.page == episode.pages]
    if all(other.state == "failed" for other in page):
        person_id = next((one.person_id for one in contacts.contacts(tx) if one.id == delivery.contact_id), None)
        episodes.add_step(tx, episode.id, kind="not_reached", at=at, person_id=person_id)
        advance(tx, episode, reason="not_reached", at=at)


def after_first_failure(tx: Tx, delivery: Delivery, at: datetime) -> None:
    """The first attempt did not go through: whoever watches sees it now, and not only when it is given up."""
    if delivery.episode_id is not None and delivery.kind in deliveries.PAGING and delivery.attempts == 1:
        episode = episodes.episode(tx, delivery.episode_id)
        change = {"episode_id": episode.id, "state": episode.state, "change": "retry"}
        events.add_event(tx, episode.conversation_id, "episode", change, at)


def add_word(tx: Tx, episode: Episode, at: datetime) -> None:
    """Tells whoever has the alert that something was added to it; pages nobody anew."""
    now = duty(tx, episode.client_id, at)
    holder = _holder(now.path, episode)
    if holder is None or now.nobody or episode.state == "closed":
        return
    number = sum(1 for other in deliveries.of_episode(tx, episode.id) if other.kind == "mail")
    for channel in holder.channels:
        deliveries.plan(
            tx,
            episode_id=episode.id,
            contact_id=holder.id,
            channel_id=channel.id,
            kind="mail",
            due_at=at,
            notification_id=f"{episode.id}.m{number}.{channel.id}",
            at=at,
        )


def _page(
    tx: Tx,
    episode: Episode,
    contact: Contact,
    *,
    kind: str,
    due_at: datetime,
    at: datetime,
    escalates_at: datetime | None = None,
) -> Episode:
    page = episode.pages + 1
    for channel in contact.channels:
        deliveries.plan(
            tx,
            episode_id=episode.id,
            contact_id=contact.id,
            channel_id=channel.id,
            kind=kind,
            due_at=due_at,
            notification_id=f"{episode.id}.{page}.{channel.id}",
            at=at,
            page=page,
        )
    until = escalates_at or due_at + _reply_time(tx, episode)
    return episodes.take_turn(tx, episode.id, contact_id=contact.id, escalates_at=until)


def _reply_time(tx: Tx, episode: Episode) -> timedelta:
    return timedelta(minutes=contacts.coverage(tx).reply_minutes[episode.severity])


def _holder(path: Sequence[Contact], episode: Episode) -> Contact | None:
    """Who has the alert now: whoever answered it, else whose turn it is."""
    for contact in path:
        if episode.acknowledged_by is not None:
            if contact.person_id == episode.acknowledged_by:
                return contact
        elif contact.id == episode.turn_contact_id:
            return contact
    return path[0] if path else None


def _next(path: Sequence[Contact], current_id: str | None, avoid: str | None) -> tuple[Contact, bool]:
    """The contact after the current one, and whether the path began anew."""
    ids = [contact.id for contact in path]
    start = ids.index(current_id) + 1 if current_id in ids else 0
    order = [*path[start:], *path[:start]]
    found = next((contact for contact in order if contact.person_id != avoid), order[0])
    return found, ids.index(found.id) < start
