"""The one conversation each client has, and its messages, in order and each stored once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.records import entries
from bot.records.errors import NotFound, RecordsRefusal
from bot.records.events import add_event
from bot.records.schema import conversations, messages
from bot.records.schema import entries as entries_table
from bot.records.transaction import AnyRow, Tx, new_id

# Ids reach us from a browser and are stored in plain columns: nothing but an id may pass there.
_MESSAGE_ID = re.compile(r"[0-9a-f-]{32,36}")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


class SameIdOtherBody(RecordsRefusal):
    """A message with this id is stored already and says something else."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`mode`: "bot" (the engine answers), "person" (a human does), "paused" (nobody does)."""

    id: str
    client_id: str
    mode: str
    mode_reason: str | None
    last_offset: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `offset` counts from 1 in its conversation, without gaps.

    `repeated` is True only in the answer of `add_message` for a message that was stored before. `held_by` is the
    question that must be answered before the engine is asked.
    """

    id: str
    conversation_id: str
    offset: int
    role: str
    kind: str
    text: str
    text_id: str | None
    params: Mapping[str, Any] | None
    reason: str | None
    prompt: Mapping[str, Any] | None
    reflection_id: str | None
    step: str | None
    option: str | None
    in_reply_to: str | None
    by_person_id: str | None
    at: datetime
    answered_at: datetime | None
    held_by: str | None
    entry_id: str
    repeated: bool = False


def conversation_of(tx: Tx, client_id: str, *, at: datetime) -> Conversation:
    """The client's conversation, made if it is missing (enrolling makes it)."""
    row = tx.first(select(conversations).where(conversations.c.client_id == client_id))
    if row is not None:
        return _conversation(row)
    found = Conversation(id=new_id(), client_id=client_id, mode="bot", mode_reason=None, last_offset=0)
    tx.run(
        insert(conversations).values(id=found.id, client_id=client_id, mode=found.mode, last_offset=0, created_at=at)
    )
    return found


def conversation(tx: Tx, conversation_id: str) -> Conversation:
    """One conversation. Raises NotFound."""
    query = select(conversations).where(conversations.c.id == conversation_id)
    return _conversation(tx.need(query, f"conversation {conversation_id}"))


def set_mode(tx: Tx, conversation_id: str, *, mode: str, reason: str | None, at: datetime) -> Conversation:
    """Says who answers from now on, and why (an id of a reason, not a text)."""
    tx.run(update(conversations).where(conversations.c.id == conversation_id).values(mode=mode, mode_reason=reason))
    changed = conversation(tx, conversation_id)
    add_event(tx, conversation_id, "mode", {"mode": mode, "reason": reason}, at)
    return changed


def add_message(
    tx: Tx,
    conversation_id: str,
    *,
    message_id: str,
    role: str,
    text: str,
    at: datetime,
    kind: str = "text",
    text_id: str | None = None,
    params: Mapping[str, Any] | None = None,
    reason: str | None = None,
    prompt: Mapping[str, Any] | None = None,
    reflection_id: str | None = None,
    step: str | None = None,
    option: str | None = None,
    in_reply_to: str | None = None,
    by_person_id: str | None = None,
) -> Message:
    """Stores a message at the next offset. The same message again is returned as stored, with `repeated`.

    Whether it is the same is decided by opening the stored one: a fingerprint kept beside it would let somebody with an
    old backup try out guesses of an erased text. A pressed button is known by its option alone: the words on it may
    be told in another language, or by their id, when it is sent again.

    Raises:
        SameIdOtherBody: the id is taken by a message of another conversation, role, option or (without option) text.
        ValueError: an id is no id.
    """
    _must_be_ids(message_id=message_id, in_reply_to=in_reply_to)
    _must_be_names(text_id=text_id, reflection_id=reflection_id, step=step)
    stored = message(tx, message_id)
    if stored is not None:
        same = (stored.conversation_id, stored.role, stored.option) == (conversation_id, role, option)
        if not same or (option is None and stored.text != text):
            raise SameIdOtherBody(f"message {message_id} is stored with another body; send this one under a new id")
        return replace(stored, repeated=True)
    counted = update(conversations).where(conversations.c.id == conversation_id)
    counted = counted.values(last_offset=conversations.c.last_offset + 1)
    where = tx.changed(counted.returning(conversations.c.client_id, conversations.c.last_offset))
    if where is None:
        raise NotFound(f"no conversation {conversation_id}")
    offset = where.last_offset
    body = {"text": text, "option": option, "params": params, "reason": reason, "prompt": prompt}
    entry_id = entries.seal(tx, body, client_id=where.client_id, fate="own", at=at)
    tx.run(
        insert(messages).values(
            id=message_id,
            conversation_id=conversation_id,
            offset=offset,
            role=role,
            kind=kind,
            entry_id=entry_id,
            text_id=text_id,
            reflection_id=reflection_id,
            step=step,
            in_reply_to=in_reply_to,
            by_person_id=by_person_id,
            at=at,
        )
    )
    add_event(tx, conversation_id, "message", {"message_id": message_id, "offset": offset, "role": role}, at)
    return Message(
        id=message_id,
        conversation_id=conversation_id,
        offset=offset,
        role=role,
        kind=kind,
        text=text,
        text_id=text_id,
        params=params,
        reason=reason,
        prompt=prompt,
        reflection_id=reflection_id,
        step=step,
        option=option,
        in_reply_to=in_reply_to,
        by_person_id=by_person_id,
        at=at,
        answered_at=None,
        held_by=None,
        entry_id=entry_id,
    )


