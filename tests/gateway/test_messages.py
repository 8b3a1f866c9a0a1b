"""One message: assessed, shown, stored, acknowledged, in this order; each once; odd ones refused (I1, I3)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gateway import receiving
from bot.gateway.identity import load_person
from bot.gateway.memory import Memory
from bot.gateway.receiving import Incoming, Receiver
from bot.gateway.sealing import SealingKey
from bot.records import Tx, Writer, assessments, conversations, deliveries, episodes
from bot.records.conversations import Message
from bot.records.sqlcipher import connect
from bot.texts import load_lines, load_texts
from bot.web.tokens import token_hash
from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device, lines
from tests.gateway.test_sealing import seal

CRISIS = "I want to kill myself tonight"


@pytest.fixture
def ada(door: Door) -> Device:
    """The device of a client who has just agreed."""
    return door.device(doors.enrol(door.store, door.people.wren))


@pytest.fixture(scope="module")
def bo(door: Door) -> Device:
    """The device of a client who has been here for a while: for tests that do not mind what was said before."""
    return door.device(doors.enrol(door.store, door.people.wren))


def stored(door: Door, message_id: str) -> Message | None:
    """The message in the records, by a connection that is not the door's."""
    with door.store.read() as tx:
        return conversations.message(tx, message_id)


def wait_until(look: Callable[[], Any], limit_s: float = 10) -> Any:
    """The first true answer."""
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(0.01)
    return found


@contextlib.contextmanager
def locked(door: Door) -> Iterator[None]:
    """Nobody else can write to the records in the block."""
    other = connect(door.settings.root / "var/records.db", door.store.keyring.database_key("records"), busy_timeout_s=5)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


# --- I1, I3 -------------------------------------------------------------------------------------------------


def test_an_acknowledged_message_is_durable_with_its_assessment(door: Door, ada: Device) -> None:
    """Whoever looks when the ack arrives, from another connection, finds message and assessment."""
    message_id = uuid.uuid4().hex
    (ack,) = ada.sends("a walk in the rain", message_id=message_id)
    found = stored(door, message_id)
    assert found is not None
    assert ack == {"type": "ack", "id": message_id, "offset": found.offset}
    assert (found.text, found.role, found.kind) == ("a walk in the rain", "client", "text")
    with door.store.read() as tx:
        assert assessments.assessment_of(tx, message_id) is not None


def test_an_acknowledged_alert_has_its_episode_and_its_first_delivery(door: Door, ada: Device) -> None:
    """The card comes first; with the ack, the episode and somebody to be told are durable."""
    message_id = uuid.uuid4().hex
    card, ack = ada.sends(CRISIS, message_id=message_id)
    assert (card["type"], card["card"]["state"], ack["type"]) == ("card", "noticed", "ack")
    with door.store.read() as tx:
        found = stored(door, message_id)
        assert found is not None
        episode = episodes.open_episode_of(tx, found.conversation_id)
        assert episode is not None
        assert episode.first_message_id == message_id
        assert [row.kind for row in deliveries.of_episode(tx, episode.id)][:1] == ["alert"]


@pytest.mark.fault(16)
def test_no_ack_without_a_commit_when_the_records_are_locked(door: Door, ada: Device) -> None:
    """The card appears at once, then the truth: nobody could be told. Sent again after the lock, it is stored."""
    message_id = uuid.uuid4().hex
    with locked(door):
        started = time.monotonic()
        with ada.http.stream(
            "POST", "/api/messages", json={"id": message_id, "text": CRISIS}, headers=ada.headers()
        ) as answer:
            steps = answer.iter_lines()
            first = json.loads(next(steps))
            card_s = time.monotonic() - started
            rest = [json.loads(line) for line in steps]
        waited_s = time.monotonic() - started
        assert stored(door, message_id) is None
    assert (first["type"], first["card"]["state"]) == ("card", "noticed")
    assert [(step["type"], step["card"]["state"]) for step in rest] == [("not_stored", "not_stored")]
    assert any(line["number"] == "988" for line in rest[0]["card"]["lines"])
    assert card_s < 0.3
    assert waited_s < door.settings.commit_deadline_s + 1
    assert [step["type"] for step in ada.sends(CRISIS, message_id=message_id)] == ["card", "ack"]
    assert len([message for message in ada.history() if message["id"] == message_id]) == 1


def test_an_ordinary_message_that_is_not_stored_is_said_so_without_a_card(door: Door, ada: Device) -> None:
    """The widget keeps it and sends it again; nobody is frightened by a card."""
    with locked(door):
        assert [(step["type"], step["card"]) for step in ada.sends("a walk in the rain")] == [("not_stored", None)]


