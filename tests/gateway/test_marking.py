"""A mark at the question about death, at the running door with no engine behind it: asked about all the same."""

from __future__ import annotations

import pytest

from bot.records import conversations, reflections
from tests import doors
from tests.gateway.conftest import Door


@pytest.mark.fault(5)
def test_a_mark_is_asked_about_while_the_engine_is_dead(door: Door) -> None:
    """One transaction: the answer, its evidence, and the direct question with its consequence (I1)."""
    client_id = doors.enrol(door.store, door.people.wren)
    ada = door.device(client_id)
    with door.store.write() as tx:
        at = doors.now()
        begun = reflections.start(
            tx,
            conversation_id=conversations.conversation_of(tx, client_id, at=at).id,
            exercise="phq9",
            exercise_version="test",
            language="en",
            first_step="item_9",
            at=at,
        )
    pressed = {"option": "answer:nearly_every_day", "step": "item_9", "reflection_id": begun.id}
    assert [step["type"] for step in ada.sends(None, **pressed)] == ["ack"]
    asked = ada.history()[-1]
    assert asked["kind"] == "question"
    assert asked["text"].startswith(
        "You marked question 9. So I ask directly: are you thinking about killing yourself?"
    )
    assert "If you don't answer" in asked["text"] or "Nobody" in asked["text"]
    with door.store.read() as tx:
        assert reflections.reflection(tx, begun.id).step == "close"
