"""The open database: transactions in, errors that a caller can act on out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlcipher3 import dbapi2

from bot.records import migrating, sqlcipher
from bot.records.errors import StoreError, from_database, mapped
from bot.records.schema import doomed_keys
from bot.records.transaction import Keyring, Tx

_LOG = structlog.get_logger()
# Transactions that may run at once in one process; more wait for the busy time-out. SQLite admits one writer at a time.
_WRITERS = 2
_READERS = 6


class Store:
    """One database, open. Safe to use from several threads; made by `open_store`."""

    def __init__(self, *, path: Path, key: bytes, keyring: Keyring, busy_timeout_s: float) -> None:
        self._path = path
        self._key = key
        self._busy_timeout_s = busy_timeout_s
        self.keyring = keyring
        self._writers = self._engine(writable=True, pool_size=_WRITERS)
        self._readers = self._engine(writable=False, pool_size=_READERS)
        self._watch_lock = threading.Lock()
        self._watch: Any = None

    def _engine(self, *, writable: bool, pool_size: int) -> Engine:
        return sqlcipher.make_engine(
            self._path, self._key, busy_timeout_s=self._busy_timeout_s, writable=writable, pool_size=pool_size
        )

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One write transaction: durable when the block has ended without an error, gone without a trace otherwise.

        Raises StoreBusy after the busy time-out, StoreFull, StoreDamaged, StoreError; whatever the block raises passes
        through after the rollback.
        """
        with _transaction(self._writers) as connection:
            tx = Tx(connection=connection, keyring=self.keyring, writable=True)
            yield tx
        if tx.doomed:
            # The transaction is durable and its caller must hear so, whatever becomes of the keys.
            self.try_to_sweep_keys()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One snapshot: every query in the block sees the same state, and nothing in it can write."""
        with _transaction(self._readers) as connection:
            yield Tx(connection=connection, keyring=self.keyring, writable=False)

    def sweep_keys(self) -> int:
        """Destroys the keys of deleted entries that are not destroyed yet; their number.

        In this order a kill between the two steps leaves a row naming a key already gone, which the next sweep clears.
        """
        with self.read() as tx:
            key_ids = [row.key_id for row in tx.all(select(doomed_keys.c.key_id))]
        if key_ids:
            self.keyring.destroy(key_ids)
            with _transaction(self._writers) as connection:
                for key_id in key_ids:
                    connection.execute(delete(doomed_keys).where(doomed_keys.c.key_id == key_id))
        return len(key_ids)

    def try_to_sweep_keys(self) -> None:
        """Destroys them if it can; if not, doomed_keys stays for the next time, and the log says so."""
        try:
            self.sweep_keys()
        except StoreError as error:
            _LOG.warning("keys_not_yet_destroyed", error=type(error).__name__)

    def data_version(self) -> int:
        """A number that changes when any other connection, of any process, has committed. About 4 microseconds.

        Source: https://sqlite.org/pragma.html#pragma_data_version
        """
        with self._watch_lock:
            if self._watch is None:
                self._watch = sqlcipher.connect(self._path, self._key, busy_timeout_s=self._busy_timeout_s)
            try:
                return int(self._watch.execute("PRAGMA data_version").fetchone()[0])
            except dbapi2.Error as error:
                self._watch.close()
                self._watch = None
                raise from_database(error) from error

    def check(self) -> None:
        """Reads the whole file and verifies every page. Raises StoreDamaged. About a second for 300 MB."""
        connection = sqlcipher.connect(self._path, self._key, busy_timeout_s=self._busy_timeout_s)
        try:
            sqlcipher.verify(connection)
        finally:
            connection.close()

    def close(self) -> None:
        """Closes every connection; the store cannot be used afterwards."""
        self._writers.dispose()
        self._readers.dispose()
        with self._watch_lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction, which is committed at the end or rolled back for certain."""
    with mapped():
        connection = engine.connect()
    try:
        with mapped():
            connection.begin()
            yield connection
            connection.commit()
    except StoreError:
        # After a failed statement or commit the driver's idea of the transaction and SQLite's may differ: a connection
        # that saw an error is not used again.
        connection.invalidate()
        raise
    except BaseException:
        with mapped():
            _roll_back(connection)
        raise
    finally:
        connection.close()


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except SQLAlchemyError:
        connection.invalidate()
        raise


def open_store(database_url: str, *, keyring: Keyring, busy_timeout_s: float = 5.0) -> Store:
    """Opens the records, creating or migrating them first; several processes may do so at once.

    Args:
        database_url: `sqlcipher:///` and a path.
        keyring: gives the file's key and one key per entry.
        busy_timeout_s: how long a transaction waits for another process's, in seconds.

    Raises:
        StoreRefused, StoreBusy, StoreFull, StoreDamaged.
    """
    path = sqlcipher.path_of(database_url)
    with sqlcipher.opening(path):
        store = Store(path=path, key=keyring.database_key("records"), keyring=keyring, busy_timeout_s=busy_timeout_s)
        try:
            with _transaction(store._writers) as connection:
                migrating.upgrade(connection)
            # A key that cannot be destroyed right now must not keep the doors shut.
            store.try_to_sweep_keys()
        except BaseException:
            store.close()
            raise
    return store