def test_a_fault_of_ours_in_the_commit_is_not_stored_and_not_silent(
    door: Door, ada: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a verb raises, the client hears the truth and the card says whom to call."""

    def broken(_tx: Tx, **_given: object) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(receiving, "commit", broken)
    steps = ada.sends(CRISIS)
    assert [step["type"] for step in steps] == ["card", "not_stored"]
    assert steps[1]["card"]["state"] == "not_stored"


def test_an_assessment_that_fails_is_an_alert(door: Door, ada: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not read is not harmless: severity 2, category unassessed, a person is told."""

    def broken(_turns: object, **_given: object) -> None:
        raise RecursionError

    monkeypatch.setattr(receiving, "assess", broken)
    message_id = uuid.uuid4().hex
    assert [step["type"] for step in ada.sends("anything at all", message_id=message_id)] == ["card", "ack"]
    with door.store.read() as tx:
        found = assessments.assessment_of(tx, message_id)
        assert found is not None
        assert (found.level, found.severity, found.categories) == ("alert", 2, ("unassessed",))


def test_a_card_that_cannot_be_made_does_not_keep_the_alert_from_being_stored(
    door: Door, ada: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in a text costs the card, never the person who is told."""

    def broken(*_given: object, **_named: object) -> None:
        raise KeyError("card.self_title")

    monkeypatch.setattr(receiving.card, "first_card", broken)
    assert [step["type"] for step in ada.sends(CRISIS)] == ["ack"]


def test_a_client_who_puts_the_phone_away_is_heard_all_the_same(door: Door, ada: Device) -> None:
    """The line is cut as soon as the first byte is back: the message is stored and the alert opened."""
    message_id = uuid.uuid4().hex
    body = json.dumps({"id": message_id, "text": CRISIS}).encode()
    headers = {
        **ada.headers(),
        "host": "localhost",
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    head = "POST /api/messages HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with locked(door):
        with socket.create_connection(("127.0.0.1", door.settings.gateway_port)) as line:
            line.sendall(head.encode() + b"\r\n" + body)
            assert line.recv(1) == b"H"
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        time.sleep(0.2)  # the cut reaches the door while the commit still waits
    found = wait_until(lambda: stored(door, message_id))
    with door.store.read() as tx:
        assert episodes.open_episode_of(tx, found.conversation_id) is not None


def test_the_work_goes_on_when_nobody_asks_for_the_next_step(door: Door) -> None:
    """The answer is given up right after the card, before anything was stored: message and alert are stored."""
    client_id, message_id = doors.enrol(door.store, door.people.wren), uuid.uuid4().hex
    token = doors.sign_in(door.store, client_id, "client")
    with door.store.read() as tx:
        person = load_person(tx, token_hash(token), texts=load_texts(), at=doors.now())
    assert person is not None

    async def run() -> dict[str, Any]:
        writer = Writer(door.store)
        receiver = Receiver(
            records=writer,
            memory=Memory(),
            texts=load_texts(),
            lines=load_lines(),
            commit_deadline_s=5,
            wake=lambda _: None,
        )
        steps = receiver.receive(Incoming(id=message_id, text=CRISIS), person)
        first = await anext(steps)
        await steps.aclose()
        await receiver.finish()
        writer.close()
        return first

    assert asyncio.run(run())["type"] == "card"
    with door.store.read() as tx:
        assert episodes.open_episode_of(tx, person.conversation_id) is not None
    assert stored(door, message_id) is not None


# --- once ---------------------------------------------------------------------------------------------------


@pytest.mark.fault(26)
def test_a_message_sent_a_hundred_times_is_one(door: Door, ada: Device) -> None:
    """From several lines at once: every answer is the same ack, and there is one message."""
    message_id = uuid.uuid4().hex
    answers: list[dict[str, Any]] = []

    def send() -> None:
        with httpx.Client(base_url=door.url, timeout=30) as http:
            device = Device(http=http, origin=ada.origin, cookie=ada.cookie)
            for _ in range(25):
                answers.extend(device.sends("hello", message_id=message_id))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 100
    assert {json.dumps(answer) for answer in answers} == {json.dumps(answers[0])}
    assert [message["text"] for message in ada.history() if message["role"] == "client"].count("hello") == 1


@pytest.mark.fault(27)
def test_the_same_id_with_another_body_is_refused(door: Door, ada: Device) -> None:
    """409 before anything is said; after a card, which could not wait, as a line of its own. The first one stays."""
    message_id = uuid.uuid4().hex
    ada.sends("hello", message_id=message_id)
    answer = ada.tries("something else", message_id=message_id)
    assert (answer.status_code, answer.json()) == (409, {"error": {"code": "same_id_other_body"}})
    steps = lines(ada.tries(CRISIS, message_id=message_id))
    assert [step["type"] for step in steps] == ["card", "refused"]
    assert steps[1] == {"type": "refused", "id": message_id, "error": {"code": "same_id_other_body"}}
    found = stored(door, message_id)
    assert found is not None
    assert found.text == "hello"


@pytest.mark.fault(27)
def test_the_id_of_another_clients_message_tells_nothing(door: Door, ada: Device) -> None:
    """The same words under an id that somebody else used: refused, and the other's message is not shown."""
    message_id = uuid.uuid4().hex
    ada.sends("hello", message_id=message_id)
    other = door.device(doors.enrol(door.store, door.people.wren))
    assert other.tries("hello", message_id=message_id).status_code == 409
    assert message_id not in [message["id"] for message in other.history()]


def test_a_button_sent_again_is_the_same_although_its_words_are_not_known_any_more(door: Door, ada: Device) -> None:
    """The resend after a restart of the door, when the button's label is out of memory, is no other body."""
    message_id = uuid.uuid4().hex
    for _ in range(2):
        assert [step["type"] for step in ada.sends(None, message_id=message_id, option="menu")] == ["ack"]
        ada.post("/api/settings", {"language": "es"}).raise_for_status()


# --- size and shape -----------------------------------------------------------------------------------------


@pytest.mark.fault(31)
def test_forty_thousand_characters_are_stored_whole(door: Door, ada: Device) -> None:
    """Of any alphabet; one more is refused with the limit named."""
    message_id = uuid.uuid4().hex
    text = "🌧 lluvia " * 4_444 + "the end."
    assert len(text) == 40_004
    text = text[4:]
    assert ada.sends(text, message_id=message_id)[-1]["type"] == "ack"
    found = stored(door, message_id)
    assert found is not None
    assert found.text == text
    answer = ada.tries(text + "x")
    assert (answer.status_code, answer.json()) == (413, {"error": {"code": "too_long", "limit": 40_000}})


@pytest.mark.fault(30)
def test_ten_megabytes_are_refused_with_the_limit_named(door: Door, bo: Device) -> None:
    """With a length said before, and without one; the door answers others meanwhile."""
    body = json.dumps({"id": uuid.uuid4().hex, "text": "x" * 10_000_000}).encode()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    for content in (body, pieces()):
        with httpx.Client(base_url=door.url, timeout=30) as http:
            try:
                answer = http.post(
                    "/api/messages", content=content, headers=bo.headers(content_type="application/json")
                )
            except httpx.WriteError:
                continue  # the door has said no and hung up before all of it was sent
            assert (answer.status_code, answer.json()) == (413, {"error": {"code": "too_long", "limit": 40_000}})
    assert bo.sends("hello")[-1]["type"] == "ack"


@pytest.mark.fault(36)
@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003"])
def test_an_empty_message_is_refused(bo: Device, text: str) -> None:
    """Nothing but space, of any kind."""
    answer = bo.tries(text)
    assert (answer.status_code, answer.json()) == (400, {"error": {"code": "empty"}})


@pytest.mark.fault(34)
@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\u202edlrow\u202c", "e\u0301\ufeff", "\U0010ffff", "\x1b[2J"])
def test_odd_characters_are_stored_as_they_came(door: Door, bo: Device, text: str) -> None:
    """NUL, direction marks, combining and last characters, an escape sequence: kept and given back."""
    message_id = uuid.uuid4().hex
    assert bo.sends(text, message_id=message_id)[-1]["type"] == "ack"
    assert bo.history()[-1]["text"] == text or text in [message["text"] for message in bo.history()]


@pytest.mark.fault(34)
def test_half_a_character_costs_nothing_but_itself(door: Door, bo: Device) -> None:
    """A lone surrogate, sealed or as JSON, never breaks the conversation: stored as U+FFFD, or refused as malformed."""
    jwk = door.device().get("/api/open").json()["key"]
    key = SealingKey(door.store.keyring.mac("gateway sealing", b"v1"))
    assert key.jwk == jwk["jwk"]
    message_id = uuid.uuid4().hex
    sealed = seal(key, "half \ud83d of it \ude00.", message_id)
    body = {"id": message_id, "sealed": {"key": sealed.key, "epk": sealed.epk, "iv": sealed.iv, "body": sealed.body}}
    assert lines(bo.post("/api/messages", body))[-1]["type"] == "ack"
    found = stored(door, message_id)
    assert found is not None
    assert found.text == "half \ufffd of it \ufffd."
    raw = b'{"id": "%s", "text": "half \\ud83d"}' % uuid.uuid4().hex.encode()
    answer = bo.http.post("/api/messages", content=raw, headers=bo.headers())
    assert answer.status_code in (200, 400)
    assert bo.get("/api/history").status_code == 200


def test_bad_utf8_is_refused(bo: Device) -> None:
    """Bytes that are no text."""
    raw = b'{"id": "%s", "text": "\xff\xfe"}' % uuid.uuid4().hex.encode()
    assert bo.http.post("/api/messages", content=raw, headers=bo.headers()).status_code == 400


ID = uuid.uuid4().hex
MALFORMED = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"[" * 100_000,
    b'{"id":' * 50_000,
    b'{"id": "%s", "text": %s}' % (ID.encode(), b"[" * 20_000 + b"]" * 20_000),
    b'{"id": "%s", "sealed": %s}' % (ID.encode(), b'{"epk":' * 20_000 + b"1" + b"}" * 20_000),
    b'{"id": "%s"}' % ID.encode(),
    b'{"id": "%s", "text": 7}' % ID.encode(),
    b'{"id": "%s", "text": null}' % ID.encode(),
    b'{"id": "%s", "text": ["hello"]}' % ID.encode(),
    b'{"id": 7, "text": "hello"}',
    b'{"id": "%s", "text": "hello", "option": "menu"}' % ID.encode(),
    b'{"id": "%s", "text": "hello", "role": "person"}' % ID.encode(),
    b'{"id": "%s", "text": "hello", "step": 7}' % ID.encode(),
    b'{"id": "%s", "text": "hello", "sender": "another"}' % ID.encode(),
    b'{"id": "%s", "text": "hello", "conversation_id": "another"}' % ID.encode(),
    b'{"id": "%s", "text": "hello", "reflection_id": "%s"}' % (ID.encode(), b"x" * 37),
    b'{"id": "%s", "sealed": {}}' % ID.encode(),
    b'{"id": "%s", "sealed": {"key": "k", "epk": {"x": 1}, "iv": "", "body": ""}}' % ID.encode(),
    b'{"id": "%s", "sealed": {"key": "k", "epk": {}, "iv": "", "body": "", "holds": "file"}}' % ID.encode(),
]


@pytest.mark.fault(35)
@pytest.mark.parametrize("raw", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_message_is_400_and_never_500(bo: Device, raw: bytes) -> None:
    """Depth, arrays, wrong types, unknown fields, two bodies in one, none at all."""
    answer = bo.http.post("/api/messages", content=raw, headers=bo.headers(content_type="application/json"))
    assert (answer.status_code, answer.json()) == (400, {"error": {"code": "malformed"}})


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"id": "x", "text": "hello"}, "bad_id"),
        ({"id": f"{ID}\n", "text": "hello"}, "bad_id"),
        ({"id": "../../etc/passwd", "text": "hello"}, "bad_id"),
        ({"id": ID.upper(), "text": "hello"}, "bad_id"),
        ({"id": ID, "option": "Menu"}, "bad_option"),
        ({"id": ID, "option": "menu\x00"}, "bad_option"),
        ({"id": ID, "option": "m" * 81}, "bad_option"),
        ({"id": ID, "option": ""}, "bad_option"),
    ],
)
def test_ids_and_options_are_what_they_should_be(bo: Device, fields: dict[str, str], code: str) -> None:
    """They reach plain columns and the engine: nothing but an id passes."""
    answer = bo.post("/api/messages", fields)
    assert (answer.status_code, answer.json()) == (400, {"error": {"code": code}})


