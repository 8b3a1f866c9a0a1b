"""`make run`: what it starts, how it ends, what it brings back, how soon it is there."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.run.conftest import FirstRun
from tests.stack import END_WAIT_S, Stack, wait_until
from tests.wire import Wire

PARTS = {"gateway", "portal", "engine", "actions", "worker", "mailbox", "site"}


def test_both_doors_say_ok_when_make_run_has_started(first_run: FirstRun) -> None:
    """Each door answers /healthz with `ok` and names what it depends on."""
    assert {part: said["status"] for part, said in first_run.health.items()} == {"gateway": "ok", "portal": "ok"}
    assert first_run.health["gateway"]["parts"] == dict.fromkeys(("records", "worker", "engine", "actions"), "ok")


def test_run_file_tells_other_programs_everything_when_running(first_run: FirstRun) -> None:
    """run.json names each part with pid and address, and in the demo how to enter; nobody else may read it."""
    content: Any = first_run.run_file
    assert set(content["parts"]) == PARTS
    assert content["parts"]["gateway"]["url"] == first_run.stack.url("gateway")
    assert all(one["invite_url"].startswith(first_run.stack.client_url) for one in content["clients"])
    assert {one["role"] for one in content["staff"]} == {"therapist", "on_call", "owner"}
    assert first_run.run_file_mode == 0o600


def test_addresses_are_printed_with_the_way_in_when_running(first_run: FirstRun) -> None:
    """A person reads on the terminal where to go and how to get in."""
    said = first_run.printed
    stack = first_run.stack
    assert all(address in said for address in (stack.client_url, stack.staff_url, stack.url("mailbox")))
    content: Any = first_run.run_file
    assert all(one["invite_url"] in said for one in content["clients"])
    assert all(one["login"] in said and one["password"] in said for one in content["staff"])


def test_no_process_is_left_after_ctrl_c(first_run: FirstRun) -> None:
    """SIGINT to the terminal's group ends every part; the file that pointed at them is gone."""
    assert first_run.left == {}
    assert not (first_run.stack.folder / "run.json").exists()
    assert "run: ended" in first_run.printed


def test_second_start_is_soon_there_when_everything_is_set_up(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    """Doors and the crisis path do not wait for the engine; the engine follows.

    How long each takes is printed: seconds on a machine that others use too say nothing about the product.
    """
    began_s = time.monotonic()
    stack.launch("make", "run")
    stack.wait_for_doors()
    doors_s = time.monotonic() - began_s
    client = Wire(stack)
    client.comes_in(stack.enrol("Rowan Imagined").invite_url)
    steps = client.sends("I want to die")
    crisis_s = time.monotonic() - began_s
    engine_before = stack.health("gateway")["parts"]["engine"]
    stack.wait_for_ok()
    engine_s = time.monotonic() - began_s
    print(
        f"doors after {doors_s:.1f} s, a crisis answered after {crisis_s:.1f} s, everything ok after {engine_s:.1f} s"
    )
    for name, value in (("doors_s", doors_s), ("crisis_s", crisis_s), ("engine_s", engine_s)):
        record_property(name, round(value, 1))
    assert [step["type"] for step in steps[:2]] == ["card", "ack"]
    assert engine_before != "ok"


def test_killed_part_comes_back_when_the_rest_runs_on(stack: Stack) -> None:
    """kill -9 of any part: it has a new pid, run.json knows, and the doors are well again."""
    stack.start(engine=False)
    wait_until(lambda: set(stack.run_file()["parts"]) == PARTS, timeout_s=30, what="every part has a pid")
    before = {part: stack.kill(part) for part in sorted(PARTS)}
    for part, pid in before.items():
        wait_until(
            lambda part=part, pid=pid: (now := stack.run_file()["parts"].get(part)) and now["pid"] not in (None, pid),
            timeout_s=30,
            what=f"the {part} has a new pid in run.json",
        )
    wait_until(lambda: stack.health("portal").get("status") == "ok", timeout_s=60, what="the portal says ok")
    wait_until(
        lambda: stack.health("gateway").get("parts", {}).get("worker") == "ok", timeout_s=60, what="the worker is back"
    )


@pytest.mark.fault(10)
def test_no_orphan_is_left_when_the_parent_is_killed(stack: Stack) -> None:
    """kill -9 of `interlude run`: what it started ends by itself."""
    stack.start(engine=False)
    assert stack.process is not None
    os.kill(stack.process.pid, signal.SIGKILL)
    wait_until(lambda: not stack.processes(), timeout_s=END_WAIT_S, what="every process has ended")


def test_no_orphan_is_left_when_make_is_killed(stack: Stack) -> None:
    """kill -9 of `make`, which only waits for the command that it called."""
    process = stack.launch("make", "run")
    stack.wait_for_doors()
    os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not stack.processes(), timeout_s=END_WAIT_S, what="every process has ended")


def test_run_ends_with_a_reason_when_the_supervisor_is_killed(stack: Stack) -> None:
    """kill -9 of the process that minds the parts: they end, and the command says so instead of standing there."""
    stack.start(engine=False)
    assert stack.process is not None
    supervisor = next(pid for pid, command in stack.processes().items() if "supervisor.supervisord" in command)
    os.kill(supervisor, signal.SIGKILL)
    assert stack.process.wait(END_WAIT_S) == 1
    assert "the supervisor has ended" in stack.printed()
    wait_until(lambda: not stack.processes(), timeout_s=END_WAIT_S, what="every process has ended")


def test_second_run_is_refused_when_the_first_still_runs(stack: Stack) -> None:
    """The same practice twice: one sentence naming the port, and the first goes on."""
    stack.start(engine=False)
    first = stack.process
    second = stack.launch()
    assert second.wait(60) == 1
    assert f"port {stack.values['GATEWAY_PORT']} (GATEWAY_PORT) is in use" in stack.printed()
    assert stack.health("gateway")
    assert stack.run_file()["parts"]
    stack.process = first


pytestmark = pytest.mark.timeout(400)
