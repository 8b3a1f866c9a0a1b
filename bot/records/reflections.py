"""Guided reflections: which exercise, at which step, with which answers. The engine keeps none of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.records import entries
from bot.records.errors import RecordsRefusal
from bot.records.events import add_event
from bot.records.schema import conversations, reflections, steps_taken
from bot.records.schema import entries as entries_table
from bot.records.transaction import AnyRow, Tx, new_id


class AlreadyFinished(RecordsRefusal):
    """The reflection has no step left to go on at."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """One walk through an exercise. `step` is the one to be answered next, None after the last. `state`: open, paused,
    stopped (by the client), finished."""

    id: str
    conversation_id: str
    client_id: str
    exercise: str
    exercise_version: str
    language: str
    step: str | None
    state: str
    started_at: datetime
    changed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepTaken:
    """What a client message did to a reflection; `repeated` when it had done so before."""

    step: str
    next_step: str | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """The row behind a StepTaken: which message, from which step to which, and whether with an answer."""

    reflection_id: str
    message_id: str
    step: str
    next_step: str | None
    entry_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The newest answer to a step. `value`: str, int or list of str, as the step's kind has it."""

    step: str
    value: Any
    text: str
    entry_id: str
    message_id: str
    at: datetime


def start(
    tx: Tx,
    *,
    conversation_id: str,
    exercise: str,
    exercise_version: str,
    language: str,
    first_step: str,
    at: datetime,
) -> Reflection:
    """Begins a reflection. One that is open in this conversation is paused, for only one can be answered at a time."""
    open_one = open_reflection_of(tx, conversation_id)
    if open_one is not None:
        pause(tx, open_one.id, at)
    reflection_id = new_id()
    tx.run(
        insert(reflections).values(
            id=reflection_id,
            conversation_id=conversation_id,
            exercise=exercise,
            exercise_version=exercise_version,
            language=language,
            step=first_step,
            state="open",
            started_at=at,
            changed_at=at,
        )
    )
    return _told(tx, reflection_id, at)


def reflection(tx: Tx, reflection_id: str) -> Reflection:
    """One reflection. Raises NotFound."""
    query = _reflections().where(reflections.c.id == reflection_id)
    return _reflection(tx.need(query, f"reflection {reflection_id}"))


def open_reflection_of(tx: Tx, conversation_id: str) -> Reflection | None:
    """The reflection that is under way in a conversation, or None; a paused one is not."""
    query = _reflections().where(reflections.c.conversation_id == conversation_id, reflections.c.state == "open")
    row = tx.first(query)
    return None if row is None else _reflection(row)


def answer_step(
    tx: Tx,
    reflection_id: str,
    *,
    step: str,
    message_id: str,
    value: Any,
    text: str,
    next_step: str | None,
    at: datetime,
) -> StepTaken:
    """Records a message's answer to a step and goes on to the next. The same message again changes nothing."""
    before = _taken(tx, reflection_id, message_id)
    if before is not None:
        return before
    found = reflection(tx, reflection_id)
    entry_id = entries.seal(tx, {"value": value, "text": text}, client_id=found.client_id, fate="own", at=at)
    return _take(tx, found, step=step, message_id=message_id, next_step=next_step, entry_id=entry_id, at=at)


def move(tx: Tx, reflection_id: str, *, step: str | None, message_id: str, at: datetime) -> StepTaken:
    """Goes to `step` (None: past the last) without an answer, as a message asked (skip, back, stop, the first one).

    The same message again changes nothing.
    """
    before = _taken(tx, reflection_id, message_id)
    if before is not None:
        return before
    found = reflection(tx, reflection_id)
    here = found.step or step
    if here is None:
        raise ValueError(f"reflection {reflection_id} has no step left to leave; resume it first")
    return _take(tx, found, step=here, message_id=message_id, next_step=step, entry_id=None, at=at)


def pause(tx: Tx, reflection_id: str, at: datetime) -> Reflection:
    """Puts a reflection aside, to be resumed at the same step."""
    return _change(tx, reflection_id, "paused", at, ended_at=None)


def resume(tx: Tx, reflection_id: str, at: datetime) -> Reflection:
    """Takes a paused or stopped reflection up again; one that is open in the conversation is paused.

    Raises AlreadyFinished.
    """
    found = reflection(tx, reflection_id)
    if found.state == "finished":
        raise AlreadyFinished(f"reflection {reflection_id} is finished; start a new one")
    open_one = open_reflection_of(tx, found.conversation_id)
    if open_one is not None and open_one.id != reflection_id:
        pause(tx, open_one.id, at)
    return _change(tx, reflection_id, "open", at, ended_at=None)


