"""What channels do with a notification: taken, later, never, silence, and a server that forgets (FAULTS 18-22)."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.handoff import sending, webhooks, worker
from bot.handoff.sending import Channels
from bot.handoff.webhooks import is_public, sign
from bot.records import contacts, deliveries
from bot.settings import Settings
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, House
from tests.handoff.processes import free_port, mail_server, settings_for

FIRST, SECOND, THIRD = NAMES
ADDRESSES = ("fable@example.org", "sample@example.org", "placeholder@example.org")


class Clock:
    """A wall clock that the test moves."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def _work(house: House, settings: Settings, times: list[datetime]) -> None:
    """A worker in this process looks at each of these times and ends what it began."""

    async def go() -> None:
        clock = Clock(times[0])
        async with httpx.AsyncClient(trust_env=False) as http:
            running = worker.Worker(
                settings=settings, store=house.store, texts=load_texts(), lines=load_lines(), http=http, now=clock
            )
            for at in times:
                clock.at = at
                await running.step()
                await running.settle()
            await running.close()

    asyncio.run(go())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the stores are."""
    return tmp_path


@pytest.mark.fault(19)
def test_a_451_is_tried_again_with_the_same_id_until_it_is_taken(house: House, folder: Path) -> None:
    """The code is recorded; the second attempt, a little later, is the same notification."""
    episode = house.alert()
    with mail_server(answers={ADDRESSES[0]: "451 try later"}) as server:
        settings = settings_for(folder, smtp_port=server.port)
        _work(house, settings, [AT])
        [row] = house.deliveries(episode.id)
        assert (row.state, row.code, row.attempts) == ("due", "451", 1)
        assert AT + timedelta(seconds=5) <= row.due_at <= AT + timedelta(seconds=7.5)
        assert house.card(episode.id)["state"] == "not_told"
        server.answers.clear()
        _work(house, settings, [AT + timedelta(seconds=4), AT + timedelta(seconds=8)])
        assert server.ids() == [f"<{row.notification_id}@interlude.example>"]
    [row] = house.deliveries(episode.id)
    assert (row.state, row.code, row.attempts) == ("sent", "250", 2)


@pytest.mark.fault(19)
def test_a_server_that_always_says_451_is_given_up_and_the_next_contact_is_told(house: House, folder: Path) -> None:
    """After six attempts; the reply time passes it on before that anyway."""
    episode = house.alert(severity=2)
    with mail_server(answers={ADDRESSES[0]: "451 try later"}) as server:
        settings = settings_for(folder, smtp_port=server.port)
        _work(house, settings, [AT + seconds * timedelta(seconds=1) for seconds in range(0, 420, 10)])
        assert server.asked.count(ADDRESSES[0]) == 6
    assert house.told(episode.id) == [FIRST, SECOND]
    assert [(row.state, row.code) for row in house.deliveries(episode.id)] == [("failed", "451"), ("sent", "250")]
    lines = [line["text"] for line in house.card(episode.id, AT + 8 * MINUTE)["people"]]
    assert set(lines) == {f"{FIRST} could not be reached.", f"{SECOND} was told."}


@pytest.mark.fault(18)
def test_a_550_goes_on_to_the_next_contact_at_once(house: House, folder: Path) -> None:
    """A permanent refusal is not tried again."""
    episode = house.alert()
    with mail_server(answers={ADDRESSES[0]: "550 no such user", ADDRESSES[1]: "550 no such user"}) as server:
        _work(
            house,
            settings_for(folder, smtp_port=server.port),
            [AT, AT + timedelta(seconds=1), AT + timedelta(seconds=2)],
        )
        assert server.asked == list(ADDRESSES)
    assert [(row.state, row.code) for row in house.deliveries(episode.id)] == [
        ("failed", "550"), ("failed", "550"), ("sent", "250"),
    ]  # fmt: skip
    assert house.episode(episode.id).state == "told"


@pytest.mark.fault(18)
def test_a_server_that_is_not_there_is_tried_again(house: House, folder: Path) -> None:
    """Refused connections are a passing trouble; nothing is lost meanwhile, and the card says so."""
    episode = house.alert()
    settings = settings_for(folder, smtp_port=free_port())
    _work(house, settings, [AT, AT + timedelta(seconds=10)])
    [row] = house.deliveries(episode.id)
    assert (row.state, row.attempts, row.code) == ("due", 2, None)
    assert row.error_class is not None
    assert row.error_class.startswith("aiosmtplib")
    assert house.card(episode.id, AT + timedelta(seconds=10))["state"] == "not_told"


@pytest.mark.fault(20)
def test_a_server_that_hangs_costs_its_time_out_and_nobody_else(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt ends, is tried again, and another contact's mail goes out beside it."""
    monkeypatch.setattr(sending, "MAIL_TIMEOUT_S", 0.5)
    episode = house.alert()
    with house.write() as tx:
        deliveries.plan(
            tx, episode_id=None, contact_id=house.contacts[1], channel_id=_channel(tx, 1).id, kind="drill",
            due_at=AT, notification_id="beside", at=AT,
        )  # fmt: skip
    with mail_server(answers={ADDRESSES[0]: "hang"}, hang_s=2.0) as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT])
        assert [str(mail["to"]) for mail in server.mails] == [ADDRESSES[1]]
    [row] = house.deliveries(episode.id)
    assert (row.state, row.attempts) == ("due", 1)
    assert row.error_class is not None
    assert "Timeout" in row.error_class


