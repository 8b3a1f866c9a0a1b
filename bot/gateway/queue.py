"""Unanswered messages, in order, one at a time a conversation.

The queue itself is in records (a message without `answered_at`); this module only walks it. A gateway that is killed
and started again goes on where it was: replies have ids made from the message's id, so that nothing is said twice.

While the engine does not answer, the client reads one honest line a message, and the message waits. A message that
fails again and again although engine and action server are well is given up with an honest line, so that it cannot
hold the rest of the conversation for ever.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.gateway.engine_client import EngineClient, EngineSilent, EngineState
from bot.logs import error_class
from bot.records import StoreError, Tx, Writer, conversations, people, reflections
from bot.records.conversations import Message
from bot.texts import Texts

log = structlog.get_logger()

# Messages at the engine at once. Waiters are served in the order in which they came: one client cannot starve others.
AT_ONCE = 8
FIRST_RETRY_S, LONGEST_RETRY_S = 0.25, 15.0
# Attempts that reached a healthy engine and a healthy action server before a message is given up.
HEALTHY_ATTEMPTS = 5
# What the engine says first on an alert. Other channels need it; here the safety card has said it already, and better.
SAID_BY_THE_CARD = "talk.crisis_seen"
_NAMESPACE = uuid.UUID("6f1c6a2e-5d0b-4f0c-9b52-1d2f4f0f7a11")


class EngineQueue:
    """Feeds the engine from records."""

    def __init__(
        self,
        *,
        records: Writer,
        engine: EngineClient,
        actions_healthy: Callable[[], Awaitable[bool]],
        texts: Texts,
        committed: Callable[[Message], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._records, self._engine = records, engine
        self._actions_healthy = actions_healthy
        self._texts = texts
        self._committed = committed
        self._now = now
        self._walking: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> None:
        """Takes up what an earlier process left unanswered."""
        for conversation_id in await self._records.read(conversations.conversations_with_unanswered):
            self.wake(conversation_id)

    def wake(self, conversation_id: str) -> None:
        """There may be something to answer in this conversation."""
        self._woken.add(conversation_id)
        if conversation_id not in self._walking:
            task = asyncio.create_task(self._walk(conversation_id))
            self._walking[conversation_id] = task
            task.add_done_callback(lambda done: self._walked(conversation_id, done))

    async def stop(self) -> None:
        """Ends all walks; what is unanswered stays in records."""
        for task in list(self._walking.values()):
            task.cancel()
        await asyncio.gather(*self._walking.values(), return_exceptions=True)

    def _walked(self, conversation_id: str, done: asyncio.Task[None]) -> None:
        self._walking.pop(conversation_id, None)
        if not done.cancelled() and done.exception() is not None:
            log.error("queue_failed", conversation_id=conversation_id, error=error_class(_error_of(done)))
        if conversation_id in self._woken and not done.cancelled():
            self.wake(conversation_id)

    async def _walk(self, conversation_id: str) -> None:
        retry_s, healthy_attempts = FIRST_RETRY_S, 0
        current = ""
        while True:
            self._woken.discard(conversation_id)
            try:
                message = await self._records.read(conversations.next_unanswered, conversation_id)
                if message is None:
                    if conversation_id in self._woken:
                        continue
                    return
                if message.id != current:
                    current, retry_s, healthy_attempts = message.id, FIRST_RETRY_S, 0
                async with self._places:
                    replies = await self._ask(message)
                await self._commit(_commit_replies, message=message, replies=replies)
            except StoreError as error:
                log.error("queue_store", conversation_id=conversation_id, error=error_class(error))
            except Exception as error:
                if not current:
                    raise
                healthy_attempts += await self._failed(current, error)
                given_up = healthy_attempts >= HEALTHY_ATTEMPTS
                await self._say_silent(conversation_id, current, given_up=given_up)
                if given_up:
                    continue
            else:
                continue
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    async def _failed(self, message_id: str, error: Exception) -> bool:
        """Whether an attempt that failed counts towards giving up: an engine that is down is waited for."""
        if not isinstance(error, EngineSilent):
            # The engine answered with what cannot be stored. Its class says enough; its text may quote the client.
            log.error("queue_answer", message_id=message_id, error=error_class(error))
            return True
        log.warning("engine_silent", message_id=message_id, reason=str(error))
        return await self._engine.healthy() and await self._actions_healthy()

    async def _ask(self, message: Message) -> list[dict[str, Any]]:
        state = await self._records.read(engine_state, message.conversation_id)
        return await self._engine.ask(message_id=message.id, text=message.text, option=message.option, state=state)

    async def _commit(self, verb: Callable[..., Sequence[Message]], **given: Any) -> None:
        for message in await self._records.write(verb, at=self._now(), **given):
            self._committed(message)

    async def _say_silent(self, conversation_id: str, message_id: str, *, given_up: bool) -> None:
        try:
            await self._commit(
                _commit_silence,
                conversation_id=conversation_id,
                message_id=message_id,
                texts=self._texts,
                given_up=given_up,
            )
        except StoreError as error:
            log.error("queue_store", conversation_id=conversation_id, error=error_class(error))


def engine_state(tx: Tx, conversation_id: str) -> EngineState:
    """Where the conversation is, as records say. A paused reflection is not resumed by itself: the client chooses."""
    conversation = conversations.conversation(tx, conversation_id)
    client = people.client(tx, conversation.client_id)
    reflection = reflections.open_reflection_of(tx, conversation_id)
    running = reflection if reflection is not None and reflection.state == "open" else None
    return EngineState(
        client_id=client.id,
        conversation_id=conversation_id,
        language=client.language,
        address=client.address,
        reflection_id=running.id if running else None,
        exercise=running.exercise if running else None,
        step=running.step if running else None,
    )


def reply_id(message_id: str, index: int | str) -> str:
    """The id of the bot's n-th reply to a message: always the same, so that a repeated turn says nothing twice."""
    return uuid.uuid5(_NAMESPACE, f"{message_id}:{index}").hex