def message(tx: Tx, message_id: str) -> Message | None:
    """One message, or None."""
    row = tx.first(_messages().where(messages.c.id == message_id))
    return None if row is None else _message(tx, row)


def messages_after(tx: Tx, conversation_id: str, offset: int, limit: int = 200) -> list[Message]:
    """Messages after an offset, oldest first."""
    query = _messages().where(messages.c.conversation_id == conversation_id, messages.c.offset > offset)
    return [_message(tx, row) for row in tx.all(query.order_by(messages.c.offset).limit(limit))]


def messages_before(tx: Tx, conversation_id: str, offset: int, limit: int = 50) -> list[Message]:
    """The newest `limit` messages before an offset, oldest first."""
    query = _messages().where(messages.c.conversation_id == conversation_id, messages.c.offset < offset)
    return [_message(tx, row) for row in reversed(tx.all(query.order_by(messages.c.offset.desc()).limit(limit)))]


def last_messages(tx: Tx, conversation_id: str, limit: int) -> list[Message]:
    """The newest `limit` messages, oldest first."""
    query = _messages().where(messages.c.conversation_id == conversation_id)
    return [_message(tx, row) for row in reversed(tx.all(query.order_by(messages.c.offset.desc()).limit(limit)))]


def replies_to(tx: Tx, message_id: str) -> list[Message]:
    """What was said in reply to a message, oldest first."""
    query = _messages().where(messages.c.in_reply_to == message_id).order_by(messages.c.offset)
    return [_message(tx, row) for row in tx.all(query)]


def last_said(tx: Tx, conversation_id: str, text_ids: Collection[str], *, before: datetime) -> datetime | None:
    """When the bot last said one of these texts before a moment, or None."""
    query = select(func.max(messages.c.at)).where(
        messages.c.conversation_id == conversation_id, messages.c.text_id.in_(text_ids), messages.c.at < before
    )
    row = tx.first(query)
    return None if row is None else row[0]


def next_unanswered(tx: Tx, conversation_id: str) -> Message | None:
    """The oldest client message that the engine still owes an answer and no question holds, or None."""
    query = _messages().where(messages.c.conversation_id == conversation_id, *_WAITING)
    row = tx.first(query.order_by(messages.c.offset).limit(1))
    return None if row is None else _message(tx, row)


def conversations_with_unanswered(tx: Tx) -> list[str]:
    """The ids of conversations with a message that the engine still owes an answer and no question holds."""
    query = select(messages.c.conversation_id).where(*_WAITING).distinct().order_by(messages.c.conversation_id)
    return [row.conversation_id for row in tx.all(query)]


def mark_answered(tx: Tx, message_id: str, *, at: datetime) -> None:
    """Takes a client message off the queue; the first time counts."""
    tx.run(update(messages).where(messages.c.id == message_id, messages.c.answered_at.is_(None)).values(answered_at=at))


def hold(tx: Tx, message_id: str, question_id: str) -> None:
    """Keeps a client message from the engine until a question is answered."""
    tx.run(update(messages).where(messages.c.id == message_id).values(held_by=question_id))


def held_by(tx: Tx, question_id: str) -> list[str]:
    """The ids of the messages that a question holds, oldest first."""
    query = select(messages.c.id).where(messages.c.held_by == question_id).order_by(messages.c.offset)
    return [row.id for row in tx.all(query)]


def release(tx: Tx, question_id: str) -> int:
    """Lets the engine have the messages that a question held; how many."""
    return tx.run(update(messages).where(messages.c.held_by == question_id).values(held_by=None))


_WAITING = (messages.c.role == "client", messages.c.answered_at.is_(None), messages.c.held_by.is_(None))


def _conversation(row: AnyRow) -> Conversation:
    return Conversation(
        id=row.id, client_id=row.client_id, mode=row.mode, mode_reason=row.mode_reason, last_offset=row.last_offset
    )


def _messages() -> Select[Any]:
    sealed = [column for column in entries.SEALED if column.name != "entry_id"]
    return select(messages, *sealed).join(entries_table, entries_table.c.id == messages.c.entry_id)


def _message(tx: Tx, row: AnyRow) -> Message:
    body = entries.open_row(tx, row)
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        offset=row.offset,
        role=row.role,
        kind=row.kind,
        text_id=row.text_id,
        reflection_id=row.reflection_id,
        step=row.step,
        in_reply_to=row.in_reply_to,
        by_person_id=row.by_person_id,
        at=row.at,
        answered_at=row.answered_at,
        held_by=row.held_by,
        entry_id=row.entry_id,
        **body,
    )


def _must_be_ids(**ids: str | None) -> None:
    for name, value in ids.items():
        if value is not None and not _MESSAGE_ID.fullmatch(value):
            raise ValueError(
                f"{name} must be 32 to 36 characters of 0-9, a-f and hyphen; it has {len(value)} characters"
            )


def _must_be_names(**names: str | None) -> None:
    for name, value in names.items():
        if value is not None and not _NAME.fullmatch(value):
            raise ValueError(
                f"{name} must be 1 to 80 letters, digits, or any of _ . : -; it has {len(value)} characters"
            )
