"""One message and all that follows from it, in the caller's one transaction (I1).

One function and two callers: the gateway, and the action server for a channel without the gateway. After the commit
the message, its assessment, and at level *alert* the episode with its first page, at *check_in* the question with the
time at which silence pages, are durable together or not at all. The same message again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.crisis.types import Assessment
from bot.handoff import alerts, checking, safety_item
from bot.records import Tx, assessments, conversations, episodes
from bot.records.conversations import Conversation, Message
from bot.records.people import Client
from bot.texts import Lines, Texts

# Where a client claims to be in a reflection. Anything else is left out: a wrong label must not cost a crisis message.
_LABEL = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A client message that is to be stored. `text`: as typed, or the words on the button with the id `option`."""

    id: str
    text: str
    option: str | None = None
    step: str | None = None
    reflection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """`message`: as stored (`repeated` if it was before). `forward`: whether the engine is asked for an answer to
    something
    now. `episode_id`: the open episode that the message belongs to. `question_id`: what it made the bot ask."""

    message: Message
    forward: bool
    episode_id: str | None = None
    question_id: str | None = None


def receive(
    tx: Tx,
    *,
    texts: Texts,
    lines: Lines,
    conversation: Conversation,
    client: Client,
    message: NewMessage,
    assessment: Assessment,
    at: datetime,
    baseline: Mapping[str, object] | None = None,
) -> Received:
    """Stores a message with its assessment and what follows from it.

    `baseline`: what therapist and client agreed is usual, for a mark in a questionnaire; the assessment knows it.

    Raises:
        SameIdOtherBody: the id is taken by a message that says something else.
        ValueError: the message's id is no id.
    """
    stored = conversations.add_message(
        tx,
        conversation.id,
        message_id=message.id,
        role="client",
        kind="option" if message.option is not None else "text",
        text=message.text,
        option=message.option,
        step=_label(message.step),
        reflection_id=_label(message.reflection_id),
        at=at,
    )
    if stored.repeated:
        episode = episodes.open_episode_of(tx, conversation.id)
        waits = stored.answered_at is None and stored.held_by is None
        return Received(message=stored, forward=waits, episode_id=episode.id if episode else None)
    mark = safety_item.mark_of(tx, stored)
    if mark is not None:
        assessment = safety_item.marked(assessment, mark, stored, baseline=baseline)
        safety_item.keep_answer(tx, mark, stored, client, at=at)
    assessments.add_assessment(
        tx,
        stored.id,
        level=assessment.level,
        severity=assessment.severity,
        categories=assessment.categories,
        body=assessment.to_json(),
        version=assessment.version,
        at=at,
    )
    case = checking.Case(
        tx=tx,
        texts=texts,
        lines=lines,
        conversation=conversation,
        client=client,
        message=stored,
        assessment=assessment,
        at=at,
    )
    return _follow(case)


def _follow(case: checking.Case) -> Received:
    """What the message brings about, gravest first."""
    answer = checking.find_answer(case)
    if case.assessment.level == "alert":
        return _alert(case, answer)
    if answer is not None:
        outcome = checking.take_answer(case, answer)
    elif case.message.option == checking.ASK_PERSON:
        outcome = checking.ask_for_person(case)
    elif case.conversation.mode == "person":
        # A person reads along: the bot neither asks nor answers.
        conversations.mark_answered(case.tx, case.message.id, at=case.at)
        outcome = checking.Outcome(forward=False)
    elif case.assessment.level == "check_in":
        outcome = checking.check_in(case)
    else:
        outcome = checking.ordinary(case)
    return Received(
        message=case.message,
        forward=outcome.forward,
        episode_id=outcome.episode_id,
        question_id=outcome.question_id,
    )


def _alert(case: checking.Case, answer: checking.Answer | None) -> Received:
    """A person is told now, whatever else the message may be (an answer to a question, say)."""
    checking.settle(case, answer)
    episode = alerts.raise_alert(
        case.tx,
        client_id=case.client.id,
        conversation_id=case.conversation.id,
        message_id=case.message.id,
        severity=max(2, case.assessment.severity),
        categories=case.assessment.categories,
        at=case.at,
    )
    forward = case.conversation.mode != "person" and not (answer and answer.pressed)
    if not forward:
        conversations.mark_answered(case.tx, case.message.id, at=case.at)
    return Received(message=case.message, forward=forward, episode_id=episode.id)


def _label(claimed: str | None) -> str | None:
    return claimed if claimed is not None and _LABEL.fullmatch(claimed) else None
