"""`validate_exercise_form`: the one loop that walks every exercise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.call import Call, read_call
from actions.disclosing import with_disclosure
from actions.here import here_of
from actions.parts import Parts
from actions.replies import send
from actions.walking import Turned, take_turn
from bot.records import Tx

REQUESTED_SLOT, ANSWER_SLOT = "requested_slot", "answer"


class ValidateExerciseForm(Action):  # type: ignore[misc]  # the SDK has no types
    """Takes the message as an answer, a command or a beginning, and asks what comes next."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def name(self) -> str:
        """The name that Rasa expects for the form."""
        return "validate_exercise_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Says what the turn says; the form goes on while a reflection waits for an answer."""
        call = read_call(tracker, self._parts.settings)
        turned = await self._parts.records.write(self._turn, call)
        send(dispatcher, turned.replies)
        # The answer itself is in records; emptied here, the form asks for it again.
        return [
            SlotSet(ANSWER_SLOT, None),
            SlotSet("reflection_id", turned.reflection_id),
            SlotSet(REQUESTED_SLOT, ANSWER_SLOT if turned.reflection_id else None),
        ]

    def _turn(self, tx: Tx, call: Call) -> Turned:
        here = here_of(tx, self._parts, call, self._parts.now())
        turned = take_turn(tx, here)
        return replace(turned, replies=with_disclosure(tx, here, turned.replies))
