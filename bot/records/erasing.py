"""Takes what is the client's own out of the records: one message, one reflection, or all of it (I7).

What belongs to the practice record stays: shared copies, episodes with the words that raised them, consents, the
profile, the audit. Keys of what goes are destroyed once the transaction is durable. Each verb may be called again, also
for what is gone already: a restored backup is brought up to date by repeating every erasure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, delete, func, select, update

from bot.records import entries
from bot.records.errors import KeyDestroyed
from bot.records.events import add_event
from bot.records.schema import (
    appointments,
    assessments,
    clients,
    consents,
    conversations,
    devices,
    episodes,
    events,
    invites,
    measure_schedules,
    messages,
    questions,
    reflections,
    shared_summaries,
    sign_ins,
    steps_taken,
    summaries,
)
from bot.records.schema import entries as entries_table
from bot.records.transaction import Tx


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of the client's own store is gone."""

    messages: int = 0
    reflections: int = 0
    summaries: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """How much stays in the practice record, as the consent text said."""

    shared: int
    episodes: int
    consents: int


def erase_client(tx: Tx, client_id: str, *, at: datetime) -> Erased:
    """Everything of the client's own: words, answers, summaries, readings, devices. Ends every sign_in and invite."""
    if tx.first(select(clients.c.person_id).where(clients.c.person_id == client_id)) is None:
        return Erased()
    of_client = select(conversations.c.id).where(conversations.c.client_id == client_id).scalar_subquery()
    their_reflections = select(reflections.c.id).where(reflections.c.conversation_id == of_client)
    their_messages = select(messages.c.id).where(messages.c.conversation_id == of_client)
    counted = Erased(
        messages=_count(tx, messages, messages.c.conversation_id == of_client),
        reflections=_count(tx, reflections, reflections.c.conversation_id == of_client),
        summaries=_count(tx, summaries, summaries.c.reflection_id.in_(their_reflections)),
        entries=_count(tx, entries_table, (entries_table.c.client_id == client_id) & (entries_table.c.fate == "own")),
    )
    tx.run(delete(assessments).where(assessments.c.message_id.in_(their_messages)))
    tx.run(delete(steps_taken).where(steps_taken.c.reflection_id.in_(their_reflections)))
    tx.run(delete(summaries).where(summaries.c.reflection_id.in_(their_reflections)))
    tx.run(delete(questions).where(questions.c.conversation_id == of_client))
    tx.run(delete(reflections).where(reflections.c.conversation_id == of_client))
    tx.run(delete(messages).where(messages.c.conversation_id == of_client))
    tx.run(delete(events).where(events.c.conversation_id == of_client))
    tx.run(delete(sign_ins).where(sign_ins.c.person_id == client_id))
    tx.run(delete(devices).where(devices.c.client_id == client_id))
    tx.run(delete(invites).where(invites.c.client_id == client_id))
    tx.run(delete(appointments).where(appointments.c.client_id == client_id))
    tx.run(delete(measure_schedules).where(measure_schedules.c.client_id == client_id))
    tx.run(update(clients).where(clients.c.person_id == client_id).values(status="erased"))
    own = select(entries_table.c.id).where(entries_table.c.client_id == client_id, entries_table.c.fate == "own")
    entries.discard(tx, [row.id for row in tx.all(own)], at=at)
    return counted


def erase_reflection(tx: Tx, reflection_id: str, *, at: datetime) -> Erased:
    """One reflection: its answers, its summaries that are the client's own, and what was said in it."""
    row = tx.first(select(reflections.c.conversation_id).where(reflections.c.id == reflection_id))
    if row is None:
        return Erased()
    said = [found.id for found in tx.all(select(messages.c.id).where(messages.c.reflection_id == reflection_id))]
    answering = select(steps_taken.c.message_id).where(steps_taken.c.reflection_id == reflection_id)
    answered = [found.message_id for found in tx.all(answering)]
    erased_summaries, gone = _erase_answers(tx, reflection_id)
    erased_messages, more = _erase_messages(tx, list(dict.fromkeys([*said, *answered])))
    tx.run(delete(reflections).where(reflections.c.id == reflection_id))
    entries.discard(tx, [*gone, *more], at=at)
    data = {"reflection_id": reflection_id, "exercise": "", "state": "erased", "step": None}
    add_event(tx, row.conversation_id, "reflection", data, at)
    return Erased(messages=erased_messages, reflections=1, summaries=erased_summaries, entries=len(gone) + len(more))


