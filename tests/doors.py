"""A door of the product on a real port in this process, its store beside it, and people who hold keys to it."""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from litestar.types import ASGIApp

from bot.privacy.opening import open_records
from bot.privacy.practice_key import make_practice_key
from bot.records import Store, Tx, contacts, people, practice, signing
from bot.settings import Settings
from bot.web.passwords import hash_password
from bot.web.tokens import new_code, new_token, token_hash

PASSWORD = "a password of the tests"
START_LIMIT_S = 30.0


def now() -> datetime:
    """This moment, as the product has it."""
    return datetime.now(UTC)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_in(folder: Path, **values: object) -> Settings:
    """Settings of a practice in `folder`; engine and action server are ports that nobody listens on."""
    ports = {name: free_port() for name in ("gateway_port", "portal_port", "engine_port", "actions_port")}
    (folder / "var").mkdir()
    make_practice_key(folder / "var" / "practice.key")
    return Settings(
        root=folder,
        public_url_client=f"http://localhost:{ports['gateway_port']}",
        public_url_staff=f"http://localhost:{ports['portal_port']}",
        widget_origins=("https://practice.example", "https://other.example"),
        engine_token="engine token of the tests",
        actions_token="actions token of the tests",
        **{**ports, **values},  # type: ignore[arg-type]
    )


@contextlib.contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[str]:
    """Serves until the block ends; gives the address."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name=f"door {port}")
    thread.start()
    deadline = time.monotonic() + START_LIMIT_S
    while not server.started:
        assert thread.is_alive(), "the door did not start"
        assert time.monotonic() < deadline, f"the door did not start within {START_LIMIT_S:.0f} s"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass(frozen=True)
class People:
    """Ids of those whom `fill` made. Ada is a client of Wren's, Bo of Robin's; Jo is on call, Sam owns the practice."""

    wren: str
    robin: str
    jo: str
    sam: str
    ada: str
    bo: str


# login -> roles
STAFF = {"wren": ("therapist",), "robin": ("therapist",), "jo": ("on_call",), "sam": ("owner",)}


def fill(store: Store) -> People:
    """A practice that somebody answers for at any hour."""
    at = datetime.now(UTC)
    with store.write() as tx:
        practice.set_practice(tx, name="Test Practice", languages=("en", "es"), country="US")
        contacts.set_coverage(tx, hours=[(day, "00:00", "24:00") for day in range(7)], time_zone="UTC")
        ids = {login: _staff(tx, login, roles, at) for login, roles in STAFF.items()}
        for position, login in enumerate(("jo", "wren")):
            contact_id = contacts.add_contact(tx, person_id=ids[login], position=position, at=at)
            contacts.add_channel(
                tx, contact_id=contact_id, kind="email", address=f"{login}@example.org", position=position
            )
        for name, therapist in (("ada", "wren"), ("bo", "robin")):
            ids[name] = _client(tx, f"{name.title()} Example", ids[therapist], at)
    return People(**ids)


def enrol(store: Store, therapist_id: str, name: str = "Ada Example") -> str:
    """A further client; the id."""
    with store.write() as tx:
        return _client(tx, name, therapist_id, datetime.now(UTC))


@functools.cache
def password_hash() -> str:
    """The stored form of PASSWORD; made once, because it is meant to take its time."""
    return hash_password(PASSWORD)


def _client(tx: Tx, name: str, therapist_id: str, at: datetime) -> str:
    return people.create_client(
        tx,
        name=name,
        pronouns=None,
        language="en",
        address="tu",
        country="US",
        therapist_id=therapist_id,
        phone="+1 202 555 0143",
        at=at,
    )


def _staff(tx: Tx, login: str, roles: tuple[str, ...], at: datetime) -> str:
    return people.create_staff(
        tx,
        login=login,
        display_name=f"{login.title()} Sample",
        password_hash=password_hash(),
        roles=roles,
        email=f"{login}@example.org",
        language="en",
        at=at,
    )


def invite(store: Store, client_id: str, *, lasts: timedelta = timedelta(days=1)) -> str:
    """A new code for a client."""
    code, at = new_code(), datetime.now(UTC)
    with store.write() as tx:
        signing.create_invite(tx, client_id=client_id, token_hash=token_hash(code), expires_at=at + lasts, at=at)
    return code


def sign_in(store: Store, person_id: str, door: str, *, lasts: timedelta = timedelta(days=1)) -> str:
    """A token that is signed in at a door."""
    token, at = new_token(), datetime.now(UTC)
    with store.write() as tx:
        signing.create_sign_in(
            tx,
            person_id=person_id,
            door=door,
            device_id=None,
            token_hash=token_hash(token),
            expires_at=at + lasts,
            at=at,
        )
    return token


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The same records as the door's, by connections of the test's own."""
    store = open_records(settings)
    try:
        yield store
    finally:
        store.close()
        store.keyring.close()
