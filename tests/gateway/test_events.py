"""The event stream: everything once, in order, from where one left off; for those who may, as long as they may."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import update

from bot.gateway import live
from bot.records import Tx, conversations, events, signing
from bot.records.schema import entries as entries_table
from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device

LAST = 10**15


@pytest.fixture
def ada(door: Door) -> Device:
    """The device of a client who has just agreed."""
    return door.device(doors.enrol(door.store, door.people.wren))


def conversation_of(device: Device) -> str:
    """The id of the client's conversation."""
    return str(device.get("/api/me").json()["conversation"]["id"])


@contextmanager
def stream(device: Device, **headers: str) -> Iterator[Iterator[tuple[int, dict[str, Any]]]]:
    """The events of an open stream, as (id, content)."""
    with device.http.stream("GET", "/api/events", headers=device.headers(origin=None, **headers)) as answer:
        answer.raise_for_status()
        assert answer.headers["content-type"].startswith("text/event-stream")

        def read() -> Iterator[tuple[int, dict[str, Any]]]:
            event_id = 0
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    event_id = int(line[4:])
                if line.startswith("data: "):
                    yield event_id, json.loads(line[6:])

        yield read()


def take_until(found: Iterator[tuple[int, dict[str, Any]]], text: str) -> list[tuple[int, dict[str, Any]]]:
    """Events up to the message with this text."""
    taken = []
    for event_id, content in found:
        taken.append((event_id, content))
        if content["type"] == "message" and content["message"]["text"] == text:
            return taken
    raise AssertionError(f"the stream ended before {text!r}")


def texts(taken: list[tuple[int, dict[str, Any]]]) -> list[str]:
    """What the client said, in order."""
    return [
        content["message"]["text"]
        for _, content in taken
        if content["type"] == "message" and content["message"]["role"] == "client"
    ]


@pytest.mark.fault(28)
def test_a_stream_that_was_cut_goes_on_where_it_was(door: Door, ada: Device) -> None:
    """Cut after any event and taken up with its id: together, every message once and in order."""
    said = [f"message {number}" for number in range(12)]
    for text in said[:6]:
        ada.sends(text)
    got: list[tuple[int, dict[str, Any]]] = []
    last = "0"
    for text in (said[1], said[4]):
        with stream(ada, last_event_id=last) as found:
            got += take_until(found, text)
            last = str(got[-1][0])
    for text in said[6:]:
        ada.sends(text)
    with stream(ada, last_event_id=last) as found:
        got += take_until(found, said[-1])
    assert texts(got)[-12:] == said
    ids = [event_id for event_id, _ in got]
    assert ids == sorted(set(ids))


@pytest.mark.fault(29)
def test_two_tabs_see_the_same_while_messages_come_in(door: Door, ada: Device) -> None:
    """Both streams are open while the messages are sent: each gets every one, once, in order."""
    said = [f"message {number}" for number in range(15)]
    got: dict[int, list[str]] = {}
    ready = threading.Barrier(3)

    def follow(tab: int) -> None:
        with stream(Device(http=ada.http, origin=ada.origin, cookie=ada.cookie)) as found:
            first = next(found)
            ready.wait(20)
            got[tab] = texts([first, *take_until(found, said[-1])])

    threads = [threading.Thread(target=follow, args=(tab,)) for tab in range(2)]
    for thread in threads:
        thread.start()
    ready.wait(20)
    for text in said:
        ada.sends(text)
    for thread in threads:
        thread.join(20)
    assert [got[tab][-15:] for tab in range(2)] == [said, said]


def test_a_stream_shows_the_own_conversation_only(door: Door, ada: Device) -> None:
    """What others say in the meantime is not in it."""
    bo = door.device(doors.enrol(door.store, door.people.robin))
    with stream(ada) as found:
        bo.sends("words of another")
        ada.sends("own words")
        assert "words of another" not in json.dumps(take_until(found, "own words"))