json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just(ID) | json_value,
        "text": json_value,
        "option": json_value,
        "step": json_value,
        "reflection_id": json_value,
        "sealed": json_value,
        "other": json_value,
    },
)


@pytest.mark.fault(35)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=fields | json_value)
def test_no_body_whatever_is_a_fault_of_ours(bo: Device, body: Any) -> None:
    """Any JSON is answered, by a message or by a refusal."""
    answer = bo.http.post("/api/messages", json=body, headers=bo.headers())
    assert answer.status_code in (200, 400, 409)


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    "text", ["/restart", "/session_start", "/EXTERNAL: x", "  /intent@.99{}", "{{7*7}}", "<script>1</script>", "=1+1"]
)
def test_commands_are_literal_text(door: Door, bo: Device, text: str) -> None:
    """What looks like an order to some program is stored as what somebody wrote (I10)."""
    message_id = uuid.uuid4().hex
    assert bo.sends(text, message_id=message_id)[-1]["type"] == "ack"
    found = stored(door, message_id)
    assert found is not None
    assert (found.text, found.kind, found.role, found.option) == (text, "text", "client", None)


@pytest.mark.parametrize("step", ["a step", "mood'; --", "x" * 64, "\x00"])
def test_a_wrong_label_does_not_cost_the_message(door: Door, ada: Device, step: str) -> None:
    """Where a client claims to be is left out if it is no name; the words are heard all the same."""
    assert [found["type"] for found in ada.sends(CRISIS, step=step, reflection_id="no id")] == ["card", "ack"]


