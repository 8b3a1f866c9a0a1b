"""Records run in one writer thread a process, never on the event loop.

Jobs run in the order in which they were asked for. A time-out only ends the waiting: the job runs to its end, because
half of a transaction that somebody gave up on is exactly what must not exist. One that succeeds late is found by the
resend of the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Concatenate

from bot.records.errors import StoreError
from bot.records.store import Store
from bot.records.transaction import Tx

# Readers do not wait for the write lock, so that a locked database does not stop the pages that only look.
_READER_THREADS = 2


class WriterTimeout(StoreError):
    """The job was not finished in time. It goes on, and may still succeed."""


class Writer:
    """Runs verbs of a store off the event loop. Close it when the process ends."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records-writer")
        self._readers = ThreadPoolExecutor(max_workers=_READER_THREADS, thread_name_prefix="records-reader")

    async def write[**P, R](
        self, verb: Callable[Concatenate[Tx, P], R], *args: Any, timeout_s: float | None = None, **kwargs: Any
    ) -> R:
        """Runs `verb(tx, *args, **kwargs)` in one write transaction; its result, once durable.

        Args:
            timeout_s: how long to wait, in seconds; None waits to the end.

        Raises:
            WriterTimeout: the job goes on. Else what the verb or the store raised.
        """
        result: R = await _wait(self._writer.submit(self._in_write, verb, args, kwargs), timeout_s)
        return result

    async def read[**P, R](
        self, verb: Callable[Concatenate[Tx, P], R], *args: Any, timeout_s: float | None = None, **kwargs: Any
    ) -> R:
        """Runs `verb(tx, *args, **kwargs)` in one snapshot; sees every write that was awaited before."""
        result: R = await _wait(self._readers.submit(self._in_read, verb, args, kwargs), timeout_s)
        return result

    def _in_write(self, verb: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with self.store.write() as tx:
            return verb(tx, *args, **kwargs)

    def _in_read(self, verb: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with self.store.read() as tx:
            return verb(tx, *args, **kwargs)

    def close(self) -> None:
        """Finishes the jobs already asked for and ends the threads. Blocks; the store stays open."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)


async def _wait(job: Future[Any], timeout_s: float | None) -> Any:
    waiting = asyncio.wrap_future(job)
    # Whoever stops waiting leaves nobody to look at the result; looking here keeps the loop from reporting it as lost.
    waiting.add_done_callback(_look)
    try:
        # shield: neither a time-out nor a closed browser may cancel a job that has not begun yet.
        return await asyncio.wait_for(asyncio.shield(waiting), timeout_s)
    except TimeoutError as error:
        if waiting.done():
            # Finished in the same moment in which the time ran out (or the job itself raised TimeoutError).
            return waiting.result()
        raise WriterTimeout(f"the records did not answer within {timeout_s} s; the job goes on") from error


def _look(waiting: asyncio.Future[Any]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        waiting.exception()
