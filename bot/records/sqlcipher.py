"""Everything that is true only of the embedded, encrypted SQLite file.

The file is encrypted page by page under a raw 32-byte key, so opening it derives nothing and costs a few milliseconds.
Each setting is read back after it was made: a SQLite built without encryption, or a disk on which write-ahead logging
silently does not work, must stop the product instead of weakening it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from bot.records.errors import StoreBusy, StoreDamaged, StoreFull, StoreRefused, from_database

PREFIX = "sqlcipher:///"
KEY_BYTES = 32
# Long enough for another process to finish its migration.
OPENING_LIMIT_S = 60.0
_OPENING_LOOK_S = 0.02
_FULL = 2


def path_of(url: str) -> Path:
    """The file of `sqlcipher:///relative` or `sqlcipher:////absolute`. Raises StoreRefused for any other address."""
    if not url.startswith(PREFIX) or len(url) == len(PREFIX):
        scheme = url.partition(":")[0]
        raise StoreRefused(
            f"a database address must begin with {PREFIX} and name a file; this one is of kind {scheme!r}"
        )
    return Path(url.removeprefix(PREFIX))


def connect(path: Path, key: bytes, *, busy_timeout_s: float) -> Any:
    """A driver connection, every setting made and verified. Raises StoreRefused, StoreDamaged, StoreBusy, StoreFull."""
    if len(key) != KEY_BYTES:
        raise StoreRefused(f"the database key has {len(key)} bytes, it must have {KEY_BYTES}")
    try:
        # isolation_level=None: transactions are begun by us, because the driver would begin them too late to be safe.
        connection = dbapi2.connect(
            str(path), timeout=busy_timeout_s, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            _set_up(connection, key)
        except BaseException:
            connection.close()
            raise
    except dbapi2.Error as error:
        # `from None`: the driver may quote the statement that failed, and one of them holds the key.
        raise from_database(error) from None
    return connection


def _set_up(connection: Any, key: bytes) -> None:
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    version = connection.execute("PRAGMA cipher_version").fetchone()
    if not version or not version[0]:
        raise StoreRefused("this SQLite cannot encrypt (no cipher_version); install sqlcipher3 as locked")
    journal = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    # A sort that spills must not spill plain text to a file.
    connection.execute("PRAGMA temp_store = MEMORY")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    foreign_keys = connection.execute("PRAGMA foreign_keys").fetchone()[0]
    secure_delete = connection.execute("PRAGMA secure_delete").fetchone()[0]
    if journal != "wal" or synchronous != _FULL or foreign_keys != 1 or secure_delete != 1:
        raise StoreRefused(
            f"the database runs with journal_mode={journal}, synchronous={synchronous}, foreign_keys={foreign_keys}, "
            f"secure_delete={secure_delete}; it needs wal, {_FULL}, 1, 1: put it on a local disk"
        )


def make_engine(path: Path, key: bytes, *, busy_timeout_s: float, writable: bool, pool_size: int) -> Engine:
    """A pool of connections whose transactions begin with BEGIN IMMEDIATE (`writable`) or read one snapshot.

    BEGIN IMMEDIATE takes the write lock first: a transaction that reads and then writes would otherwise fail half of
    the time under several processes, without the busy time-out being honoured.
    """

    def creator() -> Any:
        connection = connect(path, key, busy_timeout_s=busy_timeout_s)
        if not writable:
            connection.execute("PRAGMA query_only = ON")
        return connection

    engine = sqlalchemy.create_engine(
        "sqlite://",
        module=dbapi2,
        creator=creator,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_timeout_s,
        pool_reset_on_return=None,
        hide_parameters=True,
    )
    statement = "BEGIN IMMEDIATE" if writable else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return engine


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Holds the file's opening lock, so that one process at a time creates or migrates it. Raises StoreBusy, StoreFull.

    The lock is the kernel's and ends with the process, however that ends. The database is made 0600 before SQLite sees
    it; its companions take over that mode.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreFull(f"cannot write beside the database ({error.strerror}); its folder must be writable") from error
    try:
        deadline = time.monotonic() + OPENING_LIMIT_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise StoreBusy(
                        f"another process has been opening the database for {OPENING_LIMIT_S:.0f} s"
                    ) from error
                time.sleep(_OPENING_LOOK_S)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreFull(f"cannot write the database ({error.strerror}); its folder must be writable") from error
        yield
    finally:
        os.close(descriptor)


def verify(connection: Any) -> None:
    """Reads every page and checks its code, then the tables' structure. Raises StoreDamaged naming the first fault."""
    for pragma in ("cipher_integrity_check", "integrity_check", "foreign_key_check"):
        try:
            rows = connection.execute(f"PRAGMA {pragma}").fetchmany(1)
        except dbapi2.Error as error:
            raise from_database(error) from error
        if rows and rows[0][0] != "ok":
            raise StoreDamaged(f"the database fails {pragma}: {rows[0][0]}; restore the newest backup")