# --- sealed -------------------------------------------------------------------------------------------------


def sealed_body(door: Door, text: str, message_id: str, **changes: str) -> dict[str, Any]:
    """A message as the widget keeps it on the device."""
    key = SealingKey(door.store.keyring.mac("gateway sealing", b"v1"))
    sealed = seal(key, text, message_id)
    content = {"key": sealed.key, "epk": sealed.epk, "iv": sealed.iv, "body": sealed.body, **changes}
    return {"id": message_id, "sealed": content}


def test_a_message_that_waited_sealed_is_opened_and_read(door: Door, ada: Device) -> None:
    """It is assessed like any other, and known as the one that was sent in the open."""
    message_id = uuid.uuid4().hex
    assert [step["type"] for step in lines(ada.post("/api/messages", sealed_body(door, CRISIS, message_id)))] == [
        "card", "ack",
    ]  # fmt: skip
    assert ada.sends(CRISIS, message_id=message_id)[-1]["type"] == "ack"


def test_a_button_that_waited_sealed_is_a_button(door: Door, bo: Device) -> None:
    """Pressed without a connection, it is sent later as what it was; a text in its place is refused."""
    message_id = uuid.uuid4().hex
    body = sealed_body(door, "menu", message_id, holds="option")
    assert lines(bo.post("/api/messages", body))[-1]["type"] == "ack"
    found = stored(door, message_id)
    assert found is not None
    assert (found.option, found.kind) == ("menu", "option")
    answer = bo.post("/api/messages", sealed_body(door, "/restart now", uuid.uuid4().hex, holds="option"))
    assert (answer.status_code, answer.json()) == (400, {"error": {"code": "bad_option"}})