@pytest.mark.fault(20)
def test_a_channel_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch, folder: Path, house: House) -> None:
    """Above each channel's own time-out stands one for the attempt: a lease never runs out under a send."""
    monkeypatch.setattr(sending, "ATTEMPT_TIMEOUT_S", 0.1)

    async def never(_notice: Any) -> Any:
        await asyncio.sleep(60)

    result = _send_by(never, folder)
    assert (result.again, result.error) == (True, "builtins.TimeoutError")


def test_a_fault_of_ours_in_a_channel_is_an_attempt_that_failed(folder: Path) -> None:
    """One broken channel must not stop the worker; the class of the error is recorded and nothing of its text."""

    async def broken(_notice: Any) -> Any:
        raise LookupError("private words")

    result = _send_by(broken, folder)
    assert (result.again, result.error, result.code) == (True, "builtins.LookupError", None)


@pytest.mark.fault(21)
def test_a_server_that_takes_and_drops_is_caught_by_the_missing_answer(house: House, folder: Path) -> None:
    """ "Was told" is all that can be known; without an acknowledgement the next contact is told."""
    episode = house.alert()
    with mail_server(drops=True) as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT, AT + 5 * MINUTE, AT + 10 * MINUTE])
        assert server.mails == []
        assert server.asked == list(ADDRESSES)
    assert house.told(episode.id) == [FIRST, SECOND, THIRD]


def test_all_channels_of_a_contact_are_told_at_once(house: House, folder: Path) -> None:
    """Two addresses, two mails, one page."""
    with house.write() as tx:
        contacts.add_channel(tx, contact_id=house.contacts[0], kind="email", address="home@example.org", position=1)
    episode = house.alert()
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT])
        assert sorted(str(mail["to"]) for mail in server.mails) == ["fable@example.org", "home@example.org"]
        assert len(set(server.ids())) == 2
    assert house.episode(episode.id).pages == 1


def test_a_mail_is_in_the_language_of_the_person_told(house: House, folder: Path) -> None:
    """And marked as automatic, with the reference, the severity and the time that is left."""
    with house.write() as tx:
        from sqlalchemy import update

        from bot.records.schema import staff

        tx.run(update(staff).where(staff.c.person_id == house.staff[0]).values(language="es"))
    episode = house.alert()
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT])
        [mail] = server.mails
    assert mail["subject"] == f"Alerta {episode.reference}: inminente"
    assert mail["auto-submitted"] == "auto-generated"
    assert "Sin respuesta en 5 minutos" in mail.get_content()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("rise", "Alert {}: now imminent"), ("escalation", "Alert {}: imminent, no answer yet"),
        ("mail", "Alert {}: imminent, something was added"),
    ],
)  # fmt: skip
def test_each_kind_of_notification_says_what_it_is(house: House, folder: Path, kind: str, subject: str) -> None:
    """So that a second mail is not taken for a copy of the first."""
    episode = house.alert()
    with house.write() as tx:
        deliveries.plan(
            tx, episode_id=episode.id, contact_id=house.contacts[1], channel_id=_channel(tx, 1).id, kind=kind,
            due_at=AT, notification_id="n", at=AT,
        )  # fmt: skip
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT])
        found = {str(mail["to"]): str(mail["subject"]) for mail in server.mails}
    assert found[ADDRESSES[1]] == subject.format(episode.reference)


