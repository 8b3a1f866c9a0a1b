"""The way of a message on a channel without the gateway (the engine's shell): assessed here, stored by the same
`intake`."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.crisis import assess, unassessed
from bot.crisis.types import Assessment, Turn
from bot.handoff import intake
from bot.logs import error_class
from bot.records import Tx, conversations, people
from bot.records.conversations import Message
from bot.texts import Lines, Texts

log = structlog.get_logger()

# As many turns as the gateway looks back on.
TURNS = 30
_SPOKEN = frozenset({"text", "option", "prompt", "question"})


def assess_and_receive(
    tx: Tx, *, texts: Texts, lines: Lines, client_id: str, message: intake.NewMessage, at: datetime
) -> tuple[intake.Received, Assessment]:
    """Assesses a message in the light of the conversation and stores it with what follows. Repeatable by message id.

    An assessment that raises is an alert of severity 2, as everywhere.
    """
    client = people.client(tx, client_id)
    conversation = conversations.conversation_of(tx, client_id, at=at)
    turns = [
        _turn(said)
        for said in conversations.last_messages(tx, conversation.id, limit=TURNS)
        if said.kind in _SPOKEN and said.id != message.id
    ]
    turns.append(Turn(role="client", text=message.text, at_utc=at, step=message.step))
    try:
        assessment = assess(turns, language=client.language)
    except Exception as error:  # noqa: BLE001 - an assessment that failed is an alert, whatever the failure was
        log.error("unassessed", message_id=message.id, error=error_class(error))
        assessment = unassessed()
    received = intake.receive(
        tx,
        texts=texts,
        lines=lines,
        conversation=conversation,
        client=client,
        message=message,
        assessment=assessment,
        at=at,
    )
    return received, assessment


def _turn(said: Message) -> Turn:
    question = "risk" if said.kind == "question" else None
    return Turn(role=said.role, text=said.text, at_utc=said.at, question=question, step=said.step)
