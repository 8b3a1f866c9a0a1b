"""What the engine owes: asked in order, one honest line while it is silent, never the same thing twice (rows 6-9)."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar import Litestar, Request, Response, get, post

from bot.gateway.engine_client import ENGINE_CHARS, EngineClient, EngineSilent, EngineState
from bot.records import conversations
from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device
from tests.gateway.test_messages import wait_until

HELLO = {
    "kind": "text",
    "text": "What was it like?",
    "text_id": "talk.like",
    "params": {},
    "reason": None,
    "prompt": None,
}
STATE = EngineState(
    client_id="c", conversation_id="v", language="en", address="tu", reflection_id=None, exercise=None, step=None
)


class Engine:
    """A server with the engine's two addresses that answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.tokens: set[str] = set()
        self.answer: Callable[[dict[str, Any]], Any] = self.well

    @staticmethod
    def well(asked: dict[str, Any]) -> dict[str, Any]:
        """The answer of an engine that is well."""
        return {"message_id": asked["message_id"], "screened": True, "replies": [HELLO]}

    def app(self) -> Litestar:
        """The application."""

        @post("/webhooks/gateway/webhook", status_code=200)
        async def webhook(request: Request[Any, Any, Any]) -> Response[Any]:
            asked = await request.json()
            self.asked.append(asked)
            self.tokens.add(request.headers.get("authorization", ""))
            answer = self.answer(asked)
            if isinstance(answer, Response):
                return answer
            return Response(answer)

        @get("/healthz")
        async def health() -> dict[str, str]:
            return {"status": "ok"}

        return Litestar([webhook, health], openapi_config=None, logging_config=None)


@pytest.fixture
def engine(door: Door) -> Iterator[Engine]:
    """An engine, and an action server, on the ports that the door knows."""
    made, actions = Engine(), Engine()
    with (
        doors.serving(made.app(), door.settings.engine_port),
        doors.serving(actions.app(), door.settings.actions_port),
    ):
        yield made


@pytest.fixture
def ada(door: Door) -> Device:
    """The device of a client who has just agreed."""
    return door.device(doors.enrol(door.store, door.people.wren))


def said(device: Device, role: str = "bot") -> list[str]:
    """What was said by somebody, in order."""
    return [message["text_id"] or message["text"] for message in device.history() if message["role"] == role]


def test_silence_is_one_honest_line_and_the_answer_comes_later(door: Door, ada: Device) -> None:
    """Without an engine the client is told once that the message waits; when it is there, all are answered in order."""
    wait_until(lambda: "gateway.engine_silent" in said(ada))
    for text in ("one", "two"):
        ada.sends(text)
    made, actions = Engine(), Engine()
    with (
        doors.serving(made.app(), door.settings.engine_port),
        doors.serving(actions.app(), door.settings.actions_port),
    ):
        wait_until(lambda: said(ada).count("talk.like") == 3, limit_s=30)
    assert said(ada).count("gateway.engine_silent") == 1
    own = [
        asked for asked in made.asked if asked["state"]["conversation_id"] == made.asked[0]["state"]["conversation_id"]
    ]
    mine = [asked["text"] or asked["option"] for asked in own if asked["text"] in ("one", "two")]
    assert mine == ["one", "two"]
    assert made.tokens == {"Bearer engine token of the tests"}


@pytest.mark.fault(38)
def test_the_engine_gets_a_thousand_characters_and_the_state(engine: Engine, ada: Device) -> None:
    """The whole text is stored; the engine gets its beginning, and where the conversation stands, each time.

    Who speaks is the server's to say: the sender is made of the conversation, and no field of a message can change it.
    """
    ada.sends("x" * 5_000)
    asked = wait_until(lambda: [one for one in engine.asked if one["text"].startswith("xxx")])[0]
    assert asked["text"] == "x" * ENGINE_CHARS
    assert asked["state"]["language"] == "en"
    assert asked["sender"] == f"menu-{asked['state']['conversation_id']}"


