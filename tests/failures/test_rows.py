"""Rows of the fault table that need the whole product running, each struck for real."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import resource
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.stack import Stack, run_interlude, wait_until
from tests.wire import Wire

CRISIS = "I am going to kill myself tonight"
ANSWER_S = 120.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running practice; the engine is still loading when the first test begins."""
    running = Stack(tmp_path_factory.mktemp("rows"))
    try:
        yield running.start(engine=False)
    finally:
        running.stop()


def come_in(stack: Stack, name: str) -> Wire:
    """A client who has agreed."""
    client = Wire(stack, timeout_s=60.0)
    client.comes_in(stack.enrol(name).invite_url)
    return client


def bot_replies(client: Wire, after: str) -> list[str]:
    """The text ids of what the bot said in reply to a message."""
    return [m["text_id"] for m in client.history() if m["role"] == "bot" and m["in_reply_to"] == after]


@pytest.mark.fault(6)
def test_messages_wait_in_order_when_the_engine_is_still_loading(stack: Stack) -> None:
    """The card does not wait for it; ordinary messages are told to be kept, and are answered later, in order."""
    client = come_in(stack, "Lia Invented")
    said = client.sends(CRISIS)
    assert [step["type"] for step in said[:2]] == ["card", "ack"]
    assert stack.health("gateway")["parts"]["engine"] != "ok"
    other = come_in(stack, "Ned Invented")
    ids = [f"{number:032x}" for number in (1, 2, 3)]
    for message_id, text in zip(ids, ("hello", "who are you", "menu"), strict=True):
        assert other.sends(text, message_id=message_id)[-1]["type"] == "ack"
    stack.wait_for_ok()
    wait_until(
        lambda: all(set(bot_replies(other, mid)) - {"gateway.engine_silent"} for mid in ids),
        timeout_s=ANSWER_S,
        what="all three are answered",
    )
    answered = [
        m["in_reply_to"] for m in other.history() if m["in_reply_to"] in ids and m["text_id"] != "gateway.engine_silent"
    ]
    assert list(dict.fromkeys(answered)) == ids


@pytest.mark.fault(32)
def test_one_client_s_flood_does_not_hold_up_another(stack: Stack) -> None:
    """Forty messages of one client wait; the other's single one is answered before the flood is worked off."""
    stack.wait_for_ok()
    busy, quiet = come_in(stack, "Uma Invented"), come_in(stack, "Vic Invented")
    flood = [f"{number:032x}" for number in range(100, 140)]
    for message_id in flood:
        busy.sends("what can we do here", message_id=message_id)
    mine = f"{200:032x}"
    quiet.sends("what can we do here", message_id=mine)
    wait_until(lambda: bot_replies(quiet, mine), timeout_s=ANSWER_S, what="the quiet client is answered")
    assert not bot_replies(busy, flood[-1])
    wait_until(lambda: bot_replies(busy, flood[-1]), timeout_s=ANSWER_S, what="the flood is worked off")


@pytest.mark.fault(4)
def test_stream_goes_on_without_gap_or_copy_when_the_gateway_is_killed_under_it(stack: Stack) -> None:
    """kill -9 in the middle of a stream, three times; read on from the last id, every event comes once, in order."""
    stack.wait_for_ok()
    client = come_in(stack, "Ida Invented")
    seen: list[int] = []
    for round_number in range(3):
        with client.streams(after=seen[-1] if seen else 0) as events:
            client.sends("what can we do here", message_id=f"{300 + round_number:032x}")
            seen.append(next(events))
            stack.kill("gateway")
            with contextlib.suppress(httpx.HTTPError):
                seen += list(events)
        wait_until(lambda: stack.health("gateway"), timeout_s=60, what="the gateway is back")
    expected = client.event_ids()
    assert seen == expected[: len(seen)]


