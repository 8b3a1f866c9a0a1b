"""The running product, as a test sees it: every part a real process, with ports and a state folder of its own.

It is started by the command that a person types (`interlude run`), found through `run.json`, and ended by Ctrl-C. All
waiting is for conditions; the limits are generous, because a machine that runs tests is rarely idle.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.handoff.enrolment import invite
from bot.privacy.opening import open_records
from bot.records import Store, people
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
# The first start of a checkout trains its models before the doors open.
DOORS_WAIT_S = 240.0
ENGINE_WAIT_S = 150.0
END_WAIT_S = 30.0
LOOK_EVERY_S = 0.05
# Below the range from which the kernel takes ports for outgoing connections: a part that starts again finds its own.
PORTS = range(20_000, 32_000)
PORT_NAMES = (
    "GATEWAY_PORT",
    "PORTAL_PORT",
    "SITE_PORT",
    "ENGINE_PORT",
    "ACTIONS_PORT",
    "MAILBOX_PORT",
    "MAILBOX_SMTP_PORT",
)


def wait_until[T](look: Callable[[], T], *, timeout_s: float, what: str, every_s: float = LOOK_EVERY_S) -> T:
    """The first true answer of `look`. Raises AssertionError naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout_s:g} s")
        time.sleep(every_s)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses now, all different."""
    with contextlib.ExitStack() as held:
        found: list[int] = []
        for port in random.sample(PORTS, k=len(PORTS)):
            probe = held.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                return found
    raise AssertionError(f"no {count} free ports between {PORTS.start} and {PORTS.stop}")


@dataclass(frozen=True)
class Enrolled:
    """A client of the practice: id, the way in, and a name that must appear nowhere outside."""

    id: str
    name: str
    invite_url: str


class Stack:
    """One practice in one folder. `settings` go into its `.env` beside ports and secrets of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ports = dict(zip(PORT_NAMES, free_ports(len(PORT_NAMES)), strict=True))
        self.folder = folder
        self.env_file = folder / "env"
        self.values: dict[str, str] = {
            "MODE": "demo",
            **{name: str(port) for name, port in ports.items()},
            "SMTP_PORT": str(ports["MAILBOX_SMTP_PORT"]),
            "PUBLIC_URL_CLIENT": f"http://localhost:{ports['GATEWAY_PORT']}",
            "PUBLIC_URL_STAFF": f"http://localhost:{ports['PORTAL_PORT']}",
            "WIDGET_ORIGINS": f"http://localhost:{ports['SITE_PORT']}",
            "STATE_DIR": str(folder),
            "DATABASE_URL": f"sqlcipher:///{folder}/records.db",
            "KEYS_URL": f"sqlcipher:///{folder}/keys.db",
            "PRACTICE_KEY_FILE": str(folder / "practice.key"),
            "ENGINE_TOKEN": secrets.token_urlsafe(24),
            "ACTIONS_TOKEN": secrets.token_urlsafe(24),
            **settings,
        }
        self.write_env()
        self.process: subprocess.Popen[str] | None = None

    def write_env(self) -> None:
        """Writes `.env` anew from `values`."""
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in self.values.items()), "utf-8")
        self.env_file.chmod(0o600)

    @property
    def settings(self) -> Settings:
        """The same settings as the parts have."""
        return Settings(**{name.lower(): value for name, value in self.values.items()})  # type: ignore[arg-type]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this stack; also how one is known."""
        mine = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", *self.values}
        own = {name: value for name, value in os.environ.items() if name not in mine}
        return {**own, "INTERLUDE_ENV": str(self.env_file)}

    # --- running --------------------------------------------------------------------------------------------

    def start(self, *, engine: bool = True) -> Stack:
        """Starts everything; returns when the doors answer, and with `engine` when every part says ok."""
        self.launch()
        self.wait_for_doors()
        if engine:
            self.wait_for_ok()
        return self

    def launch(self, *command: str) -> subprocess.Popen[str]:
        """`interlude run` (or `command`) in a process group of its own; what it prints goes to `run.out`."""
        with (self.folder / "run.out").open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                command or (sys.executable, "-m", "bot.cli", "run"),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                # A test runner in the background of a script has these ignored, and children take that over.
                preexec_fn=_heed_ctrl_c,
            )
        return self.process

    def wait_for_doors(self) -> None:
        """Waits until both doors answer and run.json tells how to enter."""
        for part in ("gateway", "portal"):
            self._while_running(lambda part=part: self.health(part), DOORS_WAIT_S, f"the {part} answers /healthz")
        self._while_running(lambda: self.run_file().get("staff"), DOORS_WAIT_S, "run.json is written")

    def wait_for_ok(self) -> None:
        """Waits until both doors say that every part they depend on is well."""
        for part in ("gateway", "portal"):
            self._while_running(
                lambda part=part: self.health(part).get("status") == "ok", ENGINE_WAIT_S, f"the {part} says ok"
            )

    def _while_running(self, look: Callable[[], Any], timeout_s: float, what: str) -> None:
        def checked() -> Any:
            process = self.process
            assert process is not None, "the stack was not started"
            assert process.poll() is None, f"interlude run ended with {process.returncode}:\n{self.printed()}"
            return look()

        try:
            wait_until(checked, timeout_s=timeout_s, what=what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.printed()}\n{self.logs()}") from None

    def interrupt(self) -> int:
        """Ctrl-C in the terminal: SIGINT to the whole group. Returns the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(END_WAIT_S)

    def stop(self) -> None:
        """Ends everything, and what would not end is killed: no test leaves a process behind."""
        try:
            if self.process is not None and self.process.poll() is None:
                self.interrupt()
        finally:
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def processes(self) -> dict[int, str]:
        """Every live process of this stack, parts and launchers alike: pid and command line."""
        mark = f"INTERLUDE_ENV={self.env_file}".encode()
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    # --- what other programs see ----------------------------------------------------------------------------

    def run_file(self) -> dict[str, Any]:
        """`run.json`, or nothing while there is none."""
        try:
            content: dict[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return content

    def url(self, part: str) -> str:
        """The address of a part."""
        return f"http://localhost:{self.values[f'{part.upper()}_PORT']}"

    @property
    def client_url(self) -> str:
        """The address that clients type."""
        return self.values["PUBLIC_URL_CLIENT"]

    @property
    def staff_url(self) -> str:
        """The address that staff type."""
        return self.values["PUBLIC_URL_STAFF"]

    def health(self, part: str) -> dict[str, Any]:
        """What `/healthz` of a part says; nothing while it does not answer."""
        try:
            answer = httpx.get(f"{self.url(part)}/healthz", timeout=5.0, trust_env=False)
            content: dict[str, Any] = answer.json() if answer.status_code == httpx.codes.OK else {}
        except (httpx.HTTPError, ValueError):
            return {}
        return content

    def mail(self) -> list[dict[str, Any]]:
        """What the demo mailbox has received, oldest first."""
        mails: list[dict[str, Any]] = httpx.get(f"{self.url('mailbox')}/messages", timeout=10.0, trust_env=False).json()
        return mails

    def staff(self, role: str) -> dict[str, str]:
        """Login and password of the staff member with a role, as run.json tells them."""
        found: dict[str, str] = next(one for one in self.run_file()["staff"] if one["role"] == role)
        return found

    def printed(self) -> str:
        """What `interlude run` wrote to the terminal."""
        path = self.folder / "run.out"
        return path.read_text("utf-8") if path.exists() else ""

    def logs(self, *, lines: int = 40) -> str:
        """The end of each part's log. Logs hold no word of a client (I6), so a test report may show them."""
        parts = []
        for path in sorted((self.folder / "run").glob("*.log")):
            tail = path.read_text("utf-8", errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"--- {path.name}", *tail]))
        return "\n".join(parts)

    # --- the practice ---------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def records(self) -> Iterator[Store]:
        """The practice's records, opened by this process beside the parts."""
        store = open_records(self.settings)
        try:
            yield store
        finally:
            store.close()
            store.keyring.close()

    def enrol(self, name: str, *, language: str = "en", address: str = "tu") -> Enrolled:
        """One more client of the practice's therapist, with a fresh invite."""
        at = datetime.now(UTC)
        with self.records() as store, store.write() as tx:
            therapist = next(one for one in people.all_staff(tx) if "therapist" in one.roles)
            client_id = people.create_client(
                tx,
                name=name,
                pronouns=None,
                language=language,
                address=address,
                country="US",
                therapist_id=therapist.id,
                phone="+1 202 555 0100",
                at=at,
            )
            return Enrolled(id=client_id, name=name, invite_url=invite(tx, self.settings, client_id, at=at).url)

    # --- breaking it ----------------------------------------------------------------------------------------

    def pid(self, part: str) -> int:
        """The process id of a part, by run.json."""
        return int(self.run_file()["parts"][part]["pid"])

    def kill(self, part: str) -> int:
        """kill -9 of a part; returns the pid that it had. It will be restarted."""
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_for_good(self, *parts: str) -> None:
        """kill -9 of parts that then stay away, as when a restart fails again and again."""
        for part in parts:
            self.kill(part)
        self._supervise("stop", *parts)
        for part in parts:
            wait_until(lambda part=part: not self.health(part), timeout_s=20, what=f"the {part} is gone")

    def bring_back(self, *parts: str) -> None:
        """Starts parts that `kill_for_good` took away."""
        self._supervise("start", *parts)

    def _supervise(self, verb: str, *parts: str) -> None:
        config = (self.folder / "run" / "supervisord.conf").read_text("utf-8")
        path = next(line.removeprefix("file=") for line in config.splitlines() if line.startswith("file="))
        command = (sys.executable, "-m", "supervisor.supervisorctl", "-s", f"unix://{path}", verb, *parts)
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    @contextlib.contextmanager
    def frozen(self, *parts: str) -> Iterator[None]:
        """A block during which parts are stopped (SIGSTOP): alive, and answering nothing."""
        pids = [self.pid(part) for part in parts]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_interlude(
    *arguments: str, env_file: Path, timeout_s: float = 120.0, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`interlude ARGUMENTS` to its end, with the given `.env`."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "INTERLUDE_ENV": str(env_file), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
