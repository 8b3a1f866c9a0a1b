"""Crisis episodes: opened once, told, seen, acknowledged by the first who answers, closed with an outcome.

An episode belongs to the practice record. The words that raised it are copied into it, so that the person told can read
them and the record stays whole when the client erases the message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.records import entries
from bot.records.assessments import assessment_of
from bot.records.conversations import message
from bot.records.errors import NotFound, RecordsRefusal
from bot.records.events import add_event
from bot.records.schema import entries as entries_table
from bot.records.schema import episode_messages as episode_messages_table
from bot.records.schema import episode_steps, episodes
from bot.records.transaction import AnyRow, Tx, new_id

NEXT_STEPS = ("calling_now", "calling_by", "pass_on")
OUTCOMES = ("reached_and_safe", "emergency_services", "could_not_reach", "not_a_crisis")


class AlreadyAcknowledged(RecordsRefusal):
    """Somebody else answered first: `by_person_id`, `at`, `next_step`."""

    def __init__(self, episode: Episode) -> None:
        super().__init__(f"episode {episode.id} was acknowledged before; pass it on or join the person who did")
        self.by_person_id = episode.acknowledged_by
        self.at = episode.acknowledged_at
        self.next_step = episode.next_step


class EpisodeClosed(RecordsRefusal):
    """The episode has its outcome; nothing can be added to it."""


@dataclass(frozen=True, slots=True)
class Episode:
    """`state`: open (nobody told yet), told (a channel took it), seen, acknowledged, closed. `severity`: 1-3.

    `turn_contact_id`: whose turn it is to answer. `pages`: how often somebody was told, one a contact and turn.
    `escalates_at`: when the next person is told unless something happens before; None once it is closed.
    """

    id: str
    reference: str
    client_id: str
    conversation_id: str
    first_message_id: str
    severity: int
    categories: tuple[str, ...]
    state: str
    opened_at: datetime
    told_at: datetime | None
    seen_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    next_step: str | None
    next_step_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    turn_contact_id: str | None
    pages: int
    escalates_at: datetime | None


@dataclass(frozen=True, slots=True)
class EpisodeStep:
    """One thing that happened to an episode. `words` are those a person chose to add."""

    id: int
    episode_id: str
    kind: str
    person_id: str | None
    data: Mapping[str, Any]
    words: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EpisodeMessage:
    """The episode's own copy of a message that belongs to it, and of its assessment."""

    message_id: str
    severity: int
    text: str
    assessment: Mapping[str, Any] | None
    at: datetime


def open_episode(
    tx: Tx,
    *,
    client_id: str,
    conversation_id: str,
    message_id: str,
    severity: int,
    categories: Sequence[str],
    reference: str,
    at: datetime,
) -> Episode:
    """Opens an episode with its first message. Raises StoreError when the conversation has one that is not closed."""
    episode_id = new_id()
    tx.run(
        insert(episodes).values(
            id=episode_id,
            reference=reference,
            client_id=client_id,
            conversation_id=conversation_id,
            first_message_id=message_id,
            severity=severity,
            categories=list(categories),
            state="open",
            opened_at=at,
            pages=0,
            # Looked at once more if whoever opened it planned nothing: an alert without a next look would be lost.
            escalates_at=at,
        )
    )
    _keep_message(tx, episode_id, client_id, message_id=message_id, severity=severity, at=at)
    return add_step(tx, episode_id, kind="opened", at=at, data={"message_id": message_id, "severity": severity})


def join_episode(tx: Tx, episode_id: str, *, message_id: str, severity: int, at: datetime) -> Episode:
    """Adds a further crisis message; severity and categories only ever grow. The same message again changes nothing."""
    found = _not_closed(tx, episode_id)
    table = episode_messages_table
    if tx.first(select(table.c.id).where(table.c.episode_id == episode_id, table.c.message_id == message_id)):
        return found
    _keep_message(tx, episode_id, found.client_id, message_id=message_id, severity=severity, at=at)
    assessed = assessment_of(tx, message_id)
    categories = list(dict.fromkeys([*found.categories, *(assessed.categories if assessed else ())]))
    _set(tx, episode_id, severity=max(found.severity, severity), categories=categories)
    kind = "rose" if severity > found.severity else "joined"
    return add_step(tx, episode_id, kind=kind, at=at, data={"message_id": message_id, "severity": severity})


def open_episode_of(tx: Tx, conversation_id: str) -> Episode | None:
    """The conversation's episode that is not closed, or None."""
    query = select(episodes).where(episodes.c.conversation_id == conversation_id, episodes.c.state != "closed")
    row = tx.first(query)
    return None if row is None else _episode(row)


