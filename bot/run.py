"""The parts of the running product, under supervisor: a crashed part is restarted, Ctrl-C ends them all.

Doors come first: the crisis path waits for nobody, and on a small machine the engine's imports would starve it.
`run.json` in the state folder (0600) says what runs where, so that other programs can drive and watch it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from supervisor.xmlrpc import SupervisorTransport

from bot.set_up import ENGINE_PYTHON, Refusal
from bot.settings import Settings
from bot.supervised import end_with_parent

LOOK_EVERY_S = 0.1
# How long a part may take to end before it is killed.
STOP_WAIT_S = 6
DOORS_WAIT_S = 60.0
REST_WAIT_S = 120.0
HEALTH_WAIT_S = 2.0
type Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One process: its name in run.json, its command, the port of its /healthz if it has one."""

    name: str
    command: Sequence[str]
    port: int | None = None
    first: bool = True


def parts_of(settings: Settings) -> tuple[Part, ...]:
    """All parts for these settings; the mailbox and the demo site only in demo mode."""
    python = sys.executable
    parts = [
        Part("gateway", (python, "-m", "bot.gateway"), settings.gateway_port),
        Part("portal", (python, "-m", "bot.portal"), settings.portal_port),
        Part("worker", (python, "-m", "bot.handoff.worker")),
        Part("actions", (python, "-m", "actions"), settings.actions_port, first=False),
        Part("engine", (str(ENGINE_PYTHON), "-m", "bot.engine"), settings.engine_port, first=False),
    ]
    if settings.mode == "demo":
        parts[2:2] = [
            Part("mailbox", (python, "-m", "bot.demo.mailbox"), settings.mailbox_port),
            Part("site", (python, "-m", "bot.demo.site"), settings.site_port, first=False),
        ]
    return tuple(parts)


class House:
    """The running parts. Use as a context manager; leaving it ends every process that it started."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.parts = parts_of(settings)
        self.logs = settings.path(settings.state_dir) / "run"
        self._run_file = settings.path(settings.state_dir) / "run.json"
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._socket_folder = Path(tempfile.mkdtemp(prefix="interlude-"))

    def __enter__(self) -> House:
        # What a killed run left behind would lead others to processes that are gone.
        self._run_file.unlink(missing_ok=True)
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = self.logs / "supervisord.conf"
        config.write_text(self._config(), "utf-8")
        self._supervisor = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(config)],
            cwd=self.settings.root,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        return self

    def __exit__(self, *_: object) -> None:
        # Ending takes seconds; an impatient second Ctrl-C must not leave half of it undone.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if self._supervisor is not None and self._supervisor.poll() is None:
            self._supervisor.send_signal(signal.SIGTERM)
            try:
                self._supervisor.wait(STOP_WAIT_S + 5)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()
                self._supervisor.wait()
        shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._run_file.unlink(missing_ok=True)

    def alive(self) -> bool:
        """Whether the supervisor itself still runs."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def start_rest(self) -> None:
        """Starts the parts that waited for the doors."""
        server = self._server()
        for part in self.parts:
            if not part.first:
                server.supervisor.startProcess(part.name, False)

    def pids(self) -> dict[str, int]:
        """The process id of each part that runs now."""
        try:
            return {info["name"]: info["pid"] for info in self._server().supervisor.getAllProcessInfo() if info["pid"]}
        except (OSError, xmlrpc.client.Error):
            return {}

    def silent(self, names: Sequence[str]) -> list[str]:
        """Those of the parts that do not answer their /healthz now."""
        return [part.name for part in self.parts if part.name in names and part.port and not answers(part.port)]

    def wait_for(self, names: Sequence[str], *, timeout_s: float) -> list[str]:
        """Waits until the parts answer their /healthz at all; returns those that did not in time."""
        deadline = time.monotonic() + timeout_s
        waiting = self.silent(names)
        while waiting and time.monotonic() < deadline and self.alive():
            time.sleep(LOOK_EVERY_S)
            waiting = self.silent(waiting)
        return waiting

    def write_run_file(self, people: Mapping[str, Any]) -> None:
        """`run.json`: parts with pid and address; in demo mode also how to enter."""
        pids = self.pids()
        urls = {part.name: f"http://localhost:{part.port}" if part.port else None for part in self.parts}
        content = {"parts": {n: {"pid": pid, "url": urls[n]} for n, pid in sorted(pids.items())}, **people}
        draft = self._run_file.with_suffix(".tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        draft.replace(self._run_file)

    def _server(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket_folder}/s")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)

    def _config(self) -> str:
        """Supervisor's configuration. Values are quoted by it, `%` doubled."""
        logs = self.logs
        blocks = [
            f"[unix_http_server]\nfile={self._socket_folder}/s\nchmod=0600",
            f"[supervisord]\nnodaemon=true\nlogfile={logs}/supervisor.log\nlogfile_maxbytes=1MB\npidfile={logs}/pid\n"
            f"childlogdir={logs}\nloglevel=warn\n" + ("user=root" if os.geteuid() == 0 else ""),
            "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        ]
        for part in self.parts:
            words = (sys.executable, "-m", "bot.supervised", f"{logs}/pid", *part.command)
            command = " ".join(f'"{word}"' for word in words)
            blocks.append(
                f"[program:{part.name}]\ncommand={command}\ndirectory={self.settings.root}\n"
                f"autostart={'true' if part.first else 'false'}\nautorestart=true\nstartretries=1000000\nstartsecs=0\n"
                f"stopsignal=TERM\nstopwaitsecs={STOP_WAIT_S}\nstopasgroup=true\nkillasgroup=true\n"
                f"redirect_stderr=true\nstdout_logfile={logs}/{part.name}.log\nstdout_logfile_maxbytes=5MB\n"
                f"stdout_logfile_backups=2"
            )
        return "\n\n".join(block.replace("%", "%%") for block in blocks) + "\n"


def answers(port: int) -> bool:
    """Whether a part on this port answers its /healthz."""
    try:
        # trust_env: a proxy that somebody set for everything else does not know this machine's ports.
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=HEALTH_WAIT_S, trust_env=False)
        return answer.status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def watch(house: House, people: Mapping[str, Any], *, rest: Sequence[str], say: Say) -> None:
    """Keeps run.json true and says once whether the `rest` answers. Returns never; raises Refusal if the supervisor
    ends by itself."""
    seen: dict[str, int] = {}
    waiting = list(rest)
    deadline = time.monotonic() + REST_WAIT_S
    while house.alive():
        pids = house.pids()
        if pids and pids != seen:
            house.write_run_file(people)
            seen = pids
        if waiting:
            waiting = house.silent(waiting)
            if not waiting:
                say("run: everything answers. Ctrl-C ends it.")
            elif time.monotonic() > deadline:
                names = " and ".join(waiting)
                say(f"run: {names} still not there; messages wait and are answered later, crises are heard")
                waiting = []
        time.sleep(LOOK_EVERY_S * 5)
    raise Refusal(f"the supervisor has ended; {house.logs}/supervisor.log says why")