@pytest.mark.parametrize("last", ["", "-1", "x", "9" * 16, "9" * 5_000, "1e3", "0x10"])
def test_an_odd_last_event_id_begins_at_the_beginning(ada: Device, last: str) -> None:
    """No number, or one that no event has: everything is replayed, and nothing fails."""
    with stream(ada, last_event_id=last) as found:
        assert next(found)[1]["message"]["text_id"] == "gateway.hello"


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={LAST + 1}", "after=" + "9" * 400])
def test_a_number_out_of_range_is_refused(ada: Device, query: str) -> None:
    """Below zero, none, or above what the records can compare: 400 and never 500."""
    assert ada.get(f"/api/events?{query}").status_code == 400
    assert ada.get(f"/api/history?{query.replace('after', 'before')}").status_code == 400


def test_a_stream_ends_when_its_sign_in_is_ended_elsewhere(
    door: Door, ada: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost phone that somebody signs out stops hearing, with the next thing that would be said at the latest."""
    client_id = doors.enrol(door.store, door.people.wren)
    lost = door.device(client_id)
    monkeypatch.setattr("bot.gateway.identity.FRESH_FOR", doors.timedelta(0))
    with stream(lost) as found:
        next(found)
        with door.store.write() as tx:
            assert signing.end_sign_ins(tx, client_id, at=doors.now()) == 1
            conversations.add_message(
                tx, conversations.conversation_of(tx, client_id, at=doors.now()).id, message_id=uuid.uuid4().hex,
                role="bot", text="for the client alone", at=doors.now(),
            )  # fmt: skip
        assert "for the client alone" not in json.dumps(list(found))
    assert lost.get("/api/me").status_code == 401


def test_a_quiet_stream_says_that_it_is_alive(ada: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line every few seconds tells a quiet line from a dead one."""
    monkeypatch.setattr(live, "KEEP_ALIVE_S", 0.05)
    with ada.http.stream("GET", "/api/events", headers=ada.headers(origin=None, last_event_id=str(LAST - 1))) as answer:
        said = answer.iter_lines()
        assert next(line for line in said if line.startswith(":")) == ": here"


def test_one_event_that_cannot_be_read_does_not_silence_the_rest(door: Door, ada: Device) -> None:
    """A summary that is gone, a message whose entry was altered: left out, and what comes after is shown live."""
    here = conversation_of(ada)
    with stream(ada) as found:
        with door.store.write() as tx:
            events.add_event(tx, here, "summary", {"summary_id": "gone", "reflection_id": "gone"}, doors.now())
            events.add_event(tx, here, "episode", {"episode_id": "gone"}, doors.now())
            events.add_event(tx, here, "message", {}, doors.now())
            damaged = conversations.add_message(
                tx, here, message_id=uuid.uuid4().hex, role="bot", text="damaged", at=doors.now()
            )
            tx.run(update(entries_table).where(entries_table.c.id == damaged.entry_id).values(sealed=b"x" * 40))
        ada.sends("still here")
        assert "still here" in texts(take_until(found, "still here"))
    with stream(ada) as found:
        assert "still here" in texts(take_until(found, "still here"))


def test_following_goes_on_after_a_fault_of_ours(door: Door, ada: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the events fails in a way that nobody foresaw: shown as soon as it works again."""
    monkeypatch.setattr(live, "AFTER_A_FAULT_S", 0.01)
    real, failed = live.events.events_after, threading.Event()

    def broken(tx: Tx, after_id: int, **given: Any) -> Any:
        if not failed.is_set() and "conversation_id" not in given:
            failed.set()
            raise TypeError
        return real(tx, after_id, **given)

    with stream(ada) as found:
        next(found)
        monkeypatch.setattr(live.events, "events_after", broken)
        ada.sends("still here")
        assert "still here" in texts(take_until(found, "still here"))
    assert failed.is_set()


def test_history_is_oldest_first_and_within_its_limits(ada: Device) -> None:
    """Before an offset, at most so many; limits out of range are refused."""
    for number in range(5):
        ada.sends(f"message {number}")
    found = ada.get("/api/history?limit=3").json()["messages"]
    before = found[0]["offset"]
    earlier = ada.get(f"/api/history?before={before}&limit=2").json()["messages"]
    assert [message["offset"] for message in [*earlier, *found]] == sorted(
        message["offset"] for message in [*earlier, *found]
    )
    assert earlier[-1]["offset"] == before - 1
    for query in ("limit=0", "limit=201", "before=0", "limit=x"):
        assert ada.get(f"/api/history?{query}").status_code == 400