def _commit_replies(tx: Tx, *, message: Message, replies: Sequence[dict[str, Any]], at: datetime) -> list[Message]:
    """Stores the replies and marks the message answered. In person mode the bot's reply is held back."""
    added: list[Message] = []
    if conversations.conversation(tx, message.conversation_id).mode == "bot":
        for index, reply in enumerate(replies):
            if reply["text_id"] == SAID_BY_THE_CARD:
                continue
            added.append(
                conversations.add_message(
                    tx,
                    message.conversation_id,
                    message_id=reply_id(message.id, index),
                    role="bot",
                    kind=reply["kind"],
                    text=reply["text"],
                    text_id=reply["text_id"],
                    params=_params(reply),
                    reason=reply.get("reason"),
                    prompt=reply.get("prompt"),
                    reflection_id=reply.get("reflection_id"),
                    step=reply.get("step"),
                    in_reply_to=message.id,
                    at=at,
                )
            )
    conversations.mark_answered(tx, message.id, at=at)
    return added


def _params(reply: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a reply's text, and the summary that it shows, if any."""
    params = dict(reply.get("params") or {})
    if reply.get("summary_id"):
        params["summary_id"] = reply["summary_id"]
    return params


def _commit_silence(
    tx: Tx, *, conversation_id: str, message_id: str, texts: Texts, given_up: bool, at: datetime
) -> list[Message]:
    """One honest line a message: it is kept and will be answered, or (given up) that no answer was found."""
    conversation = conversations.conversation(tx, conversation_id)
    client = people.client(tx, conversation.client_id)
    text_id = "gateway.no_answer" if given_up else "gateway.engine_silent"
    said = texts.say(text_id, language=client.language, address=client.address)
    added: list[Message] = []
    line_id = reply_id(message_id, text_id)
    # Said once, also when the client has changed the language since.
    if conversation.mode == "bot" and conversations.message(tx, line_id) is None:
        added.append(
            conversations.add_message(
                tx,
                conversation_id,
                message_id=line_id,
                role="bot",
                kind="notice",
                text=said.text,
                text_id=said.text_id,
                reason=said.reason,
                in_reply_to=message_id,
                at=at,
            )
        )
    if given_up:
        conversations.mark_answered(tx, message_id, at=at)
    return added


def _error_of(done: asyncio.Task[None]) -> BaseException:
    error = done.exception()
    assert error is not None  # asked only of a task that failed
    return error
