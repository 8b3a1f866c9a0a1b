"""The writer thread: in order, durable, patient jobs and impatient callers."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.records import Store, Tx, Writer, WriterTimeout, conversations, heartbeats, new_id
from bot.records.conversations import SameIdOtherBody
from bot.records.errors import StoreFull
from tests.records.conftest import SmallDisk
from tests.records.practice import AT, Practice, fill, open_at


def test_jobs_run_in_the_order_asked_when_many_wait(store: Store, practice: Practice) -> None:
    """Fifty messages sent at once are stored in the order in which they were sent, on one thread."""
    threads = set()

    def add(tx: Tx, text: str) -> int:
        threads.add(threading.current_thread().name)
        message = conversations.add_message(
            tx, practice.conversation_id, message_id=new_id(), role="client", text=text, at=AT
        )
        return message.offset

    async def run() -> list[int]:
        writer = Writer(store)
        offsets = await asyncio.gather(*(writer.write(add, str(n)) for n in range(50)))
        found = await writer.read(conversations.messages_after, practice.conversation_id, 0)
        assert [message.text for message in found] == [str(n) for n in range(50)]
        writer.close()
        return list(offsets)

    assert asyncio.run(run()) == list(range(1, 51))
    assert len(threads) == 1


def test_a_job_goes_on_when_its_time_is_up(store: Store, practice: Practice) -> None:
    """The caller hears WriterTimeout at once; the transaction still commits, and the next job waits for it."""
    begun, may_end = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        heartbeats.beat(tx, "slow", AT)
        begun.set()
        assert may_end.wait(30)

    async def run() -> None:
        writer = Writer(store)
        started = time.monotonic()
        with pytest.raises(WriterTimeout, match=r"did not answer within 0\.05 s; the job goes on"):
            await writer.write(slow, timeout_s=0.05)
        assert time.monotonic() - started < 5
        assert begun.is_set()
        waiting = asyncio.create_task(writer.write(heartbeats.beat, "after", AT))
        assert await writer.read(heartbeats.beats) == {}
        may_end.set()
        await waiting
        assert set(await writer.read(heartbeats.beats)) == {"slow", "after"}
        writer.close()

    asyncio.run(run())


def test_a_job_goes_on_when_its_caller_is_gone(store: Store) -> None:
    """A closed browser cancels the request, not the job behind it, even one that has not begun."""
    may_end = threading.Event()

    async def run() -> None:
        writer = Writer(store)
        first = asyncio.create_task(writer.write(lambda tx: may_end.wait(30)))
        second = asyncio.create_task(writer.write(heartbeats.beat, "second", AT))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        may_end.set()
        assert await first
        writer.close()

    asyncio.run(run())
    with store.read() as tx:
        assert set(heartbeats.beats(tx)) == {"second"}


def test_what_a_job_raised_reaches_its_caller_only(store: Store, practice: Practice) -> None:
    """A refusal goes to the one who asked; the jobs beside it are stored."""
    message_id = new_id()

    def add(tx: Tx, text: str) -> int:
        return conversations.add_message(
            tx, practice.conversation_id, message_id=message_id, role="client", text=text, at=AT
        ).offset

    async def run() -> list[object]:
        writer = Writer(store)
        answers = await asyncio.gather(
            writer.write(add, "one"), writer.write(add, "two"), writer.write(add, "one"), return_exceptions=True
        )
        writer.close()
        return list(answers)

    first, second, third = asyncio.run(run())
    assert (first, third) == (1, 1)
    assert isinstance(second, SameIdOtherBody)


def test_a_full_disk_is_told_to_who_waits(small_disk: SmallDisk) -> None:
    """The job that did not fit raises StoreFull in its caller, and a later one is stored."""
    keyring, store = open_at(small_disk.path)
    practice = fill(store)

    def add(tx: Tx, text: str) -> int:
        return conversations.add_message(
            tx, practice.conversation_id, message_id=new_id(), role="client", text=text, at=AT
        ).offset

    async def run() -> int:
        writer = Writer(store)
        with small_disk.full(), pytest.raises(StoreFull):
            await writer.write(add, "x" * 200_000)
        offset = await writer.write(add, "after")
        writer.close()
        return offset

    assert asyncio.run(run()) == 1
    store.close()
    keyring.close()


def test_closing_finishes_what_was_asked_for(store: Store) -> None:
    """Jobs that wait when the process ends are stored."""

    async def run() -> None:
        writer = Writer(store)
        tasks = [asyncio.create_task(writer.write(heartbeats.beat, f"part {n}", AT)) for n in range(10)]
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.close)
        await asyncio.gather(*tasks)

    asyncio.run(run())
    with store.read() as tx:
        assert len(heartbeats.beats(tx)) == 10


def test_a_result_that_comes_with_the_end_of_the_time_is_a_result(store: Store) -> None:
    """On a busy machine both are ready in the same turn of the loop: what was read must not be lost as an odd error."""

    async def run() -> int:
        writer = Writer(store)
        reading = asyncio.create_task(writer.read(lambda tx: 7, timeout_s=0.05))
        await asyncio.sleep(0)
        # Nobody else may run on the loop meanwhile: the job ends on its thread, and the time runs out.
        time.sleep(0.3)
        found = await reading
        writer.close()
        return found

    assert asyncio.run(run()) == 7
