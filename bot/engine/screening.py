"""Was the last client message looked at for crisis, and what was found? Used by the policy and by the channel.

A value that is still there from an earlier turn proves nothing, so only slots that were set after the message count.
Where the message has an id, it must be that id which was screened.
"""

from __future__ import annotations

from dataclasses import dataclass

from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

SCREENED_SLOT, LEVEL_SLOT = "crisis_screened", "crisis_level"
LEVELS = ("none", "check_in", "alert")
_NOT_SET = object()


@dataclass(frozen=True)
class Screening:
    """`level`: one of LEVELS, or None where the message was not screened. `done`: actions run since the message."""

    level: str | None
    done: tuple[str, ...]


def screening_of(tracker: DialogueStateTracker) -> Screening | None:
    """What is known about the last client message of the conversation; None where there is no message."""
    screened: object = _NOT_SET
    level: object = _NOT_SET
    done: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            was_set = screened is not _NOT_SET and screened is not None
            known = was_set and event.message_id in (None, screened) and level in LEVELS
            return Screening(str(level) if known else None, tuple(reversed(done)))
        if isinstance(event, ActionExecuted) and event.action_name:
            done.append(event.action_name)
        elif isinstance(event, SlotSet) and event.key == SCREENED_SLOT and screened is _NOT_SET:
            screened = event.value
        elif isinstance(event, SlotSet) and event.key == LEVEL_SLOT and level is _NOT_SET:
            level = event.value
    return None