def episode(tx: Tx, episode_id: str) -> Episode:
    """One episode. Raises NotFound."""
    return _episode(tx.need(select(episodes).where(episodes.c.id == episode_id), f"episode {episode_id}"))


def open_episodes(tx: Tx) -> list[Episode]:
    """Every episode that is not closed, gravest first, then oldest first."""
    query = select(episodes).where(episodes.c.state != "closed")
    return [_episode(row) for row in tx.all(query.order_by(episodes.c.severity.desc(), episodes.c.opened_at))]


def due_to_escalate(tx: Tx, at: datetime) -> list[Episode]:
    """Episodes whose next look is due by now, longest due first; one that has none set is due as well."""
    due = episodes.c.escalates_at.is_(None) | (episodes.c.escalates_at <= at)
    query = select(episodes).where(episodes.c.state != "closed", due)
    return [_episode(row) for row in tx.all(query.order_by(episodes.c.escalates_at, episodes.c.id))]


def take_turn(tx: Tx, episode_id: str, *, contact_id: str, escalates_at: datetime) -> Episode:
    """Counts a page: from now on it is this contact's turn, until `escalates_at`."""
    values = {"turn_contact_id": contact_id, "pages": episodes.c.pages + 1, "escalates_at": escalates_at}
    tx.run(update(episodes).where(episodes.c.id == episode_id).values(**values))
    return episode(tx, episode_id)


def look_again(tx: Tx, episode_id: str, *, escalates_at: datetime) -> Episode:
    """Sets when the next person is told, without a page now."""
    _set(tx, episode_id, escalates_at=escalates_at)
    return episode(tx, episode_id)


def episodes_of(tx: Tx, client_id: str, since: datetime) -> list[Episode]:
    """A client's episodes opened at `since` or later, or not closed yet; oldest first."""
    recent = (episodes.c.opened_at >= since) | (episodes.c.state != "closed")
    query = select(episodes).where(episodes.c.client_id == client_id, recent).order_by(episodes.c.opened_at)
    return [_episode(row) for row in tx.all(query)]


def tell(tx: Tx, episode_id: str, at: datetime, *, person_id: str | None = None) -> Episode:
    """A channel took a notification to a person. The first time for each person is a step, which watchers are told of.

    Later ones change nothing; the state becomes "told" only where nothing has gone further.
    """
    found = episode(tx, episode_id)
    known = episode_steps.c.person_id.is_(None) if person_id is None else episode_steps.c.person_id == person_id
    before = select(episode_steps.c.id).where(
        episode_steps.c.episode_id == episode_id, episode_steps.c.kind == "told", known
    )
    if tx.first(before) is not None:
        return found
    if found.state == "open":
        _set(tx, episode_id, state="told", told_at=at)
    return add_step(tx, episode_id, kind="told", at=at, person_id=person_id)


def see(tx: Tx, episode_id: str, person_id: str, at: datetime) -> Episode:
    """A person looked. Each person's first look is a step; it acknowledges nothing."""
    found = episode(tx, episode_id)
    looked = select(episode_steps.c.id).where(
        episode_steps.c.episode_id == episode_id, episode_steps.c.kind == "seen", episode_steps.c.person_id == person_id
    )
    if tx.first(looked) is not None:
        return found
    if found.state in ("open", "told"):
        _set(tx, episode_id, state="seen", seen_at=at)
    return add_step(tx, episode_id, kind="seen", at=at, person_id=person_id)


def acknowledge(
    tx: Tx,
    episode_id: str,
    *,
    person_id: str,
    next_step: str,
    next_step_at: datetime | None,
    words: str | None,
    at: datetime,
) -> Episode:
    """A person answers with a next step. The first wins; that person may change the step.

    "pass_on" is an answer that acknowledges nothing: escalation goes on, and if this person had acknowledged, it is
    open to others again.

    Raises:
        AlreadyAcknowledged: another person did. EpisodeClosed. ValueError: no such step, or "calling_by" with no time.
    """
    if next_step not in NEXT_STEPS:
        raise ValueError(f"no next step {next_step!r}; there are {list(NEXT_STEPS)}")
    if next_step == "calling_by" and next_step_at is None:
        raise ValueError("calling_by needs the time by which the person calls")
    found = _not_closed(tx, episode_id)
    if found.acknowledged_by not in (None, person_id):
        raise AlreadyAcknowledged(found)
    if next_step == "pass_on":
        _reopen(tx, found)
        return add_step(tx, episode_id, kind="passed_on", at=at, person_id=person_id, words=words)
    _set(
        tx,
        episode_id,
        state="acknowledged",
        acknowledged_at=found.acknowledged_at or at,
        acknowledged_by=person_id,
        next_step=next_step,
        next_step_at=next_step_at,
    )
    data = {"next_step": next_step, "next_step_at": next_step_at.isoformat() if next_step_at else None}
    return add_step(tx, episode_id, kind="acknowledged", at=at, person_id=person_id, data=data, words=words)


