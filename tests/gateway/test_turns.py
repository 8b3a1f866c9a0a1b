"""What of a conversation is read for danger: what a person wrote or answered, and not the words on our own buttons."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from bot.gateway.turns import is_program_words
from bot.records import assessments, conversations
from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device

# An answer that a file offers may say what would be an alert if somebody wrote it.
LABEL = "I took all my pills"


@pytest.mark.parametrize(
    ("option", "shown", "is_ours"),
    [
        ("answer:done", {"answer:done"}, True),
        ("stop", (), True),
        ("answer:done", (), False),
        ("i_want_to_die", {"answer:done"}, False),
        ("risk_yes", {"risk_yes"}, False),
        ("risk_tell", {"risk_tell"}, False),
        (None, {"answer:done"}, False),
    ],
)
def test_a_button_is_ours_when_it_was_shown_and_answers_no_question_about_danger(
    option: str | None, shown: set[str], is_ours: bool
) -> None:
    """An option that nobody showed is read like any text; an answer about danger always is."""
    assert is_program_words(option, shown) is is_ours


def show_button(door: Door, client_id: str) -> None:
    """The bot offers one answer."""
    at = datetime.now(UTC)
    with door.store.write() as tx:
        conversations.add_message(
            tx,
            conversations.conversation_of(tx, client_id, at=at).id,
            message_id=uuid.uuid4().hex,
            role="bot",
            kind="prompt",
            text="How did it go with the new medicine box?",
            prompt={"kind": "choice", "options": [{"id": "answer:done", "label": LABEL}]},
            at=at,
        )


def level_of(door: Door, message_id: str) -> str:
    """The level that a message was stored with."""
    with door.store.read() as tx:
        found = assessments.assessment_of(tx, message_id)
    assert found is not None
    return str(found.level)


def test_a_pressed_button_raises_no_alert_and_colours_no_later_message(door: Door) -> None:
    """The same words raise one when somebody writes them."""
    client_id = doors.enrol(door.store, door.people.wren)
    show_button(door, client_id)
    device: Device = door.device(client_id)
    pressed, after, written = (uuid.uuid4().hex for _ in range(3))
    assert [step["type"] for step in device.sends(None, option="answer:done", message_id=pressed)] == ["ack"]
    assert [message["text"] for message in device.history() if message["id"] == pressed] == [LABEL]
    assert level_of(door, pressed) == "none"
    assert [step["type"] for step in device.sends("the weather is nice", message_id=after)] == ["ack"]
    assert level_of(door, after) == "none"
    assert [step["type"] for step in device.sends(LABEL, message_id=written)] == ["card", "ack"]
    assert level_of(door, written) == "alert"


@pytest.mark.parametrize("word", ["Done", "Listo"])
def test_the_word_under_a_timer_is_ours(door: Door, word: str) -> None:
    """Pressed often, it is still no danger, in whichever language; and no later message is coloured by it."""
    device: Device = door.device(doors.enrol(door.store, door.people.wren))
    for _ in range(4):
        message_id = uuid.uuid4().hex
        assert [step["type"] for step in device.sends(word, message_id=message_id)] == ["ack"]
        assert level_of(door, message_id) == "none"
