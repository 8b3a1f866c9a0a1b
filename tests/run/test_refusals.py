"""What stops a start: one clear sentence on the terminal, and an exit code that says so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack, run_interlude


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A practice's settings; nothing runs."""
    return Stack(tmp_path / "practice")


def refusal(stack: Stack, *arguments: str) -> str:
    """The sentence with which a command ends that cannot start."""
    done = run_interlude(*(arguments or ("run",)), env_file=stack.env_file)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert stack.processes() == {}
    return last


@pytest.mark.parametrize("name", ["GATEWAY_PORT", "PORTAL_PORT", "MAILBOX_SMTP_PORT", "ENGINE_PORT"])
def test_start_is_refused_when_a_port_is_in_use(stack: Stack, name: str) -> None:
    """The sentence names the port, the setting and the remedy."""
    port = stack.values[name]
    with socket.create_server(("127.0.0.1", int(port))):
        said = refusal(stack)
    assert said == (
        f"interlude: port {port} ({name}) is in use; end the program that uses it, or set {name} to a free one in .env"
    )


def test_start_is_refused_when_two_parts_want_one_port(stack: Stack) -> None:
    """Two settings with the same port are told apart from a port that somebody else has."""
    port = stack.values["PORTAL_PORT"] = stack.values["GATEWAY_PORT"]
    stack.write_env()
    assert refusal(stack) == (
        f"interlude: port {port} is wanted twice, by GATEWAY_PORT and PORTAL_PORT; change one of them in .env"
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GATEWAY_PORT", "eighty", "unable to parse string as an integer"),
        ("GATEWAY_PORT", "80000", "Input should be less than or equal to 65535"),
        ("MODE", "production", "Input should be 'demo' or 'live'"),
        ("MAX_CHARS", "50000", "Input should be less than or equal to 40000"),
    ],
)
def test_start_is_refused_when_a_setting_is_no_such_value(stack: Stack, name: str, value: str, said: str) -> None:
    """The sentence names the setting, its value and what it must be."""
    stack.values[name] = value
    stack.write_env()
    assert said in (sentence := refusal(stack))
    assert sentence.startswith(f"interlude: .env: {name}='{value}':")


def test_start_is_refused_when_a_line_of_env_is_no_setting(stack: Stack) -> None:
    """A line that would be passed over in silence is named by its number."""
    stack.env_file.write_text("MODE=demo\n# a comment\n\nGATEWAY_PORT 8000\n", "utf-8")
    assert refusal(stack) == (f"interlude: {stack.env_file}, line 4 is not NAME=value; mend it or put a # before it")


def test_start_is_refused_when_a_shared_secret_is_missing(stack: Stack) -> None:
    """Parts that could not trust each other do not start."""
    stack.values["ENGINE_TOKEN"] = ""
    stack.write_env()
    assert "has no ENGINE_TOKEN; add a long random value" in refusal(stack)


def test_start_is_refused_when_the_practice_key_is_gone_and_records_are_there(stack: Stack) -> None:
    """A new key would open nothing of what is there; the sentence says to bring the old one back."""
    (stack.folder / "records.db").write_bytes(b"sealed")
    assert "practice.key is missing but there are records: put the practice's key back" in refusal(stack)


def test_start_is_refused_when_the_state_folder_cannot_be_made(stack: Stack) -> None:
    """A state folder where a file stands in the way is named."""
    (stack.folder / "taken").write_text("a file", "utf-8")
    stack.values["STATE_DIR"] = str(stack.folder / "taken" / "state")
    stack.write_env()
    said = refusal(stack)
    assert said.startswith("interlude: cannot start: ")
    assert str(stack.folder / "taken") in said


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """A checkout without environments, as far as make reads it before there is a Python."""
    for name in ("Makefile", ".python-version", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in (".python-version", "requirements.lock"):
        (tmp_path / "bot" / "engine").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "bot" / "engine" / name, tmp_path / "bot" / "engine" / name)
    (tmp_path / "shims").mkdir()
    return tmp_path


def made(checkout: Path, **shims: str) -> subprocess.CompletedProcess[str]:
    """`make run` in a bare checkout, with some programs replaced by others."""
    for name, script in shims.items():
        shim = checkout / "shims" / name
        shim.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        shim.chmod(0o755)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "run"],
        cwd=checkout,
        env={**own, "PATH": f"{checkout / 'shims'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_set_up_is_refused_when_the_disk_is_nearly_full(bare_checkout: Path) -> None:
    """The environments need room; the sentence says how much is there and how much is needed."""
    done = made(bare_checkout, uv="exit 0", df="printf 'h\\ndisk 1 1 204800 1%% /\\n'")
    assert done.returncode != 0
    assert "setup: 200 MB free here, 5,000 MB needed; make room and run make again" in done.stderr


def test_set_up_is_refused_when_no_python_can_be_had(bare_checkout: Path) -> None:
    """uv found none and could fetch none: the sentence names the version to install."""
    done = made(bare_checkout, uv="exit 2", df="printf 'h\\ndisk 1 1 20480000 1%% /\\n'")
    wanted = (ROOT / ".python-version").read_text("utf-8").strip()
    assert done.returncode != 0
    assert f"setup: no Python {wanted} here and none could be fetched; install it and run make again" in done.stderr
