"""What erasure takes out of the records, and what it leaves."""

from __future__ import annotations

import pytest

from bot.records import Store, assessments, consents, conversations, episodes, erasing, reflections, signing, summaries
from bot.records.reflections import Reflection
from bot.records.schema import entries as entries_table
from tests.records.practice import AT, Practice, add_client, say


@pytest.fixture
def reflection(store: Store, practice: Practice) -> Reflection:
    """A reflection of two answers, with a summary and the bot's replies, beside a message outside of it."""
    with store.write() as tx:
        begun = reflections.start(
            tx,
            conversation_id=practice.conversation_id,
            exercise="daily_check_in",
            exercise_version="1",
            language="en",
            first_step="mood",
            at=AT,
        )
        for step, text in (("mood", "4"), ("word", "grey")):
            said = say(tx, practice, text)
            assessments.add_assessment(
                tx, said.id, level="none", severity=0, categories=(), body={}, version="1", at=AT
            )
            reflections.answer_step(
                tx, begun.id, step=step, message_id=said.id, value=text, text=text, next_step="next", at=AT
            )
            say(tx, practice, f"you said {text}", role="bot", in_reply_to=said.id, reflection_id=begun.id)
        summaries.add_summary(tx, begun.id, body={"lines": []}, at=AT)
        say(tx, practice, "outside")
        return begun


def own_entries(store: Store, client_id: str) -> int:
    """How many entries of the client's own there are."""
    with store.read() as tx:
        rows = tx.all(entries_table.select())
        return sum(row.client_id == client_id and row.fate == "own" for row in rows)


def test_a_client_s_own_store_is_gone_and_the_record_stays(
    store: Store, practice: Practice, reflection: Reflection
) -> None:
    """No own entry is left; episode, consent and another client's words are."""
    with store.write() as tx:
        grave = say(tx, practice, "grave")
        episodes.open_episode(
            tx,
            client_id=practice.client_id,
            conversation_id=practice.conversation_id,
            message_id=grave.id,
            severity=2,
            categories=("passive_ideation",),
            reference="R-1",
            at=AT,
        )
        consents.give(tx, practice.client_id, purposes={"keep_entries": True}, text_version="1", language="en", at=AT)
        signing.add_device(tx, practice.client_id, "phone", at=AT)
        other = add_client(tx, practice.therapist_id, "Bo Example")
        elsewhere = conversations.conversation_of(tx, other, at=AT)
        conversations.add_message(tx, elsewhere.id, message_id="a" * 32, role="client", text="other", at=AT)
    with store.write() as tx:
        erased = erasing.erase_client(tx, practice.client_id, at=AT)
    assert (erased.messages, erased.reflections, erased.summaries) == (6, 1, 1)
    assert own_entries(store, practice.client_id) == 0
    with store.read() as tx:
        assert erasing.kept_of(tx, practice.client_id) == erasing.Kept(shared=0, episodes=1, consents=1)
        held = episodes.open_episode_of(tx, practice.conversation_id)
        assert held is not None
        assert [message.text for message in episodes.episode_messages(tx, held.id)] == ["grave"]
        assert [message.text for message in conversations.last_messages(tx, elsewhere.id, 9)] == ["other"]
    with store.write() as tx:
        assert erasing.erase_client(tx, practice.client_id, at=AT).messages == 0
        assert erasing.erase_client(tx, "nobody", at=AT) == erasing.Erased()


def test_a_reflection_goes_with_its_answers_and_replies(
    store: Store, practice: Practice, reflection: Reflection
) -> None:
    """Two answers, two replies and the summary go; what was said outside stays."""
    before = own_entries(store, practice.client_id)
    with store.write() as tx:
        erased = erasing.erase_reflection(tx, reflection.id, at=AT)
    assert (erased.messages, erased.reflections, erased.summaries) == (4, 1, 1)
    assert own_entries(store, practice.client_id) == before - erased.entries
    with store.read() as tx:
        assert [m.text for m in conversations.last_messages(tx, practice.conversation_id, 9)] == ["outside"]
        assert summaries.summaries_of(tx, practice.client_id) == []
    with store.write() as tx:
        assert erasing.erase_reflection(tx, reflection.id, at=AT) == erasing.Erased()


def test_a_message_goes_with_its_answer_reply_and_summary(
    store: Store, practice: Practice, reflection: Reflection
) -> None:
    """The other answer stays; a summary that may quote the message does not."""
    with store.read() as tx:
        first = reflections.answers(tx, reflection.id)[0]
    with store.write() as tx:
        erased = erasing.erase_message(tx, first.message_id, at=AT)
    assert (erased.messages, erased.summaries) == (2, 1)
    with store.read() as tx:
        assert [answer.text for answer in reflections.answers(tx, reflection.id)] == ["grey"]
        assert summaries.summaries_of(tx, practice.client_id) == []
        assert assessments.assessment_of(tx, first.message_id) is None
    with store.write() as tx:
        assert erasing.erase_message(tx, first.message_id, at=AT) == erasing.Erased()


def test_rows_whose_key_is_gone_are_taken_out(store: Store, practice: Practice, reflection: Reflection) -> None:
    """Keys destroyed under their rows, as after a restore: what is left opens, and lists as before."""
    with store.write() as tx:
        signing.add_device(tx, practice.client_id, "phone", at=AT)
    with store.read() as tx:
        doomed = [
            row.key_id
            for row in tx.all(entries_table.select())
            if row.client_id == practice.client_id and row.fate == "own"
        ]
    store.keyring.destroy(doomed)
    with store.write() as tx:
        assert erasing.forget_unreadable(tx, at=AT) > 0
    assert own_entries(store, practice.client_id) == 0
    with store.read() as tx:
        assert conversations.last_messages(tx, practice.conversation_id, 9) == []
        assert reflections.answers(tx, reflection.id) == []
