"""What the engine needs from `.env`: two ports and two shared secrets.

The file is read here by hand because this environment has neither python-dotenv nor the settings of the other rooms.
The process environment wins over the file, as everywhere else. `INTERLUDE_ENV` names another file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE_PORT, ACTIONS_PORT = 5005, 5055


class BadEnvironment(RuntimeError):
    """A value is missing or out of range; the message names it, its limit and the remedy."""


@dataclass(frozen=True)
class Environment:
    """Ports are on 127.0.0.1. `engine_token`: what the gateway shows; `actions_token`: what the engine shows."""

    engine_port: int
    actions_port: int
    engine_token: str = field(repr=False)
    actions_token: str = field(repr=False)


def read_environment() -> Environment:
    """The engine's values from the environment and `.env`. Raises BadEnvironment."""
    values = {**_read_file(Path(os.environ.get("INTERLUDE_ENV", ROOT / ".env"))), **os.environ}
    return Environment(
        engine_port=_port(values, "ENGINE_PORT", ENGINE_PORT),
        actions_port=_port(values, "ACTIONS_PORT", ACTIONS_PORT),
        engine_token=_secret(values, "ENGINE_TOKEN"),
        actions_token=_secret(values, "ACTIONS_TOKEN"),
    )


def export(environment: Environment) -> None:
    """Puts the values where `endpoints.yml` expands them."""
    os.environ["ENGINE_PORT"] = str(environment.engine_port)
    os.environ["ACTIONS_PORT"] = str(environment.actions_port)
    os.environ["ACTIONS_TOKEN"] = environment.actions_token


def _read_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, found, value = line.strip().removeprefix("export ").partition("=")
        if found and not name.startswith("#"):
            values[name.strip()] = value.strip().strip("\"'")
    return values


def _port(values: dict[str, str], name: str, default: int) -> int:
    text = values.get(name) or str(default)
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise BadEnvironment(f"{name}={text} is no port between 1 and 65535; correct it in .env")
    return int(text)


def _secret(values: dict[str, str], name: str) -> str:
    # An empty secret would let anybody on this machine speak as the gateway.
    text = values.get(name, "")
    if len(text) < 16:
        raise BadEnvironment(f"{name} has {len(text)} characters, at least 16 are needed; `make setup` writes one")
    return text
