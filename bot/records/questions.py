"""The one direct question that a check_in asks, its answer, and the silences that page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.records.events import add_event
from bot.records.schema import questions
from bot.records.transaction import AnyRow, Tx, new_id

ANSWERS = ("yes", "not_sure", "no", "rather_not", "text")
CHOICES = ("tell", "brief")


@dataclass(frozen=True, slots=True)
class Question:
    """`evidence_id` names what raised it: asked once in 24 hours. `pages_at`: when silence tells a person, or None.

    `choice`: what the client wants after an answer that is neither yes nor no: "tell" a person, or "brief" (put it into
    the brief); None before they chose.
    """

    id: str
    conversation_id: str
    message_id: str
    evidence_id: str
    category: str
    severity: int
    asked_at: datetime
    pages_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    answer_message_id: str | None
    paged_at: datetime | None
    choice: str | None


def ask(
    tx: Tx,
    *,
    conversation_id: str,
    message_id: str,
    evidence_id: str,
    category: str,
    severity: int,
    pages_at: datetime | None,
    at: datetime,
) -> Question:
    """Records that a question is put to the client."""
    question_id = new_id()
    tx.run(
        insert(questions).values(
            id=question_id,
            conversation_id=conversation_id,
            message_id=message_id,
            evidence_id=evidence_id,
            category=category,
            severity=severity,
            asked_at=at,
            pages_at=pages_at,
        )
    )
    return _told(tx, question_id, "asked", at)


def question(tx: Tx, question_id: str) -> Question:
    """One question. Raises NotFound."""
    return _question(tx.need(select(questions).where(questions.c.id == question_id), f"question {question_id}"))


def find(tx: Tx, question_id: str) -> Question | None:
    """One question, or None."""
    row = tx.first(select(questions).where(questions.c.id == question_id))
    return None if row is None else _question(row)


def newest(tx: Tx, conversation_id: str) -> Question | None:
    """The newest question of a conversation, answered or not; None before the first."""
    query = select(questions).where(questions.c.conversation_id == conversation_id)
    row = tx.first(query.order_by(questions.c.asked_at.desc(), questions.c.id).limit(1))
    return None if row is None else _question(row)


def pending(tx: Tx, conversation_id: str) -> Question | None:
    """The newest question that is neither answered nor paged for its silence, or None."""
    query = select(questions).where(
        questions.c.conversation_id == conversation_id, questions.c.answer.is_(None), questions.c.paged_at.is_(None)
    )
    row = tx.first(query.order_by(questions.c.asked_at.desc(), questions.c.id).limit(1))
    return None if row is None else _question(row)


def unanswered(tx: Tx, conversation_id: str) -> list[Question]:
    """All questions without an answer, newest first; those whose silence was paged as well."""
    query = select(questions).where(questions.c.conversation_id == conversation_id, questions.c.answer.is_(None))
    return [_question(row) for row in tx.all(query.order_by(questions.c.asked_at.desc(), questions.c.id))]


def asked_since(tx: Tx, conversation_id: str, evidence_id: str, since: datetime) -> bool:
    """Whether this evidence was asked about at `since` or later."""
    query = select(questions.c.id).where(
        questions.c.conversation_id == conversation_id,
        questions.c.evidence_id == evidence_id,
        questions.c.asked_at >= since,
    )
    return tx.first(query) is not None


def answer(tx: Tx, question_id: str, *, answer: str, message_id: str, at: datetime) -> Question:
    """Records the first answer, also after its silence was paged; a later one leaves it as it is."""
    if answer not in ANSWERS:
        raise ValueError(f"no answer {answer!r}; there are {list(ANSWERS)}")
    unanswered = (questions.c.id == question_id) & questions.c.answer.is_(None)
    values = {"answer": answer, "answered_at": at, "answer_message_id": message_id}
    if tx.run(update(questions).where(unanswered).values(**values)) == 0:
        return question(tx, question_id)
    return _told(tx, question_id, "answered", at)


def choose(tx: Tx, question_id: str, *, choice: str, at: datetime) -> bool:
    """Records what the client chose after an unsure answer; True for the first choice, later ones change nothing."""
    if choice not in CHOICES:
        raise ValueError(f"no choice {choice!r}; there are {list(CHOICES)}")
    open_choice = (questions.c.id == question_id) & questions.c.choice.is_(None)
    if tx.run(update(questions).where(open_choice).values(choice=choice)) == 0:
        return False
    _told(tx, question_id, "chosen", at)
    return True


def questions_of(tx: Tx, conversation_id: str, since: datetime) -> list[Question]:
    """Questions of a conversation asked at `since` or later, oldest first."""
    query = select(questions).where(questions.c.conversation_id == conversation_id, questions.c.asked_at >= since)
    return [_question(row) for row in tx.all(query.order_by(questions.c.asked_at, questions.c.id))]


def due_silences(tx: Tx, at: datetime) -> list[Question]:
    """Questions whose silence must tell a person by now, longest due first."""
    query = select(questions).where(
        questions.c.answer.is_(None), questions.c.paged_at.is_(None), questions.c.pages_at <= at
    )
    return [_question(row) for row in tx.all(query.order_by(questions.c.pages_at, questions.c.id))]


def page_silence(tx: Tx, question_id: str, *, at: datetime) -> bool:
    """Takes a silence for paging; True for the first who does, False when it was answered or taken meanwhile."""
    silent = (questions.c.id == question_id) & questions.c.answer.is_(None) & questions.c.paged_at.is_(None)
    if tx.run(update(questions).where(silent).values(paged_at=at)) == 0:
        return False
    _told(tx, question_id, "paged", at)
    return True


def _told(tx: Tx, question_id: str, change: str, at: datetime) -> Question:
    found = question(tx, question_id)
    add_event(tx, found.conversation_id, "question", {"question_id": question_id, "change": change}, at)
    return found


def _question(row: AnyRow) -> Question:
    return Question(**row._mapping)