def stop(tx: Tx, reflection_id: str, at: datetime) -> Reflection:
    """The client ended it before its last step."""
    return _change(tx, reflection_id, "stopped", at, ended_at=at)


def finish(tx: Tx, reflection_id: str, at: datetime) -> Reflection:
    """Its last step is done."""
    return _change(tx, reflection_id, "finished", at, ended_at=at)


def answers(tx: Tx, reflection_id: str) -> list[AnswerGiven]:
    """The newest answer to each answered step, in the order in which those answers were given."""
    newest = (
        select(func.max(steps_taken.c.id))
        .where(steps_taken.c.reflection_id == reflection_id, steps_taken.c.entry_id.is_not(None))
        .group_by(steps_taken.c.step)
    )
    query = select(steps_taken.c.step, steps_taken.c.message_id, steps_taken.c.at, *entries.SEALED)
    query = query.join(entries_table, entries_table.c.id == steps_taken.c.entry_id)
    given = []
    for row in tx.all(query.where(steps_taken.c.id.in_(newest)).order_by(steps_taken.c.id)):
        said = entries.open_row(tx, row)
        given.append(
            AnswerGiven(
                step=row.step,
                value=said["value"],
                text=said["text"],
                entry_id=row.entry_id,
                message_id=row.message_id,
                at=row.at,
            )
        )
    return given


def taking_by(tx: Tx, conversation_id: str, message_id: str) -> Taking | None:
    """What a message did to a reflection of its conversation, whichever it was; None where it did nothing."""
    query = _takings().join(reflections, reflections.c.id == steps_taken.c.reflection_id)
    query = query.where(reflections.c.conversation_id == conversation_id, steps_taken.c.message_id == message_id)
    row = tx.first(query.order_by(steps_taken.c.id).limit(1))
    return None if row is None else Taking(**row._mapping)


def takings(tx: Tx, reflection_id: str) -> list[Taking]:
    """All that moved a reflection, oldest first. The first row is the message that began it."""
    query = _takings().where(steps_taken.c.reflection_id == reflection_id).order_by(steps_taken.c.id)
    return [Taking(**row._mapping) for row in tx.all(query)]


def reflections_of(tx: Tx, client_id: str, since: datetime) -> list[Reflection]:
    """A client's reflections begun at `since` or later, oldest first."""
    query = _reflections().where(conversations.c.client_id == client_id, reflections.c.started_at >= since)
    return [_reflection(row) for row in tx.all(query.order_by(reflections.c.started_at, reflections.c.id))]


def _takings() -> Select[Any]:
    table = steps_taken
    columns = (table.c.reflection_id, table.c.message_id, table.c.step, table.c.next_step, table.c.entry_id, table.c.at)
    return select(*columns)


def _taken(tx: Tx, reflection_id: str, message_id: str) -> StepTaken | None:
    row = tx.first(
        select(steps_taken).where(steps_taken.c.reflection_id == reflection_id, steps_taken.c.message_id == message_id)
    )
    return None if row is None else StepTaken(step=row.step, next_step=row.next_step, repeated=True)


def _take(
    tx: Tx,
    found: Reflection,
    *,
    step: str,
    message_id: str,
    next_step: str | None,
    entry_id: str | None,
    at: datetime,
) -> StepTaken:
    tx.run(
        insert(steps_taken).values(
            reflection_id=found.id, message_id=message_id, step=step, next_step=next_step, entry_id=entry_id, at=at
        )
    )
    tx.run(update(reflections).where(reflections.c.id == found.id).values(step=next_step, changed_at=at))
    _told(tx, found.id, at)
    return StepTaken(step=step, next_step=next_step, repeated=False)


def _change(tx: Tx, reflection_id: str, state: str, at: datetime, *, ended_at: datetime | None) -> Reflection:
    if reflection(tx, reflection_id).state == state:
        return reflection(tx, reflection_id)
    values = {"state": state, "changed_at": at, "ended_at": ended_at}
    tx.run(update(reflections).where(reflections.c.id == reflection_id).values(**values))
    return _told(tx, reflection_id, at)


def _told(tx: Tx, reflection_id: str, at: datetime) -> Reflection:
    found = reflection(tx, reflection_id)
    data = {"reflection_id": found.id, "exercise": found.exercise, "state": found.state, "step": found.step}
    add_event(tx, found.conversation_id, "reflection", data, at)
    return found


def _reflections() -> Select[Any]:
    return select(reflections, conversations.c.client_id).join(
        conversations, conversations.c.id == reflections.c.conversation_id
    )


def _reflection(row: AnyRow) -> Reflection:
    return Reflection(**row._mapping)
