"""Real workers and real mail servers for the tests of delivery."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(folder: Path, *, smtp_port: int, **fields: object) -> Settings:
    """Settings of a deployment whose stores are in `folder`."""
    values = {
        "root": folder,
        "smtp_port": smtp_port,
        "database_url": "sqlcipher:///records.db",
        "keys_url": "sqlcipher:///keys.db",
        "practice_key_file": Path("practice.key"),
        **fields,
    }
    return Settings(**values)  # type: ignore[arg-type]


def wait_until[T](look: Callable[[], T], *, timeout_s: float = 30.0, what: str = "a condition") -> T:
    """The first true answer of `look`. Raises AssertionError naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s:g} s"
        time.sleep(0.02)
    return found


@dataclass
class MailServer:
    """An SMTP server that takes, refuses or hangs. `answers`: address -> what RCPT is answered, "hang" to say nothing
    at
    DATA; by default everything is taken. `drops`: says 250 and forgets the mail."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hang_s: float = 30.0

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answers one recipient."""
        self.asked.append(address)
        answer = self.answers.get(address, "")
        if answer and answer != "hang":
            return answer
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Takes one mail."""
        if any(self.answers.get(address) == "hang" for address in envelope.rcpt_tos):
            await asyncio.sleep(self.hang_s)
            return "421 too late"
        if not self.drops:
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return "250 taken"

    def ids(self) -> list[str]:
        """The Message-IDs that arrived."""
        return [str(mail["message-id"]) for mail in self.mails]


@contextlib.contextmanager
def mail_server(**fields: object) -> Iterator[MailServer]:
    """A running server on a free port."""
    server = MailServer(port=free_port(), **fields)  # type: ignore[arg-type]
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@contextlib.contextmanager
def process(
    *command: str, folder: Path, smtp_port: int, env: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[str]]:
    """A real process of the product on the stores in `folder`; ended by SIGKILL if it has not ended by then."""
    values = {
        **os.environ,
        "ROOT": str(folder),
        "INTERLUDE_ENV": str(folder / "no.env"),
        "SMTP_PORT": str(smtp_port),
        "DATABASE_URL": "sqlcipher:///records.db",
        "KEYS_URL": "sqlcipher:///keys.db",
        "PRACTICE_KEY_FILE": "practice.key",
        **env,
    }
    # To a file: a pipe that nobody reads stops a program once it is full.
    with (folder / f"{command[-1].replace('/', '_')[-40:]}.log").open("a", encoding="utf-8") as log:
        started = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=values, stderr=log, stdout=log, text=True)
    try:
        yield started
    finally:
        if started.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                started.send_signal(signal.SIGCONT)
            started.kill()
        started.wait()


def worker(
    *, folder: Path, smtp_port: int, env: Mapping[str, str] = {}
) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """A real worker process."""
    return process("-m", "bot.handoff.worker", folder=folder, smtp_port=smtp_port, env=env)