class _Broken(http.server.BaseHTTPRequestHandler):
    """An action server that is there, says that it is well, and fails at every call."""

    def do_GET(self) -> None:
        """Its health."""
        self._say(200, {"status": "ok", "parts": {}})

    def do_POST(self) -> None:
        """Every call."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._say(500, {"error": "the action failed"})

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def _say(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.fault(8)
def test_an_action_that_fails_is_never_taken_for_an_answer(stack: Stack) -> None:
    """The action server answers 500 to everything: an honest line, no reply made up; the crisis path is untouched."""
    stack.wait_for_ok()
    client = come_in(stack, "Abe Invented")
    stack.kill_for_good("actions")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(stack.values["ACTIONS_PORT"])), _Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        ordinary = f"{400:032x}"
        client.sends("what can we do here", message_id=ordinary)
        wait_until(lambda: bot_replies(client, ordinary), timeout_s=ANSWER_S, what="an honest line")
        assert set(bot_replies(client, ordinary)) <= {"gateway.engine_silent", "gateway.no_answer"}
        assert [step["type"] for step in client.sends(CRISIS)[:2]] == ["card", "ack"]
    finally:
        server.shutdown()
        server.server_close()
        stack.bring_back("actions")


@pytest.mark.fault(15)
def test_nothing_is_acknowledged_when_writing_fails(stack: Stack) -> None:
    """Every write of the gateway ends in an I/O error: the card says that nobody could be told; then all is well."""
    client = come_in(stack, "Eva Invented")
    pid = stack.pid("gateway")
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        said = client.sends(CRISIS, message_id=f"{500:032x}")
        assert [step["type"] for step in said] == ["card", "not_stored"]
        assert said[-1]["card"]["state"] == "not_stored"
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    assert client.sends(CRISIS, message_id=f"{500:032x}")[-1]["type"] == "ack"


@pytest.mark.fault(14)
def test_nothing_is_acknowledged_when_the_disk_turns_read_only(tmp_path: Path) -> None:
    """A real disk's file system finds an error and goes read-only under the running product; repaired, all is well."""
    with failing_disk(tmp_path) as disk:
        running = Stack(disk.folder / "practice")
        try:
            running.start(engine=False)
            client = come_in(running, "Oda Invented")
            disk.fail()
            said = client.sends(CRISIS, message_id=f"{600:032x}")
            assert [step["type"] for step in said] == ["card", "not_stored"]
            assert said[-1]["card"]["state"] == "not_stored"
        finally:
            running.stop()
        disk.repair()
        try:
            running.start(engine=False)
            assert client.sends(CRISIS, message_id=f"{600:032x}")[-1]["type"] == "ack"
        finally:
            running.stop()


@dataclass(frozen=True)
class FailingDisk:
    """An ext4 file system in a file, mounted at `folder`, that goes read-only at its first error."""

    image: Path
    folder: Path

    def mount(self) -> bool:
        """Whether it could be mounted: that takes root and a loop device."""
        command = ["mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.folder)]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0

    def fail(self) -> None:
        """The kernel's own way of making an error, https://docs.kernel.org/admin-guide/ext4.html (trigger_fs_error)."""
        # What the test itself wrote there is to be there after the repair.
        os.sync()
        source = next(
            line.split()[0] for line in Path("/proc/mounts").read_text().splitlines() if str(self.folder) in line
        )
        (Path("/sys/fs/ext4") / Path(source).name / "trigger_fs_error").write_text("1")

    def repair(self) -> None:
        """Checks it and mounts it again."""
        # A process that was just killed holds its files for a moment longer.
        wait_until(
            lambda: subprocess.run(["umount", str(self.folder)], check=False, capture_output=True).returncode == 0,
            timeout_s=30,
            what="nobody uses the disk any more",
        )
        subprocess.run(["e2fsck", "-fy", str(self.image)], check=False, capture_output=True)
        assert self.mount()


@contextlib.contextmanager
def failing_disk(folder: Path) -> Iterator[FailingDisk]:
    """Such a disk of 96 MB."""
    disk = FailingDisk(image=folder / "disk.img", folder=folder / "disk")
    disk.folder.mkdir()
    with disk.image.open("wb") as file:
        file.truncate(96 * 2**20)
    made = subprocess.run(["mkfs.ext4", "-q", str(disk.image)], check=False, capture_output=True).returncode == 0
    if not (made and disk.mount()):
        pytest.skip("no file system in a file can be mounted here (root, a loop device and e2fsprogs are needed)")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk.folder)], check=True)


@pytest.mark.fault(17)
def test_a_damaged_file_is_refused_at_start_with_the_way_back(tmp_path: Path) -> None:
    """Bytes flipped in the middle of the records: one sentence names the file's state and the remedy, which works."""
    place = Stack(tmp_path / "damaged", BACKUP_DIR=str(tmp_path / "backups"), KEYS_BACKUP_DIR=str(tmp_path / "keys"))
    assert run_interlude("setup", env_file=place.env_file).returncode == 0
    assert run_interlude("backup", env_file=place.env_file).returncode == 0
    path = place.folder / "records.db"
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 64] = bytes(64)
    path.write_bytes(raw)
    refused = run_interlude("setup", env_file=place.env_file)
    assert refused.returncode == 1
    assert "restore the newest backup" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run_interlude("restore", env_file=place.env_file).returncode == 0
    assert run_interlude("setup", env_file=place.env_file).returncode == 0
