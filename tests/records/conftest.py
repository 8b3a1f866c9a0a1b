"""A practice with one therapist, one client and their conversation; a disk that can be filled."""

from __future__ import annotations

import contextlib
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.records import Store
from tests.records.practice import Practice, fill


@pytest.fixture
def practice(store: Store) -> Practice:
    """The ids of a small practice that `store` holds."""
    return fill(store)


@dataclass(frozen=True)
class SmallDisk:
    """A folder, and a block during which it has no room."""

    path: Path
    full: Callable[[], AbstractContextManager[None]]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A real file system of 4 MB where one may be mounted; else files of this process that may not grow."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(path)]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode != 0:
        yield SmallDisk(path=path, full=_no_growth)
        return
    yield SmallDisk(path=path, full=lambda: _no_block_left(path))
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextlib.contextmanager
def _no_block_left(path: Path) -> Iterator[None]:
    filler = path / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"0" * 4096):
            pass
    yield
    filler.unlink()


@contextlib.contextmanager
def _no_growth() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)