def erase_message(tx: Tx, message_id: str, *, at: datetime) -> Erased:
    """One message, the answer it was, the replies to it, and every own summary that may quote it."""
    row = tx.first(select(messages.c.id).where(messages.c.id == message_id))
    if row is None:
        return Erased()
    touched = select(steps_taken.c.reflection_id).where(steps_taken.c.message_id == message_id)
    gone: list[str] = []
    erased_summaries = 0
    for reflection_id in [found.reflection_id for found in tx.all(touched)]:
        gone += _entry_ids(tx, summaries, summaries.c.reflection_id == reflection_id)
        erased_summaries += tx.run(delete(summaries).where(summaries.c.reflection_id == reflection_id))
    replies = [found.id for found in tx.all(select(messages.c.id).where(messages.c.in_reply_to == message_id))]
    erased_messages, more = _erase_messages(tx, [message_id, *replies])
    entries.discard(tx, [*gone, *more], at=at)
    return Erased(messages=erased_messages, summaries=erased_summaries, entries=len(gone) + len(more))


def kept_of(tx: Tx, client_id: str) -> Kept:
    """What stays in the practice record of a client."""
    return Kept(
        shared=_count(tx, shared_summaries, shared_summaries.c.client_id == client_id),
        episodes=_count(tx, episodes, episodes.c.client_id == client_id),
        consents=_count(tx, consents, consents.c.client_id == client_id),
    )


def forget_unreadable(tx: Tx, *, at: datetime) -> int:
    """Takes out what no key opens any more; how many messages, readings, answers, summaries and devices went.

    A backup of the records brings back rows whose keys were destroyed after it was made. Left in place, each would
    make a page fail that lists it.
    """
    unreadable = []
    for row in tx.all(select(entries_table.c.id, entries_table.c.key_id).where(entries_table.c.fate == "own")):
        try:
            tx.keyring.key(row.key_id)
        except KeyDestroyed:
            unreadable.append(row.id)
    removed = 0
    for entry_id in unreadable:
        message = tx.first(select(messages.c.id).where(messages.c.entry_id == entry_id))
        if message is not None:
            removed += erase_message(tx, message.id, at=at).messages
        for device in tx.all(select(devices.c.id).where(devices.c.label_entry_id == entry_id)):
            tx.run(delete(sign_ins).where(sign_ins.c.device_id == device.id))
        for table, column in _ONE_EACH:
            removed += tx.run(delete(table).where(column == entry_id))
        still = tx.first(select(entries_table.c.id).where(entries_table.c.id == entry_id))
        if still is not None:
            entries.discard(tx, [entry_id], at=at)
    return removed


_ONE_EACH: tuple[tuple[Table, Column[Any]], ...] = (
    (assessments, assessments.c.entry_id),
    (steps_taken, steps_taken.c.entry_id),
    (summaries, summaries.c.entry_id),
    (devices, devices.c.label_entry_id),
)


def _erase_answers(tx: Tx, reflection_id: str) -> tuple[int, list[str]]:
    """Answers and own summaries of a reflection; how many summaries, and the entries that nobody refers to now."""
    answered = steps_taken.c.reflection_id == reflection_id
    summed_up = summaries.c.reflection_id == reflection_id
    gone = [*_entry_ids(tx, steps_taken, answered), *_entry_ids(tx, summaries, summed_up)]
    tx.run(delete(steps_taken).where(answered))
    return tx.run(delete(summaries).where(summed_up)), gone


def _erase_messages(tx: Tx, message_ids: Sequence[str]) -> tuple[int, list[str]]:
    """Messages with their readings, answers and questions; how many, and the entries that nobody refers to now."""
    count, gone = 0, []
    for message_id in message_ids:
        for table, column in (
            (assessments, assessments.c.message_id),
            (steps_taken, steps_taken.c.message_id),
            (messages, messages.c.id),
        ):
            gone += _entry_ids(tx, table, column == message_id)
        tx.run(delete(assessments).where(assessments.c.message_id == message_id))
        tx.run(delete(steps_taken).where(steps_taken.c.message_id == message_id))
        tx.run(delete(questions).where(questions.c.message_id == message_id))
        count += tx.run(delete(messages).where(messages.c.id == message_id))
    return count, gone


def _entry_ids(tx: Tx, table: Table, condition: Any) -> list[str]:
    return [row.entry_id for row in tx.all(select(table.c.entry_id).where(condition, table.c.entry_id.is_not(None)))]


def _count(tx: Tx, table: Table, condition: Any) -> int:
    return int(tx.scalar(select(func.count()).select_from(table).where(condition)))
