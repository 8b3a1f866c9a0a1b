"""`interlude setup`: everything a start needs, made once: `.env`, keys, stores, models, the demo's people.

Each step says in one line what it does, is skipped when nothing is to be done, and fails with one sentence that
names the remedy (`Refusal`).
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from bot.privacy.opening import open_records
from bot.privacy.practice_key import make_practice_key
from bot.settings import PROJECT, Settings, env_file, get_settings

ENGINE_PYTHON = PROJECT / "bot" / "engine" / ".venv" / "bin" / "python"
MIN_FREE_MB = 300
_ENV_LINE = re.compile(r"\s*(#.*|(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=.*)?")
type Say = Callable[[str], None]


class Refusal(RuntimeError):
    """The product cannot start; the message is the one sentence to show: value, limit, remedy."""


def make_settings(say: Say) -> Settings:
    """The settings, from a `.env` that is made if there is none. Raises Refusal, pydantic.ValidationError."""
    _check_room(PROJECT)
    _make_env_file(env_file(), say)
    return get_settings()


def set_up(settings: Settings, say: Say) -> None:
    """Runs every further step in order. Raises Refusal, StoreError."""
    settings.path(settings.state_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
    key = settings.path(settings.practice_key_file)
    if not key.exists():
        if Path(settings.stored_at(settings.database_url).removeprefix("sqlcipher:///")).exists():
            raise Refusal(
                f"{key} is missing but there are records: put the practice's key back, it cannot be made anew"
            )
        say("setup: making the practice's key")
        make_practice_key(key)
    _check_records(settings)
    _train(say)


def _check_records(settings: Settings) -> None:
    """Opens the records and reads every page. Raises StoreDamaged, which names the remedy."""
    store = open_records(settings)
    try:
        store.check()
    finally:
        store.close()
        store.keyring.close()


def check_ports(ports: Mapping[str, int]) -> None:
    """Raises Refusal naming the first port that is wanted twice, or that somebody else uses."""
    names: dict[int, str] = {}
    for name, port in ports.items():
        if port in names:
            raise Refusal(f"port {port} is wanted twice, by {names[port]} and {name}; change one of them in .env")
        names[port] = name
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise Refusal(
                    f"port {port} ({name}) is in use; end the program that uses it, or set {name} to a free one in .env"
                ) from error


def _check_room(folder: Path) -> None:
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < MIN_FREE_MB:
        raise Refusal(f"{free_mb} MB free in {folder}, {MIN_FREE_MB} MB needed; make room and start again")


def _make_env_file(path: Path, say: Say) -> None:
    """Copies `.env.example` with secrets filled in; adds secrets that an existing file lacks."""
    if not path.exists():
        say("setup: writing .env with new secrets")
        lines = [_filled(line) for line in (PROJECT / ".env.example").read_text("utf-8").splitlines()]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        if not _ENV_LINE.fullmatch(line):
            raise Refusal(f"{path}, line {number} is not NAME=value; mend it or put a # before it")
    have = dotenv_values(path)
    missing = [name for name in ("ENGINE_TOKEN", "ACTIONS_TOKEN") if not (os.environ.get(name) or have.get(name))]
    if missing:
        raise Refusal(
            f"{path} has no {' and no '.join(missing)}; add a long random value, or remove the file to have it made"
        )


def _filled(line: str) -> str:
    name, _, value = line.partition("=")
    return f"{name}={secrets.token_urlsafe(32)}" if name in {"ENGINE_TOKEN", "ACTIONS_TOKEN"} and not value else line


def _train(say: Say) -> None:
    """Trains what is missing or older than its sources."""
    steps = (
        ("the crisis classifier", [sys.executable, "-m", "bot.crisis.train", "--if-needed"]),
        ("the dialogue model", [str(ENGINE_PYTHON), "-m", "bot.engine.train", "--if-needed"]),
    )
    for what, command in steps:
        if not Path(command[0]).exists():
            raise Refusal(f"{command[0]} is missing; run `make setup`")
        say(f"setup: {what}")
        done = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603 - our own commands
        if done.returncode != 0:
            raise Refusal(f"training {what} failed (exit {done.returncode}); its own lines above say why")
