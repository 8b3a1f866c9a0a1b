"""A practice that was started once, by `make run`, and ended by Ctrl-C; and the same practice running again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.stack import Stack


@dataclass(frozen=True)
class FirstRun:
    """What was seen of it: `health` of both doors at the end, the exit code, processes that outlived it, seconds."""

    stack: Stack
    health: dict[str, dict[str, object]]
    run_file: dict[str, object]
    run_file_mode: int
    printed: str
    exit_code: int
    left: dict[int, str]
    ok_after_s: float


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """Runs it once, in a folder that holds nothing but `.env`."""
    stack = Stack(tmp_path_factory.mktemp("practice"))
    began_s = time.monotonic()
    try:
        stack.launch("make", "run")
        stack.wait_for_doors()
        stack.wait_for_ok()
        seen = {
            "health": {part: stack.health(part) for part in ("gateway", "portal")},
            "run_file": stack.run_file(),
            "run_file_mode": (stack.folder / "run.json").stat().st_mode & 0o777,
            "ok_after_s": time.monotonic() - began_s,
        }
        exit_code = stack.interrupt()
        return FirstRun(stack=stack, printed=stack.printed(), exit_code=exit_code, left=stack.processes(), **seen)
    finally:
        stack.stop()


@pytest.fixture
def stack(first_run: FirstRun) -> Iterator[Stack]:
    """The practice, not running; whatever a test starts is ended."""
    yield first_run.stack
    first_run.stack.stop()