def lapse(tx: Tx, episode_id: str, *, at: datetime) -> Episode:
    """The time that a person promised went by: the episode is open to others again, so that it escalates."""
    found = _not_closed(tx, episode_id)
    if found.state != "acknowledged":
        return found
    _reopen(tx, found)
    return add_step(tx, episode_id, kind="lapsed", at=at, person_id=found.acknowledged_by)


def close(tx: Tx, episode_id: str, *, person_id: str, outcome: str, note: str | None, at: datetime) -> Episode:
    """Ends an episode with an outcome. Raises EpisodeClosed, or ValueError for an unknown outcome."""
    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome {outcome!r}; there are {list(OUTCOMES)}")
    _not_closed(tx, episode_id)
    _set(tx, episode_id, state="closed", closed_at=at, closed_by=person_id, outcome=outcome, escalates_at=None)
    return add_step(tx, episode_id, kind="closed", at=at, person_id=person_id, data={"outcome": outcome}, words=note)


def add_step(
    tx: Tx,
    episode_id: str,
    *,
    kind: str,
    at: datetime,
    person_id: str | None = None,
    data: Mapping[str, Any] | None = None,
    words: str | None = None,
) -> Episode:
    """Adds to the history, tells those who watch, and gives the episode as it is now. `data`: ids and states only."""
    found = episode(tx, episode_id)
    entry_id = entries.seal(tx, words, client_id=found.client_id, fate="record", at=at) if words else None
    tx.run(
        insert(episode_steps).values(
            episode_id=episode_id, kind=kind, person_id=person_id, data=dict(data or {}), entry_id=entry_id, at=at
        )
    )
    change = {"episode_id": episode_id, "state": found.state, "change": kind}
    add_event(tx, found.conversation_id, "episode", change, at)
    return found


def history(tx: Tx, episode_id: str) -> tuple[EpisodeStep, ...]:
    """All that happened to an episode, oldest first."""
    query = select(episode_steps).where(episode_steps.c.episode_id == episode_id).order_by(episode_steps.c.id)
    return tuple(
        EpisodeStep(
            id=row.id,
            episode_id=row.episode_id,
            kind=row.kind,
            person_id=row.person_id,
            data=row.data,
            words=entries.unseal(tx, row.entry_id) if row.entry_id else None,
            at=row.at,
        )
        for row in tx.all(query)
    )


def episode_messages(tx: Tx, episode_id: str) -> tuple[EpisodeMessage, ...]:
    """The episode's copies of the messages that belong to it, oldest first."""
    table = episode_messages_table
    query = select(table.c.message_id, table.c.severity, table.c.at, *entries.SEALED)
    query = query.join(entries_table, entries_table.c.id == table.c.entry_id).where(table.c.episode_id == episode_id)
    return tuple(
        EpisodeMessage(message_id=row.message_id, severity=row.severity, at=row.at, **entries.open_row(tx, row))
        for row in tx.all(query.order_by(table.c.id))
    )


def _keep_message(tx: Tx, episode_id: str, client_id: str, *, message_id: str, severity: int, at: datetime) -> None:
    said = message(tx, message_id)
    if said is None:
        raise NotFound(f"no message {message_id}: store it before its episode")
    assessed = assessment_of(tx, message_id)
    kept = {"text": said.text, "assessment": dict(assessed.body) if assessed else None}
    tx.run(
        insert(episode_messages_table).values(
            episode_id=episode_id,
            message_id=message_id,
            severity=severity,
            entry_id=entries.seal(tx, kept, client_id=client_id, fate="record", at=at),
            at=at,
        )
    )


def _not_closed(tx: Tx, episode_id: str) -> Episode:
    found = episode(tx, episode_id)
    if found.state == "closed":
        raise EpisodeClosed(
            f"episode {episode_id} is closed with outcome {found.outcome}; a new crisis opens a new one"
        )
    return found


def _reopen(tx: Tx, found: Episode) -> None:
    state = "seen" if found.seen_at else "told" if found.told_at else "open"
    _set(tx, found.id, state=state, acknowledged_at=None, acknowledged_by=None, next_step=None, next_step_at=None)


def _set(tx: Tx, episode_id: str, **values: Any) -> None:
    tx.run(update(episodes).where(episodes.c.id == episode_id).values(**values))


def _episode(row: AnyRow) -> Episode:
    fields = dict(row._mapping)
    return Episode(categories=tuple(fields.pop("categories")), **fields)
