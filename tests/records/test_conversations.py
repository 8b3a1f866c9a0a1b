"""Messages: in order, each once, and the queue of what the engine still owes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.records import NotFound, Store, Tx, conversations, events, new_id
from bot.records.conversations import SameIdOtherBody
from bot.records.schema import entries as entries_table
from tests.records.practice import AT, MINUTE, Practice, add_client, processes, say

MESSAGE_ID = "0b6cf6a4-4d55-4f6b-9d93-8a7d6a6e2b10"


def test_a_message_keeps_everything_it_was_given(store: Store, practice: Practice) -> None:
    """Every field comes back as it was stored, the private ones through their entry."""
    with store.write() as tx:
        stored = conversations.add_message(
            tx,
            practice.conversation_id,
            message_id=MESSAGE_ID,
            role="bot",
            kind="prompt",
            text="How are you?",
            text_id="exercise.ask",
            params={"summary_id": "s"},
            reason="exercise.why",
            prompt={"options": [{"id": "a", "label": "A"}]},
            reflection_id="r1",
            step="mood",
            in_reply_to="f" * 32,
            by_person_id=practice.therapist_id,
            at=AT,
        )
    with store.read() as tx:
        assert conversations.message(tx, MESSAGE_ID) == stored
        assert conversations.replies_to(tx, "f" * 32) == [stored]
    assert (stored.offset, stored.repeated) == (1, False)


@pytest.mark.fault(26)
def test_a_message_sent_a_hundred_times_is_one(store: Store, practice: Practice) -> None:
    """The same id and body: one row, one event, one offset, and every answer but the first says that it was there."""
    with store.write() as tx:
        sent = [say(tx, practice, "hello", message_id=MESSAGE_ID) for _ in range(100)]
    assert {message.offset for message in sent} == {1}
    assert [message.repeated for message in sent] == [False] + [True] * 99
    with store.read() as tx:
        assert [row.kind for row in events.events_after(tx, 0)] == ["message"]
        assert conversations.conversation(tx, practice.conversation_id).last_offset == 1


@pytest.mark.fault(27)
@pytest.mark.parametrize("change", [{"text": "other"}, {"role": "bot"}, {"option": "menu"}])
def test_the_same_id_with_another_body_is_refused(store: Store, practice: Practice, change: dict[str, str]) -> None:
    """Another text, role or option under a stored id is refused by a message without text, and changes nothing."""
    with store.write() as tx:
        say(tx, practice, "hello", message_id=MESSAGE_ID)
    with pytest.raises(SameIdOtherBody) as caught, store.write() as tx:
        say(tx, practice, **{"text": "hello", "message_id": MESSAGE_ID, **change})
    assert str(caught.value) == f"message {MESSAGE_ID} is stored with another body; send this one under a new id"
    with store.read() as tx:
        assert [message.text for message in conversations.messages_after(tx, practice.conversation_id, 0)] == ["hello"]


def test_the_same_id_in_another_conversation_is_refused(store: Store, practice: Practice) -> None:
    """Nobody learns, or takes over, what another client said under an id."""
    with store.write() as tx:
        say(tx, practice, "hello", message_id=MESSAGE_ID)
        other = conversations.conversation_of(tx, add_client(tx, practice.therapist_id, "Bo"), at=AT)
        with pytest.raises(SameIdOtherBody):
            conversations.add_message(tx, other.id, message_id=MESSAGE_ID, role="client", text="hello", at=AT)


def test_a_button_sent_again_is_known_by_its_option(store: Store, practice: Practice) -> None:
    """Its words may be told in another language the second time; what was pressed is the same."""
    with store.write() as tx:
        say(tx, practice, "Menu", message_id=MESSAGE_ID, option="menu")
        again = say(tx, practice, "Menú", message_id=MESSAGE_ID, option="menu")
        assert (again.repeated, again.text) == (True, "Menu")
        with pytest.raises(SameIdOtherBody):
            say(tx, practice, "Menu", message_id=MESSAGE_ID, option="stop")


_SAME_ID = """
import sys; from pathlib import Path
from bot.records import conversations
from tests.records.practice import AT, open_at
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
repeated = []
for number in range(40):
    with store.write() as tx:
        added = conversations.add_message(
            tx, sys.argv[2], message_id=f"{number:032x}", role="client", text=f"text {number}", at=AT
        )
    repeated.append(int(added.repeated))
