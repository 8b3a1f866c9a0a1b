"""Messages of records as turns of an assessment."""

from __future__ import annotations

from collections.abc import Container

from bot.crisis import Turn
from bot.gateway.memory import TURNS_KEPT
from bot.handoff.checking import ANSWER_OPTIONS, CHOICE_OPTIONS
from bot.records import Tx, conversations
from bot.records.conversations import Message

# Notices (the engine is silent, who joined) and summaries are no part of what was said.
_SPOKEN = frozenset({"text", "option", "prompt", "question"})
# The buttons under a question about danger: pressing one says something about the person. The words on every other
# button are the program's own ("I did it", "Back to the here and now"), and are not read as a client's.
_TELLING = frozenset({*ANSWER_OPTIONS, *CHOICE_OPTIONS})
# Buttons that the widget has of itself, beside those that a message shows.
COMMANDS = frozenset({"skip", "stop", "back", "repeat", "menu", "why", "help", "plan"})


def is_spoken(message: Message) -> bool:
    """Whether a message is part of what was said."""
    return message.kind in _SPOKEN and (message.option is None or message.option in _TELLING)


def is_program_words(option: str | None, labels: Container[str]) -> bool:
    """Whether a pressed button carries no words of the client. `labels`: options that were shown.

    An option that nobody showed is read by its id like any text: it may come from another client of the protocol.
    """
    return option is not None and option not in _TELLING and (option in COMMANDS or option in labels)


def turn_of(message: Message) -> Turn:
    """One stored message as a turn. A risk question is marked, so that its answer can be read as one."""
    question = "risk" if message.kind == "question" else None
    return Turn(role=message.role, text=message.text, at_utc=message.at, question=question, step=message.step)


def load_talk(tx: Tx, conversation_id: str) -> tuple[list[Turn], dict[str, str], int]:
    """The last turns of a conversation, the labels of the buttons shown in them, and the last offset."""
    messages = conversations.last_messages(tx, conversation_id, limit=TURNS_KEPT)
    turns = [turn_of(message) for message in messages if is_spoken(message)]
    labels: dict[str, str] = {}
    for message in messages:
        labels.update(labels_of(message))
    return turns, labels, messages[-1].offset if messages else 0


def labels_of(message: Message) -> dict[str, str]:
    """Option id -> words, of the buttons that a message shows."""
    options = (message.prompt or {}).get("options") or ()
    return {str(option["id"]): str(option["label"]) for option in options}