def test_a_drill_says_so_and_tells_no_episode(house: House, folder: Path) -> None:
    """Nobody takes it for an alert."""
    with house.write() as tx:
        row = deliveries.plan(
            tx, episode_id=None, contact_id=house.contacts[0], channel_id=_channel(tx, 0).id, kind="drill",
            due_at=AT, notification_id="drill.1", at=AT,
        )  # fmt: skip
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT])
        [mail] = server.mails
    assert str(mail["subject"]).startswith("DRILL ")
    assert f"/drills/{row.id}" in mail.get_content()


def test_a_channel_that_was_removed_fails_and_the_next_contact_is_told(house: House, folder: Path) -> None:
    """A closed account is no contact any more."""
    episode = house.alert()
    with house.write() as tx:
        from sqlalchemy import update

        from bot.records.schema import staff

        tx.run(update(staff).where(staff.c.person_id == house.staff[0]).values(status="closed"))
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT, AT + timedelta(seconds=1)])
        assert [str(mail["to"]) for mail in server.mails] == [ADDRESSES[1]]
    assert house.deliveries(episode.id)[0].error_class == "channel_gone"


def test_a_kind_of_channel_that_is_not_there_fails_at_once(house: House, folder: Path) -> None:
    """It is not tried again, for it cannot change."""
    with house.write() as tx:
        contacts.add_channel(tx, contact_id=house.contacts[0], kind="apprise", address="pager", position=2)
        contacts.add_channel(tx, contact_id=house.contacts[0], kind="sms", address="+12025550143", position=3)
    episode = house.alert()
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT])
    found = {row.error_class for row in house.deliveries(episode.id)}
    assert found == {None, "channel_not_available", "sms_gateway_not_set"}


def test_a_row_that_kills_its_workers_is_given_up(house: House, folder: Path) -> None:
    """Claimed again and again without a mark: after six attempts it is not sent once more."""
    episode = house.alert()
    with house.write() as tx:
        for attempt in range(worker.ATTEMPTS):
            [row] = deliveries.claim_due(tx, worker="x", at=AT + attempt * MINUTE, lease_s=60, limit=1)
        assert row.attempts == worker.ATTEMPTS
    with mail_server() as server:
        _work(house, settings_for(folder, smtp_port=server.port), [AT + worker.ATTEMPTS * MINUTE])
        assert ADDRESSES[0] not in server.asked
    assert house.deliveries(episode.id)[0].error_class == "attempts_used_up"


@pytest.mark.parametrize(
    ("attempt", "least", "most"), [(1, 5, 7.5), (2, 10, 15), (3, 20, 30), (5, 60, 90), (40, 60, 90)]
)
def test_retries_are_doubled_bounded_and_spread(attempt: int, least: float, most: float) -> None:
    """Seconds."""
    assert worker.retry_after_s(attempt, chance=lambda: 0.0) == least
    assert worker.retry_after_s(attempt, chance=lambda: 1.0) == most


# --- webhooks and text messages ---------------------------------------------------------------------------------------


