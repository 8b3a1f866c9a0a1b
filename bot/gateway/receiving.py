"""The way of one message: assess, show, commit, acknowledge (I1, I3).

`Receiver.receive` yields what the client must learn, in the order in which it becomes true:

1. `{"type": "card", ...}` at level *alert*, before anything is stored and without waiting for anything;
2. `{"type": "ack", ...}` once the message, its assessment and any episode or question with its deliveries are
durable; or    `{"type": "not_stored", ...}` with a card that says that nobody could be told and whom to call.

"Is being told" is therefore never said before the commit. A commit that succeeds after its deadline is acknowledged
when the widget sends the message again (same id, same body), and the card is corrected by the event that the commit
wrote.

Telling and doing are apart: a phone that is put away right after "send" no longer listens, and is heard all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.crisis import Assessment, Turn, assess, unassessed
from bot.gateway.memory import Memory, Person, Talk
from bot.gateway.turns import is_program_words, is_spoken, load_talk, turn_of
from bot.handoff import card, intake
from bot.logs import error_class
from bot.records import StoreError, Tx, Writer, WriterTimeout, conversations, people
from bot.records.conversations import SameIdOtherBody
from bot.texts import Lines, Texts
from bot.texts.files import LANGUAGES

log = structlog.get_logger()

# How long a message waits for the gateway's own memory to be filled. Then it is assessed without: alone and carefully.
MEMORY_DEADLINE_S = 0.05
# Texts longer than this are assessed in a thread (40,000 characters take up to 0.4 s), so that nobody else waits.
LONG_CHARS = 4_000


@dataclass(frozen=True)
class Incoming:
    """A message as it came, shape already checked. `text` is empty when a button (`option`) was pressed.

    `label`: the button's words where this process knows them better than the conversation's memory does.
    """

    id: str
    text: str
    option: str | None = None
    label: str | None = None
    step: str | None = None
    reflection_id: str | None = None


@dataclass(frozen=True)
class Stranger:
    """Somebody with a sign-in that cannot be looked up right now (the store does not answer)."""

    language: str
    country: str
    practice_name: str


class Receiver:
    """Serves messages of all clients of this process."""

    def __init__(
        self,
        *,
        records: Writer,
        memory: Memory,
        texts: Texts,
        lines: Lines,
        commit_deadline_s: float,
        wake: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._records, self._memory = records, memory
        self._texts, self._lines = texts, lines
        # What the button under a timer or a picture writes where its step names no option.
        self._done = frozenset(texts.topic("widget", language=each, address="tu")["done"] for each in LANGUAGES)
        self._commit_deadline_s = commit_deadline_s
        self._wake = wake
        self._now = now
        self._working: set[asyncio.Task[None]] = set()

    async def receive(self, incoming: Incoming, who: Person | Stranger) -> AsyncIterator[dict[str, Any]]:
        """What to tell the client, one JSON object at a time; the work goes on when nobody asks for the next.

        Raises SameIdOtherBody: before the first, or after the card.
        """
        steps: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        work = asyncio.create_task(self._work(incoming, who, steps.put_nowait))
        self._working.add(work)
        work.add_done_callback(self._worked)
        work.add_done_callback(lambda _: steps.put_nowait(None))
        while (step := await steps.get()) is not None:
            yield step
        work.result()

    async def finish(self) -> None:
        """Waits for the messages that are under way; to be called before the records are closed."""
        await asyncio.gather(*self._working, return_exceptions=True)

    def _worked(self, work: asyncio.Task[None]) -> None:
        self._working.discard(work)
        # Looked at here, because whoever asked may be gone.
        if not work.cancelled() and (error := work.exception()) is not None:
            log.warning("refused", error=error_class(error))

    async def _work(self, incoming: Incoming, who: Person | Stranger, tell: Callable[[dict[str, Any]], None]) -> None:
        at = self._now()
        talk = await self._talk(who) if isinstance(who, Person) else None
        text = incoming.text or incoming.label or _label(incoming, talk)
        pressed = text in self._done or is_program_words(incoming.option, talk.labels if talk else ())
        if incoming.label or pressed:
            turns = [Turn(role="client", text="", at_utc=at, step=incoming.step)]
        else:
            before = [turn for turn in (talk.turns if talk else ()) if turn.text not in self._done]
            turns = [*before, Turn(role="client", text=text, at_utc=at, step=incoming.step)]
        assessment = await self._assess(turns, who)
        if assessment.level == "alert" and (card := self._card("noticed", who, incoming, assessment)) is not None:
            tell({"type": "card", "card": card})
        if isinstance(who, Stranger):
            tell(self._not_stored(who, incoming, assessment))
            return
        try:
            received = await self._records.write(
                commit,
                person=who,
                incoming=incoming,
                text=text,
                assessment=assessment,
                texts=self._texts,
                lines=self._lines,
                at=at,
                timeout_s=self._commit_deadline_s,
            )
        except SameIdOtherBody:
            raise
        except Exception as error:  # noqa: BLE001 - whatever kept it from being stored, the client must hear it
            log.error("not_stored", message_id=incoming.id, error=error_class(error), assessed_level=assessment.level)
            tell(self._not_stored(who, incoming, assessment))
            return
        if talk is not None and not received.message.repeated and is_spoken(received.message):
            talk.add(turn_of(received.message), received.message.offset)
        tell({"type": "ack", "id": incoming.id, "offset": received.message.offset})
        if received.forward:
            self._wake(who.conversation_id)

    async def _talk(self, person: Person) -> Talk | None:
        talk = self._memory.talk(person.conversation_id)
        if talk is not None:
            return talk
        try:
            turns, labels, last = await self._records.read(
                load_talk, person.conversation_id, timeout_s=MEMORY_DEADLINE_S
            )
        except (StoreError, WriterTimeout) as error:
            log.warning("memory_missing", conversation_id=person.conversation_id, error=error_class(error))
            return None
        return self._memory.remember_talk(person.conversation_id, turns, labels, last)

    async def _assess(self, turns: Sequence[Turn], who: Person | Stranger) -> Assessment:
        baseline = who.baseline if isinstance(who, Person) else None
        try:
            if sum(len(turn.text) for turn in turns) > LONG_CHARS:
                return await asyncio.to_thread(assess, turns, language=who.language, baseline=baseline)
            return assess(turns, language=who.language, baseline=baseline)
        except Exception as error:  # noqa: BLE001 - an assessment that failed is an alert, whatever the failure was
            log.error("unassessed", error=error_class(error))
            return unassessed()

    def _card(
        self, state: card.FirstState, who: Person | Stranger, incoming: Incoming, assessment: Assessment
    ) -> dict[str, Any] | None:
        """The card, or None if it cannot be made: a fault in a text must not keep the alert from being stored."""
        try:
            return card.first_card(
                self._texts,
                self._lines,
                language=who.language,
                address=who.address if isinstance(who, Person) else "tu",
                country=who.country,
                practice_name=who.practice_name,
                state=state,
                categories=assessment.categories,
                severity=assessment.severity,
                message_id=incoming.id,
            )
        except Exception as error:  # noqa: BLE001 - see above
            log.error("no_card", message_id=incoming.id, error=error_class(error))
            return None

    def _not_stored(self, who: Person | Stranger, incoming: Incoming, assessment: Assessment) -> dict[str, Any]:
        shown = None if assessment.level == "none" else self._card("not_stored", who, incoming, assessment)
        return {"type": "not_stored", "id": incoming.id, "card": shown}


def commit(
    tx: Tx,
    *,
    person: Person,
    incoming: Incoming,
    text: str,
    assessment: Assessment,
    texts: Texts,
    lines: Lines,
    at: datetime,
) -> intake.Received:
    """Step "commit": one transaction for the message and all that follows from it."""
    return intake.receive(
        tx,
        texts=texts,
        lines=lines,
        conversation=conversations.conversation_of(tx, person.client_id, at=at),
        client=people.client(tx, person.client_id),
        message=intake.NewMessage(
            id=incoming.id,
            text=text,
            option=incoming.option,
            step=incoming.step,
            reflection_id=incoming.reflection_id,
        ),
        assessment=assessment,
        at=at,
        baseline=person.baseline,
    )


def _label(incoming: Incoming, talk: Talk | None) -> str:
    """The words on the button that was pressed, as the server showed them; the option's id if it is not known."""
    option = incoming.option or ""
    return talk.labels.get(option, option) if talk else option
