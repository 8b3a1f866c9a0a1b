"""Makes the engine's memory of a conversation equal to what records say, before a message is handled.

The engine may have been restarted, may have dropped the conversation, or may remember a reflection that was finished on
another device. In each case its memory is replaced by a new one that starts where records stand, without the answers.
"""

from __future__ import annotations

from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, REQUESTED_SLOT
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.trackers import RecentTrackers
from bot.engine.turn import State, Turn

FORM, ANSWER_SLOT = "exercise_form", "answer"
# Every turn replays the conversation's events: 48 ms a turn at 21 messages, 1.4 s at 512. About twelve turns fit in.
MAX_EVENTS = 120


async def seed(processor: MessageProcessor, store: RecentTrackers, turn: Turn) -> None:
    """Leaves a conversation in `store` that agrees with `turn.state`. Call it under the conversation's lock."""
    tracker = await store.retrieve(turn.sender)
    if tracker is None or len(tracker.events) > MAX_EVENTS or not _agrees(tracker, turn.state):
        fresh = store.init_tracker(turn.sender)
        fresh.update_with_events(seed_events(turn.state), processor.domain)
        await store.save(fresh)


def seed_events(state: State) -> list[Event]:
    """The beginning of a conversation that stands at `state`."""
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [SlotSet(name, value) for name, value in _slots(state).items()]
    if state.reflection_id is not None:
        events += [ActiveLoop(FORM), SlotSet(REQUESTED_SLOT, ANSWER_SLOT)]
    return [*events, ActionExecuted(ACTION_LISTEN_NAME)]


def _slots(state: State) -> dict[str, str | None]:
    return {
        "client_id": state.client_id,
        "conversation_id": state.conversation_id,
        "language": state.language,
        "address": state.address,
        "reflection_id": state.reflection_id,
    }


def _agrees(tracker: DialogueStateTracker, state: State) -> bool:
    in_form = state.reflection_id is not None
    return (
        all(tracker.get_slot(name) == value for name, value in _slots(state).items())
        and tracker.active_loop_name == (FORM if in_form else None)
        and tracker.get_slot(REQUESTED_SLOT) == (ANSWER_SLOT if in_form else None)
        and tracker.latest_action_name == ACTION_LISTEN_NAME
    )
