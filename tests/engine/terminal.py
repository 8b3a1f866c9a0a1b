"""A program in a terminal of its own: what it shows, and what is typed into it."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

# Asked by some programs: "where is the cursor?"; and what a terminal answers.
_WHERE, _HERE = b"\x1b[6n", b"\x1b[1;1R"
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Runs a command until it is left; then it is killed."""

    def __init__(self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> None:
        self._shown = b""
        self._read_up_to = 0
        self._pid, self._file = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execve(command[0], list(command), {**environment, "TERM": "dumb"})

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._file)

    def write(self, line: str) -> None:
        """Types a line and presses Enter. What was shown before no longer counts for `wait_for`."""
        self._read_up_to = len(self._shown)
        os.write(self._file, line.encode() + b"\r")

    def wait_for(self, words: str, *, timeout_s: float) -> str:
        """What was shown since the last line typed, once it holds `words`. Raises AssertionError."""
        deadline = time.monotonic() + timeout_s
        while words not in self.text():
            assert time.monotonic() < deadline, f"{words!r} was not shown within {timeout_s:g} s:\n{self.text()}"
            ready, _, _ = select.select([self._file], [], [], 0.2)
            if ready:
                with contextlib.suppress(OSError):
                    chunk = os.read(self._file, 65_536)
                    self._shown += chunk
                    if _WHERE in chunk:
                        os.write(self._file, _HERE)
        return self.text()

    def text(self) -> str:
        """What was shown since the last line typed, without colours."""
        return _STYLE.sub("", self._shown[self._read_up_to :].decode("utf-8", "replace"))