class Hook(BaseHTTPRequestHandler):
    """Answers as told, and keeps what it got."""

    server: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.got.append((dict(self.headers), body))
        code = self.server.codes.pop(0) if self.server.codes else 200
        self.send_response(code)
        if code in (301, 307):
            self.send_header("location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def hook_server(*codes: int) -> Iterator[Any]:
    """A web server on loopback that answers these codes in turn, then 200."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.codes = [], list(codes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def _hooked(house: House, address: str) -> None:
    """The first contact is reached by this webhook alone."""
    from sqlalchemy import update

    from bot.records.schema import channels

    with house.write() as tx:
        tx.run(
            update(channels).where(channels.c.contact_id == house.contacts[0]).values(kind="webhook", address=address)
        )


@pytest.mark.fault(22)
def test_a_webhook_is_signed_and_carries_the_id_and_no_word_of_the_client(house: House, folder: Path) -> None:
    """The receiver can check who sent it and recognise a second copy."""
    with hook_server() as server:
        address = f"http://127.0.0.1:{server.server_port}/alerts?team=1"
        _hooked(house, address)
        episode = house.alert()
        settings = settings_for(
            folder, smtp_port=free_port(), webhook_private_hosts=(f"127.0.0.1:{server.server_port}",)
        )
        _work(house, settings, [AT])
        [(headers, body)] = server.got
    [row] = house.deliveries(episode.id)
    assert (row.state, row.code) == ("sent", "200")
    told = json.loads(body)
    assert told == {
        "id": row.notification_id, "kind": "alert", "reference": episode.reference, "severity": 3,
        "link": f"http://localhost:8001/episodes/{episode.id}",
    }  # fmt: skip
    named = {name.lower(): value for name, value in headers.items()}
    assert named[webhooks.NOTIFICATION] == row.notification_id
    at = int(named[webhooks.SIGNATURE].partition(",")[0].removeprefix("t="))
    key = worker.signing_key(house.store)(address)
    assert named[webhooks.SIGNATURE] == sign(body, key=key, at=at)
    assert b"crisis words" not in body


@pytest.mark.fault(22)
def test_a_webhook_that_answers_500_is_tried_again_and_one_that_answers_404_is_not(house: House, folder: Path) -> None:
    """A server's trouble passes; a refusal of the request does not, and the next contact is told."""
    with hook_server(500, 404) as server, mail_server() as mails:
        _hooked(house, f"http://127.0.0.1:{server.server_port}/alerts")
        episode = house.alert()
        settings = settings_for(
            folder, smtp_port=mails.port, webhook_private_hosts=(f"127.0.0.1:{server.server_port}",)
        )
        _work(house, settings, [AT])
        assert [(row.state, row.code) for row in house.deliveries(episode.id)] == [("due", "500")]
        _work(house, settings, [AT + timedelta(seconds=10), AT + timedelta(seconds=11)])
        assert [(row.state, row.code) for row in house.deliveries(episode.id)] == [("failed", "404"), ("sent", "250")]
        assert len(server.got) == 2


@pytest.mark.fault(22)
def test_a_webhook_that_says_nothing_costs_its_time_out(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that takes connections and never answers."""
    monkeypatch.setattr(webhooks, "WEBHOOK_TIMEOUT_S", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        _hooked(house, f"http://127.0.0.1:{port}/")
        episode = house.alert()
        _work(house, settings_for(folder, smtp_port=free_port(), webhook_private_hosts=(f"127.0.0.1:{port}",)), [AT])
    [row] = house.deliveries(episode.id)
    assert (row.state, row.error_class) == ("due", "httpx.ReadTimeout")


@pytest.mark.fault(22)
def test_a_redirect_is_not_followed(house: House, folder: Path) -> None:
    """It could lead into the practice's own network."""
    with hook_server(307) as server:
        _hooked(house, f"http://127.0.0.1:{server.server_port}/alerts")
        episode = house.alert()
        settings = settings_for(
            folder, smtp_port=free_port(), webhook_private_hosts=(f"127.0.0.1:{server.server_port}",)
        )
        _work(house, settings, [AT])
        assert len(server.got) == 1
    assert house.deliveries(episode.id)[0].code == "307"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://[::1]:{port}/",
        "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "http://example.org/",
        "https://user:word@example.org/", "ftp://example.org/", "https:///nothing",
    ],
)  # fmt: skip
def test_a_webhook_into_the_own_network_is_refused_without_a_connection(
    house: House, folder: Path, address: str
) -> None:
    """Whoever may enter an address in the portal must not be able to make this machine call its neighbours."""
    with hook_server() as server:
        _hooked(house, address.format(port=server.server_port))
        episode = house.alert()
        _work(house, settings_for(folder, smtp_port=free_port()), [AT])
        assert server.got == []
    row = house.deliveries(episode.id)[0]
    assert row.error_class in ("only_https", "private_address")
    assert row.attempts == 1


