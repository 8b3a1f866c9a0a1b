"""The crisis path as real processes on a disk of its own: a gateway, two workers, a mail server that can misbehave.

The engine is absent on purpose: a crisis never depends on it. The worker's waits are shortened, so that what it puts
off for a minute in life comes up again within the run; everything else is the product's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.gateway.consenting import PURPOSES, version
from bot.privacy.keys import Keyring, open_keyring
from bot.privacy.practice_key import make_practice_key
from bot.records import Store, consents, contacts, open_store, people, practice, signing, sqlcipher
from bot.settings import Settings
from bot.texts import load_texts
from bot.web.tokens import new_token, token_hash
from tests.stack import ROOT, free_ports, wait_until

DISK_MB = 512
ALWAYS = tuple((day, "00:00", "24:00") for day in range(7))
LOGINS = ("wren", "jo", "sam")
WORKER = """
from datetime import timedelta
from bot.handoff import escalation, sending, worker
worker.LEASE_S, worker.ATTEMPT_TIMEOUT_S, sending.ATTEMPT_TIMEOUT_S = 3.0, 1.5, 1.5
worker.FIRST_RETRY_S, worker.LONGEST_RETRY_S = 0.2, 1.0
escalation.ROUND_PAUSE = timedelta(seconds=1)
raise SystemExit(worker.main())
"""


@dataclass
class Mail:
    """An SMTP server with moods. `mood`: "", "451", "550", "hang", "lost" (takes the mail and drops the line before
    saying so)."""

    mood: str = ""
    received: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuses, or takes a recipient."""
        if self.mood in {"451", "550"}:
            return f"{self.mood} not now"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Takes a mail and says so, or does not."""
        mood = self.mood
        if mood == "hang":
            await asyncio.sleep(2.5)
            return "421 too late"
        assert isinstance(envelope.content, bytes)
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        found = next(line for line in head.splitlines() if line.lower().startswith("message-id:"))
        self.received.append(found.partition(":")[2].strip().strip("<>").partition("@")[0])
        if mood == "lost":
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"


@dataclass(frozen=True)
class Resident:
    """A client of the practice who is signed in and has agreed."""

    client_id: str
    token: str


class Place:
    """Folder, store, processes. Use `placed`."""

    def __init__(self, folder: Path, *, residents: int) -> None:
        self.folder = folder
        gateway, portal, engine, actions, smtp = free_ports(5)
        self.mail = Mail()
        self.smtp_port = smtp
        self.values = {
            "INTERLUDE_ENV": str(folder / "env"),
            "GATEWAY_PORT": str(gateway),
            "PORTAL_PORT": str(portal),
            "ENGINE_PORT": str(engine),
            "ACTIONS_PORT": str(actions),
            "PUBLIC_URL_CLIENT": f"http://localhost:{gateway}",
            "STATE_DIR": str(folder),
            "DATABASE_URL": f"sqlcipher:///{folder}/records.db",
            "KEYS_URL": f"sqlcipher:///{folder}/keys.db",
            "PRACTICE_KEY_FILE": str(folder / "practice.key"),
            "SMTP_PORT": str(smtp),
            "ENGINE_TOKEN": "engine token of the tests",
            "ACTIONS_TOKEN": "actions token of the tests",
        }
        self.gateway_port = gateway
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        make_practice_key(folder / "practice.key")
        self.keyring: Keyring = open_keyring(self.values["KEYS_URL"], folder / "practice.key")
        self.store: Store = open_store(self.values["DATABASE_URL"], keyring=self.keyring, busy_timeout_s=30.0)
        self.residents = [self._resident(number) for number in range(residents)] if self._furnish() else []

    @property
    def settings(self) -> Settings:
        """The settings that the processes have."""
        return Settings(**{n.lower(): v for n, v in self.values.items() if n != "INTERLUDE_ENV"})  # type: ignore[arg-type]

    def _furnish(self) -> bool:
        at = datetime.now(UTC)
        with self.store.write() as tx:
            practice.set_practice(tx, name="Test Practice", reply_minutes={1: 60, 2: 15, 3: 5})
            contacts.set_coverage(tx, hours=ALWAYS, time_zone="UTC")
            for position, login in enumerate(LOGINS):
                person_id = people.create_staff(
                    tx,
                    login=login,
                    display_name=login.title(),
                    password_hash="-",
                    roles=("therapist", "on_call"),
                    email=f"{login}@example.org",
                    language="en",
                    at=at,
                )
                contact_id = contacts.add_contact(tx, person_id=person_id, position=position, at=at)
                contacts.add_channel(
                    tx, contact_id=contact_id, kind="email", address=f"{login}@example.org", position=0
                )
        return True

    def _resident(self, number: int) -> Resident:
        at, token = datetime.now(UTC), new_token()
        with self.store.write() as tx:
            therapist = people.all_staff(tx)[0]
            client_id = people.create_client(
                tx,
                name=f"Resident {number}",
                pronouns=None,
                language="en",
                address="tu",
                country="US",
                therapist_id=therapist.id,
                phone=None,
                at=at,
            )
            agreed = dict.fromkeys(PURPOSES, True)
            consents.give(tx, client_id, purposes=agreed, text_version=version(load_texts()), language="en", at=at)
            signing.create_sign_in(
                tx,
                person_id=client_id,
                door="client",
                device_id=None,
                token_hash=token_hash(token),
                expires_at=at + timedelta(days=1),
                at=at,
            )
        return Resident(client_id=client_id, token=token)

    # --- processes ------------------------------------------------------------------------------------------

    def launch(self, name: str) -> None:
        """Starts a part: "gateway", or any name that begins with "worker"."""
        command = ["-m", "bot.gateway"] if name == "gateway" else ["-c", WORKER]
        with self._lock, (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **self.values},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """kill -9, then a new process, as the supervisor would start it."""
        running = self.running[name]
        running.kill()
        running.wait()
        self.launch(name)

    def mend(self) -> None:
        """Starts again what ended by itself (a gateway that found the disk full, say)."""
        for name, running in list(self.running.items()):
            if running.poll() is not None:
                self.launch(name)

    def ready(self) -> bool:
        """Whether the gateway answers."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.gateway_port}/healthz", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A block during which a part is stopped."""
        running = self.running[name]
        running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            running.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """A block during which another program has the records for itself."""
        path = sqlcipher.path_of(self.values["DATABASE_URL"])
        connection = sqlcipher.connect(path, self.keyring.database_key("records"), busy_timeout_s=30.0)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """A block during which the disk has no room left, the room inside the write-ahead log included."""
        self._empty_log()
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"0" * 4096):
                pass
        try:
            yield
        finally:
            filler.unlink()

    def _empty_log(self) -> None:
        path = sqlcipher.path_of(self.values["DATABASE_URL"])
        connection = sqlcipher.connect(path, self.keyring.database_key("records"), busy_timeout_s=1.0)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends everything that it started."""
        for running in self.running.values():
            if running.poll() is None:
                running.send_signal(signal.SIGCONT)
                running.terminate()
        for running in self.running.values():
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
        self.store.close()
        self.keyring.close()


@contextlib.contextmanager
def placed(folder: Path, *, residents: int) -> Iterator[tuple[Place, bool]]:
    """A running place, and whether its disk can be filled (a small one could be mounted)."""
    home = folder / "place"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "tmpfs", str(home)]
    mounted = subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
    place = Place(home, residents=residents)
    controller = Controller(place.mail, hostname="127.0.0.1", port=place.smtp_port)
    controller.start()
    try:
        for name in ("gateway", "worker 1", "worker 2"):
            place.launch(name)
        wait_until(place.ready, timeout_s=60, what="the gateway answers")
        yield place, mounted
    finally:
        place.stop()
        controller.stop()
        if mounted:
            subprocess.run(["umount", "--lazy", str(home)], check=True)
