"""Reflections: one open at a time, each answer once, resumed where they stood."""

from __future__ import annotations

import pytest

from bot.records import NotFound, Store, Tx, events, new_id, reflections
from bot.records.reflections import Reflection
from tests.records.practice import AT, MINUTE, Practice


def begin(tx: Tx, practice: Practice, exercise: str = "check_in") -> Reflection:
    """A reflection at its first step."""
    return reflections.start(
        tx,
        conversation_id=practice.conversation_id,
        exercise=exercise,
        exercise_version="1",
        language="en",
        first_step="mood",
        at=AT,
    )


def answer(tx: Tx, of: Reflection, step: str, value: object, next_step: str | None, message_id: str = "") -> str:
    """An answer to a step; the id of the message that gave it."""
    message_id = message_id or new_id()
    reflections.answer_step(
        tx, of.id, step=step, message_id=message_id, value=value, text=str(value), next_step=next_step, at=AT
    )
    return message_id


def test_a_walk_from_start_to_finish(store: Store, practice: Practice) -> None:
    """Each answer moves the step on, the answers come back in order, and each change is an event without text."""
    with store.write() as tx:
        begun = begin(tx, practice)
        assert (begun.state, begun.step, begun.client_id) == ("open", "mood", practice.client_id)
        answer(tx, begun, "mood", 7, "why")
        answer(tx, begun, "why", "canary words", None)
        done = reflections.finish(tx, begun.id, AT + MINUTE)
        assert (done.state, done.step, done.ended_at) == ("finished", None, AT + MINUTE)
        assert [(a.step, a.value) for a in reflections.answers(tx, begun.id)] == [("mood", 7), ("why", "canary words")]
        told = [row.data for row in events.events_after(tx, 0) if row.kind == "reflection"]
        assert [row["step"] for row in told] == ["mood", "why", None, None]
        assert "canary" not in str(told)


def test_the_same_message_answers_once(store: Store, practice: Practice) -> None:
    """A retry of the engine gets what the first try did, and stores no second answer."""
    with store.write() as tx:
        begun = begin(tx, practice)
        message_id = answer(tx, begun, "mood", 7, "why")
        again = reflections.answer_step(
            tx, begun.id, step="mood", message_id=message_id, value=3, text="3", next_step="elsewhere", at=AT
        )
        assert (again.step, again.next_step, again.repeated) == ("mood", "why", True)
        moved = reflections.move(tx, begun.id, step="other", message_id=message_id, at=AT)
        assert (moved.next_step, moved.repeated) == ("why", True)
        assert [a.value for a in reflections.answers(tx, begun.id)] == [7]


def test_going_back_and_answering_again_keeps_the_newest(store: Store, practice: Practice) -> None:
    """A corrected answer stands in the place of the first."""
    with store.write() as tx:
        begun = begin(tx, practice)
        answer(tx, begun, "mood", 7, "why")
        moved = reflections.move(tx, begun.id, step="mood", message_id=new_id(), at=AT)
        assert (moved.step, moved.next_step, moved.repeated) == ("why", "mood", False)
        answer(tx, begun, "mood", 4, "why")
        assert [(a.step, a.value) for a in reflections.answers(tx, begun.id)] == [("mood", 4)]


def test_one_reflection_is_open_at_a_time(store: Store, practice: Practice) -> None:
    """Beginning or resuming one pauses the other, at its step."""
    with store.write() as tx:
        first = begin(tx, practice)
        answer(tx, first, "mood", 7, "why")
        second = begin(tx, practice, "grounding")
        assert reflections.reflection(tx, first.id).state == "paused"
        open_one = reflections.open_reflection_of(tx, practice.conversation_id)
        assert open_one is not None
        assert open_one.id == second.id
        resumed = reflections.resume(tx, first.id, AT + MINUTE)
        assert (resumed.state, resumed.step) == ("open", "why")
        assert reflections.reflection(tx, second.id).state == "paused"
        reflections.pause(tx, first.id, AT)
        assert reflections.open_reflection_of(tx, practice.conversation_id) is None


def test_a_stopped_reflection_can_be_resumed_and_loses_its_end(store: Store, practice: Practice) -> None:
    """Stopping says when; resuming takes that back; stopping twice is one event."""
    with store.write() as tx:
        begun = begin(tx, practice)
        assert reflections.stop(tx, begun.id, AT).ended_at == AT
        told = len(events.events_after(tx, 0))
        assert reflections.stop(tx, begun.id, AT + MINUTE).ended_at == AT
        assert len(events.events_after(tx, 0)) == told
        assert reflections.resume(tx, begun.id, AT).ended_at is None


def test_a_finished_reflection_stays_finished(store: Store, practice: Practice) -> None:
    """There is no step left to resume at: the open one stays open, and the refusal names the reflection."""
    with store.write() as tx:
        begun = begin(tx, practice)
        reflections.finish(tx, begun.id, AT)
        other = begin(tx, practice)
        with pytest.raises(reflections.AlreadyFinished, match=f"^reflection {begun.id} is finished; start a new one$"):
            reflections.resume(tx, begun.id, AT)
        assert reflections.reflection(tx, other.id).state == "open"


def test_reflections_of_a_client_since_a_moment(store: Store, practice: Practice) -> None:
    """From the moment on, oldest first; nobody else's."""
    with store.write() as tx:
        first, second = begin(tx, practice), begin(tx, practice, "grounding")
        found = reflections.reflections_of(tx, practice.client_id, AT)
        assert {one.id for one in found} == {first.id, second.id}
        assert reflections.reflections_of(tx, practice.client_id, AT + MINUTE) == []
        assert reflections.reflections_of(tx, "nobody", AT) == []
        with pytest.raises(NotFound, match="no reflection nowhere"):
            reflections.reflection(tx, "nowhere")
