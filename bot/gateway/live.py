"""Follows the events table and streams it to the widgets.

Whatever a person sees change is a row in `events`, written in the transaction that made it true. This process looks at
the store's version every 50 ms (4 microseconds a look) and, when somebody committed, reads the new rows and hands
them to the streams of their conversation. A stream that was cut comes back with Last-Event-ID and misses nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import structlog

from bot.gateway.views import render
from bot.logs import error_class
from bot.records import StoreBusy, StoreError, StoreFull, Writer, WriterTimeout, events
from bot.records.events import Event
from bot.texts import Lines, Texts

log = structlog.get_logger()

LOOK_EVERY_S = 0.05
AFTER_A_FAULT_S = 1.0
KEEP_ALIVE_S = 10.0
# Rows waiting for one slow phone. A stream that falls behind is ended and comes back with its last id.
STREAM_BACKLOG = 256
PAGE = 500

type Rendered = tuple[int, dict[str, Any]]


class Follower:
    """One per process: sees new events, renders each once for its conversation, feeds the open streams."""

    def __init__(
        self,
        *,
        records: Writer,
        texts: Texts,
        lines: Lines,
        on_event: Callable[[Event], Awaitable[None]],
    ) -> None:
        self._records, self._texts, self._lines = records, texts, lines
        self._on_event = on_event
        self._streams: dict[str, set[asyncio.Queue[Rendered | None]]] = defaultdict(set)
        self._last_id = 0
        self._version: int | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins at the newest event; older ones are replayed to the streams that ask for them."""
        self._last_id = await self._records.read(events.last_event_id)
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Ends following and every stream."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for queues in self._streams.values():
            for queue in queues:
                _put(queue, None)

    async def _follow(self) -> None:
        while True:
            try:
                version = await asyncio.to_thread(self._records.store.data_version)
                if version != self._version:
                    await self._read_new()
                    self._version = version
            except Exception as error:  # noqa: BLE001 - a door that has stopped to look would never show anything again
                log.error("follow", error=error_class(error))
                if not isinstance(error, StoreError):
                    await asyncio.sleep(AFTER_A_FAULT_S)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _read_new(self) -> None:
        while True:
            rows = await self._records.read(events.events_after, self._last_id, limit=PAGE)
            for row in rows:
                try:
                    await self._pass_on(row)
                except (StoreBusy, StoreFull, WriterTimeout):
                    raise  # read again a little later, from this row on
                except Exception as error:  # noqa: BLE001 - one row that cannot be read must not silence everybody
                    log.error("event_left_out", id=row.id, kind=row.kind, error=error_class(error))
                self._last_id = row.id
            if len(rows) < PAGE:
                return

    async def _pass_on(self, row: Event) -> None:
        await self._on_event(row)
        if row.conversation_id in self._streams:
            for event_id, content in await self._render([row]):
                for queue in self._streams.get(row.conversation_id, ()):
                    _put(queue, (event_id, content))

    async def _render(self, rows: Sequence[Event]) -> list[Rendered]:
        return await self._records.read(render, rows, texts=self._texts, lines=self._lines)

    async def stream(
        self, conversation_id: str, *, after: int, allowed: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        """Server-sent events of one conversation from `after` on, for as long as the client stays and may.

        `allowed` is asked before anything is said, keep-alive lines included: a sign-in that was ended ends its stream.
        """
        queue: asyncio.Queue[Rendered | None] = asyncio.Queue(maxsize=STREAM_BACKLOG)
        self._streams[conversation_id].add(queue)
        try:
            yield b"retry: 1000\n\n"
            while True:
                rows = await self._records.read(events.events_after, after, conversation_id=conversation_id, limit=PAGE)
                for event_id, content in await self._render(rows):
                    yield _sse(event_id, content)
                if rows:
                    after = rows[-1].id
                if len(rows) < PAGE:
                    break
            while True:
                try:
                    item = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
                except TimeoutError:
                    if not await allowed():
                        return
                    yield b": here\n\n"
                    continue
                if item is None or not await allowed():
                    return
                if item[0] > after:
                    after = item[0]
                    yield _sse(*item)
        finally:
            self._streams[conversation_id].discard(queue)
            if not self._streams[conversation_id]:
                del self._streams[conversation_id]


def _put(queue: asyncio.Queue[Rendered | None], item: Rendered | None) -> None:
    """Never waits: a full queue is emptied and ended, so that the client comes back for the rest."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        item = None
    queue.put_nowait(item)


def _sse(event_id: int, content: dict[str, Any]) -> bytes:
    return f"id: {event_id}\ndata: {json.dumps(content, ensure_ascii=True)}\n\n".encode()