def test_what_was_sealed_to_another_key_is_refused(door: Door, bo: Device) -> None:
    """The widget has words for it."""
    body = sealed_body(door, "hello", uuid.uuid4().hex, key="another")
    answer = bo.post("/api/messages", body)
    assert (answer.status_code, answer.json()) == (400, {"error": {"code": "cannot_open"}})


def test_a_sealed_message_has_the_same_limit(door: Door, bo: Device) -> None:
    """What is inside is counted, and the largest that may be sent fits through the door."""
    message_id = uuid.uuid4().hex
    assert lines(bo.post("/api/messages", sealed_body(door, "🌧" * 40_000, message_id)))[-1]["type"] == "ack"
    answer = bo.post("/api/messages", sealed_body(door, "x" * 40_001, uuid.uuid4().hex))
    assert (answer.status_code, answer.json()) == (413, {"error": {"code": "too_long", "limit": 40_000}})


# --- I6 -----------------------------------------------------------------------------------------------------


@pytest.mark.fault(48)
def test_no_word_of_a_client_reaches_a_log_or_an_error(
    door: Door, ada: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused, a failed and a stored message, and one that the store could not take: the canary is in no log line."""
    canary = f"canary{base64.b32encode(os.urandom(8)).decode().strip('=').lower()}"
    answers = []
    with structlog.testing.capture_logs() as logged, caplog.at_level("DEBUG"):
        answers.append(ada.tries(canary, message_id="bad").text)
        answers.append(ada.post("/api/messages", {"id": ID, "text": [canary]}).text)
        answers.append(ada.post("/api/messages", {canary: 1}).text)
        answers.append(ada.get(f"/api/summaries/{canary}").text)
        with locked(door):
            answers.append(json.dumps([step["type"] for step in ada.sends(f"{CRISIS} {canary}")]))

        def broken(_tx: Tx, **_given: object) -> None:
            raise ValueError(canary)

        with monkeypatch.context() as patch:
            patch.setattr(receiving, "commit", broken)
            ada.sends(f"{CRISIS} {canary}")
        ada.sends(f"{CRISIS} {canary}")
    assert canary not in json.dumps(logged, default=str)
    assert canary not in caplog.text.replace(f"/api/summaries/{canary}", "")
    assert canary not in "".join(answers)
    assert any(line["event"] == "not_stored" for line in logged)
