"""`python -m bot.handoff.worker`: sends what is due, minds the timers, says that it lives (I2).

It may be killed at any point. A notification is a row that was committed with what it tells about; it is claimed by a
lease, sent with an id that never changes, and marked. Killed before the mark, the row is claimed again when the lease
ends: at least once, and a receiver recognises the second copy by its id. Several workers share the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import structlog

from bot.handoff import escalation, notices, timers
from bot.handoff.results import NotTaken, Result, Taken
from bot.handoff.sending import ATTEMPT_TIMEOUT_S, Channels
from bot.logs import configure, error_class
from bot.privacy.opening import open_records
from bot.records import Store, StoreError, Tx, Writer, deliveries
from bot.records.deliveries import Delivery
from bot.settings import Settings, get_settings
from bot.texts import Lines, Texts, load_lines, load_texts

log = structlog.get_logger()

LOOK_EVERY_S = 0.2
BEAT_EVERY_S = 5.0
PING_EVERY_S = 30.0
PING_TIMEOUT_S = 10.0
# Longer than one attempt may take, so that a second worker never sends what the first is still sending.
LEASE_S = 60.0
AT_ONCE = 16
# About three minutes in all; by then the reply time of a grave alert passes it on anyway.
ATTEMPTS = 6
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 60.0
# The supervisor kills after 6 s; attempts under way get a moment to be marked, for otherwise they are sent again.
STOP_WAIT_S = 4.0


class Worker:
    """One worker process's work. `now` is the wall clock; tests move it."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        texts: Texts,
        lines: Lines,
        http: httpx.AsyncClient,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        name: str | None = None,
    ) -> None:
        self._settings = settings
        self._records = Writer(store)
        self._texts, self._lines = texts, lines
        self._http = http
        self._channels = Channels(settings, signing_key=signing_key(store), http=http)
        self._now = now
        self._name = name or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._under_way: set[asyncio.Task[None]] = set()
        self._pings: set[asyncio.Task[None]] = set()
        self._beat_at = self._ping_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then gives what is under way a moment to end."""
        while not stop.is_set():
            try:
                await self.step()
            except StoreError as error:
                log.error("records", error=error_class(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
        await self.close()

    async def step(self) -> None:
        """One look: a sign of life if it is time for one, timers, and the start of what is due."""
        if time.monotonic() - self._beat_at >= BEAT_EVERY_S:
            back = await self._records.write(timers.beat, self._now())
            self._beat_at = time.monotonic()
            if back:
                log.warning("clock_set_back", ms=round(back.total_seconds() * 1000))
            self._ping()
        at = self._now()
        if not await self._records.read(timers.anything_due, at):
            return
        await self._records.write(timers.run, texts=self._texts, lines=self._lines, at=at)
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return
        claimed = await self._records.write(deliveries.claim_due, worker=self._name, at=at, lease_s=LEASE_S, limit=free)
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Waits until nothing is under way."""
        while self._under_way or self._pings:
            await asyncio.gather(*self._under_way, *self._pings)

    async def close(self) -> None:
        """Ends what is under way; whatever is cut off is sent again by the next worker, under the same id."""
        if running := [*self._under_way, *self._pings]:
            _, late = await asyncio.wait(running, timeout=STOP_WAIT_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._records.close()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            result = await self._attempt(delivery)
            await self._records.write(mark, delivery.id, result=result, attempt=delivery.attempts, now=self._now)
        except StoreError as error:
            # Not marked: the lease ends and it is sent again, under the same id.
            log.error("not_marked", delivery_id=delivery.id, error=error_class(error))
            return
        taken = isinstance(result, Taken)
        log.info(
            "delivery",
            delivery_id=delivery.id,
            notification_id=delivery.notification_id,
            kind=delivery.kind,
            state="taken" if taken else "not_taken",
            code=result.code,
            error=None if isinstance(result, Taken) else result.error,
            attempt=delivery.attempts,
        )

    async def _attempt(self, delivery: Delivery) -> Result:
        if delivery.attempts > ATTEMPTS:
            return NotTaken(error="attempts_used_up", code=delivery.code, again=False)
        try:
            notice = await self._records.read(
                notices.compose, delivery, texts=self._texts, staff_url=self._settings.public_url_staff
            )
        except notices.Unreachable:
            return NotTaken(error="channel_gone", code=None, again=False)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours is an attempt that failed, not an alert that is lost
            return NotTaken(error=error_class(error), code=None, again=True)
        return await self._channels.send(notice)

    def _ping(self) -> None:
        """Tells an outside address that all is well here: when it stops hearing, it calls somebody."""
        if not self._settings.heartbeat_url or time.monotonic() - self._ping_at < PING_EVERY_S:
            return
        self._ping_at = time.monotonic()
        task = asyncio.create_task(self._call(self._settings.heartbeat_url))
        self._pings.add(task)
        task.add_done_callback(self._pings.discard)

    async def _call(self, url: str) -> None:
        try:
            answer = await self._http.get(url, timeout=PING_TIMEOUT_S)
        except (httpx.HTTPError, OSError) as error:
            log.error("heartbeat_not_heard", error=error_class(error))
        else:
            if answer.is_error:
                log.error("heartbeat_not_heard", code=str(answer.status_code))


def mark(tx: Tx, delivery_id: str, *, result: Result, attempt: int, now: Callable[[], datetime]) -> Delivery:
    """Records what became of an attempt; if nobody can be reached this way, it is the next contact's turn."""
    at = now()
    if isinstance(result, Taken):
        return deliveries.sent(tx, delivery_id, at=at, code=result.code)
    retry_at = at + timedelta(seconds=retry_after_s(attempt)) if result.again and attempt < ATTEMPTS else None
    marked = deliveries.failed(tx, delivery_id, at=at, error_class=result.error, code=result.code, retry_at=retry_at)
    if marked.state == "failed":
        escalation.after_failure(tx, marked, at)
    else:
        escalation.after_first_failure(tx, marked, at)
    return marked


def retry_after_s(attempt: int, *, chance: Callable[[], float] = random.random) -> float:
    """Seconds to the next attempt: doubled each time, at most a minute, and up to half as long again by chance, so that
    all that waited for one server does not come back at once."""
    doubled = FIRST_RETRY_S * 2.0 ** (attempt - 1)
    return min(doubled, LONGEST_RETRY_S) * (1 + chance() / 2)


def signing_key(store: Store) -> Callable[[str], bytes]:
    """The key that signs webhooks to an address: derived from the practice's key, another one for every address."""
    return lambda address: store.keyring.mac("webhook", address.encode())


async def work(settings: Settings) -> None:
    """Runs a worker on this deployment's records until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    store = open_records(settings)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            worker = Worker(settings=settings, store=store, texts=load_texts(), lines=load_lines(), http=http)
            log.info("ready", pid=os.getpid())
            await worker.run(stop)
    finally:
        store.close()


def main() -> int:
    """Runs until the process is told to end; the exit code."""
    assert ATTEMPT_TIMEOUT_S < LEASE_S
    configure("worker")
    try:
        asyncio.run(work(get_settings()))
    except (StoreError, ValueError) as error:
        print(f"The hand-off worker cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
