"""`action_detect_crisis`: was this message looked at, and what was found? It runs on every turn, in forms too.

Through the gateway the assessment is committed before the engine hears of a message, and is only read here. On any
other channel (the terminal) there was no gateway: the message is assessed, stored and handed off here, by the same
functions.
Whatever fails here leaves the message unscreened, and the engine's crisis policy then says the fixed text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.call import Call, CallRefused, read_call
from actions.parts import Parts
from bot.crisis import Assessment, Turn, assess, unassessed
from bot.handoff import intake
from bot.logs import error_class
from bot.records import Tx, assessments, conversations, people
from bot.records.conversations import Message

log = structlog.get_logger()

# Earlier turns that an assessment looks back on, as in the gateway.
TURNS = 30
_SPOKEN = frozenset({"text", "option", "prompt", "question"})


class ActionDetectCrisis(Action):  # type: ignore[misc]  # the SDK has no types
    """Sets `crisis_screened` to the id of the message and `crisis_level` to its level."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_detect_crisis"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Reads or makes the assessment. Raises CallRefused where there should be one and is none."""
        call = read_call(tracker, self._parts.settings)
        if call.through_gateway:
            level = await self._parts.records.read(committed_level, call)
        else:
            level, said = await self._parts.records.write(self._take_in, call)
            for text in said:
                dispatcher.utter_message(text=text)
        return [SlotSet("crisis_screened", call.message_id), SlotSet("crisis_level", level)]

    def _take_in(self, tx: Tx, call: Call) -> tuple[str, list[str]]:
        """Does what the gateway does with a message: assess, store, open an episode or ask. Twice does it once."""
        at = self._parts.now()
        stored = assessments.assessment_of(tx, call.message_id)
        if stored is not None:
            return stored.level, []
        client = people.client(tx, call.client_id)
        conversation = conversations.conversation_of(tx, client.id, at=at)
        before = [_turn(message) for message in _spoken(tx, conversation.id)]
        assessment = _assess([*before, Turn(role="client", text=call.text, at_utc=at)], client.language)
        intake.receive(
            tx,
            texts=self._parts.texts,
            lines=self._parts.lines,
            conversation=conversation,
            client=client,
            message=intake.NewMessage(id=call.message_id, text=call.text, option=None, step=None, reflection_id=None),
            assessment=assessment,
            at=at,
        )
        said = [message.text for message in conversations.replies_to(tx, call.message_id)]
        return assessment.level, said


def committed_level(tx: Tx, call: Call) -> str:
    """The level that the gateway committed with this client's message. Raises CallRefused."""
    message = conversations.message(tx, call.message_id)
    owner = conversations.conversation(tx, message.conversation_id).client_id if message else None
    stored = assessments.assessment_of(tx, call.message_id)
    if owner != call.client_id or stored is None:
        raise CallRefused("no assessment of this client's message is stored; only the gateway may send it")
    return stored.level


def _assess(turns: Sequence[Turn], language: str) -> Assessment:
    try:
        return assess(turns, language=language)
    except Exception as error:  # noqa: BLE001 - an assessment that failed is an alert, whatever the failure was
        log.error("unassessed", error=error_class(error))
        return unassessed()


def _spoken(tx: Tx, conversation_id: str) -> list[Message]:
    last = conversations.last_messages(tx, conversation_id, TURNS)
    return [message for message in last if message.kind in _SPOKEN]


def _turn(message: Message) -> Turn:
    question = "risk" if message.kind == "question" else None
    return Turn(role=message.role, text=message.text, at_utc=message.at, question=question, step=message.step)