print(*repeated)
"""


@pytest.mark.fault(26)
def test_the_same_ids_from_two_processes_are_stored_once(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Of two processes that store the same forty messages, each message is new to exactly one."""
    first, second = processes(_SAME_ID, tmp_path, [[practice.conversation_id]] * 2)
    assert all(int(a) + int(b) == 1 for a, b in zip(first.split(), second.split(), strict=True))
    with store.read() as tx:
        found = conversations.messages_after(tx, practice.conversation_id, 0)
        assert tx.scalar(select(func.count()).select_from(entries_table)) == 40 + 1  # and the client's profile
    assert [message.offset for message in found] == list(range(1, 41))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_id", "x" * 32),
        ("message_id", "a" * 31),
        ("message_id", "a" * 37),
        ("message_id", "A" * 32),
        ("in_reply_to", "'; DROP TABLE messages; --"),
        ("step", "a step"),
        ("text_id", ""),
        ("reflection_id", "x" * 81),
        ("step", "mood\n"),
    ],
)
def test_what_is_no_id_is_refused(store: Store, practice: Practice, field: str, value: str) -> None:
    """Plain columns take ids and names only, and the error names the field without repeating what was in it."""
    with pytest.raises(ValueError, match=f"^{field} must be") as caught, store.write() as tx:
        say(tx, practice, **{"text": "hello", field: value})
    assert not value or value not in str(caught.value)


def test_windows_of_messages_are_oldest_first(store: Store, practice: Practice) -> None:
    """After, before and last cut where they say, limits included."""
    with store.write() as tx:
        for number in range(1, 11):
            say(tx, practice, str(number))

        def texts(found: list[conversations.Message]) -> str:
            return " ".join(message.text for message in found)

        here = practice.conversation_id
        assert texts(conversations.messages_after(tx, here, 7)) == "8 9 10"
        assert texts(conversations.messages_after(tx, here, 2, limit=2)) == "3 4"
        assert texts(conversations.messages_before(tx, here, 4)) == "1 2 3"
        assert texts(conversations.messages_before(tx, here, 9, limit=2)) == "7 8"
        assert texts(conversations.last_messages(tx, here, 3)) == "8 9 10"
        assert conversations.message(tx, new_id()) is None


def test_the_queue_gives_the_oldest_that_nothing_holds(store: Store, practice: Practice) -> None:
    """In order, without what is answered, held by a question, or not the client's; a release puts it back."""
    here = practice.conversation_id

    def waiting(tx: Tx) -> str | None:
        found = conversations.next_unanswered(tx, here)
        return found.text if found else None

    with store.write() as tx:
        say(tx, practice, "from the bot", role="bot")
        first, second = say(tx, practice, "first"), say(tx, practice, "second")
        assert waiting(tx) == "first"
        conversations.hold(tx, first.id, "question")
        assert waiting(tx) == "second"
        conversations.mark_answered(tx, second.id, at=AT)
        assert (waiting(tx), conversations.conversations_with_unanswered(tx)) == (None, [])
        assert conversations.release(tx, "question") == 1
        assert (waiting(tx), conversations.conversations_with_unanswered(tx)) == ("first", [here])
        conversations.mark_answered(tx, first.id, at=AT)
        conversations.mark_answered(tx, first.id, at=AT + MINUTE)
        answered = conversations.message(tx, first.id)
        assert answered is not None
        assert answered.answered_at == AT
        assert waiting(tx) is None


def test_a_client_has_one_conversation(store: Store, practice: Practice) -> None:
    """Asked for again, it is the same; another client's is another."""
    with store.write() as tx:
        assert conversations.conversation_of(tx, practice.client_id, at=AT).id == practice.conversation_id
        other = conversations.conversation_of(tx, add_client(tx, practice.therapist_id), at=AT)
        assert other.id != practice.conversation_id
        with pytest.raises(NotFound, match="no conversation nowhere"):
            conversations.conversation(tx, "nowhere")
        with pytest.raises(NotFound, match="no conversation nowhere"):
            conversations.add_message(tx, "nowhere", message_id=new_id(), role="client", text="x", at=AT)


def test_the_mode_says_who_answers_and_is_told(store: Store, practice: Practice) -> None:
    """A change of mode is an event; an unknown conversation is refused."""
    with store.write() as tx:
        changed = conversations.set_mode(tx, practice.conversation_id, mode="person", reason="takeover", at=AT)
        assert (changed.mode, changed.mode_reason) == ("person", "takeover")
        assert [(row.kind, row.data) for row in events.events_after(tx, 0)] == [
            ("mode", {"mode": "person", "reason": "takeover"})
        ]
        with pytest.raises(NotFound):
            conversations.set_mode(tx, "nowhere", mode="bot", reason=None, at=AT)
