"""Ways in which the store fails while people talk: held by somebody, or on a disk without room."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.privacy.keys import open_keyring
from bot.records import sqlcipher
from tests.stack import Stack

DISK_MB = 96


@contextlib.contextmanager
def locked_records(stack: Stack) -> Iterator[None]:
    """A block during which another program with the practice's key holds the records for itself."""
    settings = stack.settings
    keyring = open_keyring(settings.stored_at(settings.keys_url), settings.path(settings.practice_key_file))
    path = sqlcipher.path_of(settings.stored_at(settings.database_url))
    connection = sqlcipher.connect(path, keyring.database_key("records"), busy_timeout_s=30.0)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()
        keyring.close()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of its own at `folder` where one may be mounted; whether there is."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def no_room(stack: Stack, *, mounted: bool) -> Iterator[None]:
    """A block during which no part can write a byte more: the disk is full, or their files may not grow."""
    if mounted:
        filler = stack.folder / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"0" * 4096):
                pass
        try:
            yield
        finally:
            filler.unlink()
        return
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in stack.processes()}
    for pid, (_soft, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