def test_a_name_is_looked_up_once_and_the_checked_address_is_called(
    folder: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers a public address first and a private one next leads nowhere (rebinding)."""
    looked: list[str] = []
    called: list[httpx.Request] = []

    async def look_up(_loop: Any, host: str, port: int, **_: Any) -> list[Any]:
        looked.append(host)
        address = "93.184.215.14" if len(looked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def answer(request: httpx.Request) -> httpx.Response:
        called.append(request)
        return httpx.Response(200)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    _hooked(house, "https://hooks.example.org/alerts?team=1")
    house.alert()

    async def go() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            running = worker.Worker(
                settings=settings_for(folder, smtp_port=free_port()), store=house.store, texts=load_texts(),
                lines=load_lines(), http=http, now=lambda: AT,
            )  # fmt: skip
            await running.step()
            await running.settle()
            await running.close()

    asyncio.run(go())
    assert looked == ["hooks.example.org"]
    [request] = called
    assert str(request.url) == "https://93.184.215.14/alerts?team=1"
    assert request.headers["host"] == "hooks.example.org"
    assert request.extensions["sni_hostname"] == "hooks.example.org"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("127.0.0.1", False),
        ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("100.64.0.1", False),
        ("169.254.1.1", False), ("224.0.0.1", False), ("0.0.0.0", False), ("::1", False), ("fe80::1", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("::ffff:93.184.215.14", True), ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """An IPv4 address inside an IPv6 one counts as itself."""
    import ipaddress

    assert is_public(ipaddress.ip_address(address)) is public


def test_a_text_message_goes_through_the_operators_gateway(house: House, folder: Path) -> None:
    """Number, short text and id; the gateway is the operator's own, so it may be anywhere."""
    from sqlalchemy import update

    from bot.records.schema import channels

    with house.write() as tx:
        tx.run(
            update(channels)
            .where(channels.c.contact_id == house.contacts[0])
            .values(kind="sms", address="+12025550143")
        )
    episode = house.alert()
    with hook_server() as server:
        settings = settings_for(
            folder,
            smtp_port=free_port(),
            sms_gateway_url=f"http://127.0.0.1:{server.server_port}/sms",
            sms_gateway_token="a-token",
        )
        _work(house, settings, [AT])
        [(headers, body)] = server.got
    assert json.loads(body) == {
        "id": house.deliveries(episode.id)[0].notification_id,
        "to": "+12025550143",
        "text": f"{episode.reference} imminent: http://localhost:8001/episodes/{episode.id}",
    }
    named = {name.lower(): value for name, value in headers.items()}
    assert named[webhooks.SIGNATURE].startswith("t=")


# --- signs of life ----------------------------------------------------------------------------------------------------


@pytest.mark.fault(24)
def test_the_outside_address_is_called_while_the_worker_lives(house: House, folder: Path) -> None:
    """At the first look and then every 30 s, not at every look; a failing address stops nothing."""
    with hook_server(500) as server:
        settings = settings_for(
            folder, smtp_port=free_port(), heartbeat_url=f"http://127.0.0.1:{server.server_port}/ping"
        )
        _work(house, settings, [AT, AT + MINUTE])
        assert len(server.got) == 1
    _work(house, settings, [AT])


@pytest.mark.fault(24)
def test_a_worker_that_cannot_reach_its_records_pings_nobody(house: House, folder: Path) -> None:
    """A sign of life that is only a process's would be a lie."""
    from bot.records import StoreError

    async def go(port: int) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            running = worker.Worker(
                settings=settings_for(folder, smtp_port=free_port(), heartbeat_url=f"http://127.0.0.1:{port}/"),
                store=house.store, texts=load_texts(), lines=load_lines(), http=http, now=lambda: AT,
            )  # fmt: skip
            house.store._writers.dispose()
            with pytest.raises(StoreError):
                await running.step()
            await running.settle()
            await running.close()

    with hook_server() as server:
        path = folder / "records.db"
        path.rename(folder / "gone.db")
        (folder / "records.db").mkdir()
        asyncio.run(go(server.server_port))
        assert server.got == []


def _channel(tx: Any, number: int) -> contacts.Channel:
    return contacts.contacts(tx)[number].channels[0]


def _send_by(way: Callable[[Any], Awaitable[Any]], folder: Path) -> Any:
    """One attempt through a channel that does what `way` does."""
    from bot.handoff.notices import Notice

    notice = Notice(
        id="n", kind="alert", channel="odd", address="x", reference="R", severity=3, link="l", subject="s", body="b",
        short="s",
    )  # fmt: skip

    async def go() -> Any:
        async with httpx.AsyncClient() as http:
            channels = Channels(settings_for(folder, smtp_port=1), signing_key=lambda _: b"k", http=http)
            channels._ways = {"odd": way}
            return await channels.send(notice)

    return asyncio.run(go())