def test_an_answer_that_cannot_be_kept_is_given_up_with_an_honest_line(
    door: Door, engine: Engine, ada: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A healthy engine that answers nonsense again and again cannot hold the conversation for ever."""
    monkeypatch.setattr("bot.gateway.queue.FIRST_RETRY_S", 0.01)
    engine.answer = lambda asked: {**Engine.well(asked), "replies": [{**HELLO, "step": "no name at all"}]}
    ada.sends("one")
    wait_until(lambda: "gateway.no_answer" in said(ada), limit_s=30)
    engine.answer = Engine.well
    ada.sends("two")
    wait_until(lambda: "talk.like" in said(ada), limit_s=30)


def test_no_reply_is_said_twice_when_the_door_starts_again(door: Door, engine: Engine, ada: Device) -> None:
    """Replies have ids made of the message's: asked again, the engine's words are already there."""
    ada.sends("one")
    wait_until(lambda: said(ada).count("talk.like") == 2, limit_s=30)
    conversation_id = ada.get("/api/me").json()["conversation"]["id"]
    with door.store.read() as tx:
        assert conversations.next_unanswered(tx, conversation_id) is None
    assert len({message["id"] for message in ada.history()}) == len(ada.history())


def test_in_person_mode_the_bot_keeps_quiet(door: Door, engine: Engine, ada: Device) -> None:
    """Somebody of the practice is writing: the engine's words are held back, and the message is done with."""
    wait_until(lambda: "talk.like" in said(ada), limit_s=30)
    conversation_id = ada.get("/api/me").json()["conversation"]["id"]
    with door.store.write() as tx:
        conversations.set_mode(tx, conversation_id, mode="person", reason="takeover", at=doors.now())
    before = said(ada)
    ada.sends("one")

    def done() -> bool:
        with door.store.read() as tx:
            return conversations.next_unanswered(tx, conversation_id) is None

    wait_until(done, limit_s=30)
    assert said(ada) == before


# --- the engine's client ------------------------------------------------------------------------------------


@contextlib.contextmanager
def an_engine() -> Iterator[tuple[Engine, int]]:
    """An engine on a port of its own."""
    made, port = Engine(), doors.free_port()
    with doors.serving(made.app(), port):
        yield made, port


def ask(port: int, deadline_s: float = 5) -> list[dict[str, Any]]:
    """One question."""

    async def run() -> list[dict[str, Any]]:
        client = EngineClient(port=port, token="token", deadline_s=deadline_s)
        try:
            return await client.ask(message_id="m1", text="hello", option=None, state=STATE)
        finally:
            await client.close()

    return asyncio.run(run())


ANSWERS: list[tuple[Any, str]] = [
    ([], "malformed answer"),
    ({}, "malformed answer"),
    ({"message_id": "m1", "replies": [HELLO]}, "malformed answer"),
    ({"message_id": "m1", "screened": False, "replies": [HELLO]}, "the message was not screened"),
    ({"message_id": "m1", "screened": "yes", "replies": [HELLO]}, "the message was not screened"),
    ({"message_id": "another", "screened": True, "replies": [HELLO]}, "the message was not screened"),
    ({"message_id": "m1", "screened": True, "replies": []}, "no replies"),
    ({"message_id": "m1", "screened": True, "replies": {"0": HELLO}}, "no replies"),
    ({"message_id": "m1", "screened": True, "replies": [HELLO, "text"]}, "malformed reply"),
    ({"message_id": "m1", "screened": True, "replies": [{**HELLO, "text_id": None}]}, "malformed reply"),
    ({"message_id": "m1", "screened": True, "replies": [{**HELLO, "text": None}]}, "malformed reply"),
    ({"message_id": "m1", "screened": True, "replies": [{**HELLO, "kind": "question"}]}, "malformed reply"),
    ({"message_id": "m1", "screened": True, "replies": [{**HELLO, "prompt": "x"}]}, "malformed reply"),
    ({"message_id": "m1", "screened": True, "replies": [{**HELLO, "params": []}]}, "malformed reply"),
    (Response("no", status_code=500), "status 500"),
    (Response("<html>", media_type="text/html"), "malformed answer"),
]


@pytest.mark.fault(7)
@pytest.mark.parametrize(("answer", "reason"), ANSWERS, ids=range(len(ANSWERS)))
def test_anything_but_a_full_screened_answer_is_silence(answer: Any, reason: str) -> None:
    """What stock Rasa says with its action server dead, and every other half of an answer, is not taken for success."""
    with an_engine() as (engine, port):
        engine.answer = lambda _asked: answer
        with pytest.raises(EngineSilent) as caught:
            ask(port)
    assert str(caught.value) == reason


def test_a_full_answer_is_given_as_it_is() -> None:
    """And a proxy that the environment names is not asked about it."""
    with an_engine() as (_, port), pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTP_PROXY", f"http://127.0.0.1:{doors.free_port()}")
        patch.delenv("NO_PROXY", raising=False)
        patch.delenv("no_proxy", raising=False)
        assert ask(port) == [HELLO]


@pytest.mark.fault(9)
def test_a_slow_engine_is_given_up_at_its_deadline() -> None:
    """The client does not wait for it: the reason names the deadline."""
    may_end = threading.Event()

    def slowly(asked: dict[str, Any]) -> dict[str, Any]:
        may_end.wait(10)
        return Engine.well(asked)

    with an_engine() as (engine, port):
        engine.answer = slowly
        started = time.monotonic()
        with pytest.raises(EngineSilent, match=r"^no answer within 0\.2 s$"):
            ask(port, deadline_s=0.2)
        assert time.monotonic() - started < 3
        may_end.set()


def test_no_engine_is_no_connection() -> None:
    """Said in a few words that hold nothing of the client's."""
    with pytest.raises(EngineSilent, match=r"^no connection$"):
        ask(doors.free_port())
