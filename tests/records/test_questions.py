"""The direct question: asked, answered once, its silence paged once."""

from __future__ import annotations

import pytest

from bot.records import NotFound, Store, Tx, events, new_id, questions
from bot.records.questions import Question
from tests.records.practice import AT, MINUTE, Practice, say


def ask(tx: Tx, practice: Practice, *, pages_after: int | None = 15, evidence_id: str = "rule:1") -> Question:
    """A question about a message, paging after so many minutes of silence."""
    return questions.ask(
        tx,
        conversation_id=practice.conversation_id,
        message_id=say(tx, practice).id,
        evidence_id=evidence_id,
        category="passive_ideation",
        severity=2,
        pages_at=None if pages_after is None else AT + pages_after * MINUTE,
        at=AT,
    )


def test_the_first_answer_counts(store: Store, practice: Practice) -> None:
    """A second one leaves it as it is; an unknown answer is refused; every change is told without words."""
    with store.write() as tx:
        asked = ask(tx, practice)
        message_id = new_id()
        first = questions.answer(tx, asked.id, answer="not_sure", message_id=message_id, at=AT + MINUTE)
        assert (first.answer, first.answered_at, first.answer_message_id) == ("not_sure", AT + MINUTE, message_id)
        assert questions.answer(tx, asked.id, answer="no", message_id=new_id(), at=AT + 2 * MINUTE) == first
        with pytest.raises(ValueError, match=r"^no answer 'maybe'; there are \['yes', 'not_sure', 'no'"):
            questions.answer(tx, asked.id, answer="maybe", message_id=new_id(), at=AT)
        told = [row.data["change"] for row in events.events_after(tx, 0) if row.kind == "question"]
        assert told == ["asked", "answered"]
        with pytest.raises(NotFound, match="no question nowhere"):
            questions.question(tx, "nowhere")


def test_pending_is_the_newest_unanswered(store: Store, practice: Practice) -> None:
    """Answered and paged ones are not waited for any more."""
    with store.write() as tx:
        assert questions.pending(tx, practice.conversation_id) is None
        asked = ask(tx, practice)
        assert questions.pending(tx, practice.conversation_id) == asked
        questions.answer(tx, asked.id, answer="no", message_id=new_id(), at=AT)
        assert questions.pending(tx, practice.conversation_id) is None
        silent = ask(tx, practice)
        assert questions.page_silence(tx, silent.id, at=AT)
        assert questions.pending(tx, practice.conversation_id) is None


def test_the_same_evidence_is_known_to_have_been_asked_about(store: Store, practice: Practice) -> None:
    """From the moment given on, the moment included; other evidence is other evidence."""
    with store.write() as tx:
        ask(tx, practice)
        here = practice.conversation_id
        assert questions.asked_since(tx, here, "rule:1", AT)
        assert not questions.asked_since(tx, here, "rule:1", AT + MINUTE)
        assert not questions.asked_since(tx, here, "rule:2", AT)
        assert not questions.asked_since(tx, "another", "rule:1", AT)


def test_a_silence_is_paged_once_when_it_is_due(store: Store, practice: Practice) -> None:
    """Not before its time, longest due first, by the first who takes it, and never after an answer."""
    with store.write() as tx:
        late, early = ask(tx, practice, pages_after=20), ask(tx, practice, pages_after=10)
        ask(tx, practice, pages_after=None)
        assert questions.due_silences(tx, AT + 9 * MINUTE) == []
        assert [one.id for one in questions.due_silences(tx, AT + 20 * MINUTE)] == [early.id, late.id]
        assert [questions.page_silence(tx, early.id, at=AT) for _ in range(2)] == [True, False]
        questions.answer(tx, late.id, answer="yes", message_id=new_id(), at=AT)
        assert not questions.page_silence(tx, late.id, at=AT)
        assert questions.due_silences(tx, AT + 60 * MINUTE) == []
        after = questions.answer(tx, early.id, answer="no", message_id=new_id(), at=AT)
        assert (after.answer, after.paged_at) == ("no", AT)
