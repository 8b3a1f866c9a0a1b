"""One key per entry, in a file apart from the records.

The practice key never encrypts a text. Keys derived from it encrypt the two database files, wrap the entry keys and
seal the audit chain. Entry keys are random, so that destroying one leaves nothing to derive it from: a backup of the
records is then unreadable for that entry, practice key at hand or not.

Keys are made in batches, durable before the first is used, so that a message's transaction touches one file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CheckConstraint, Column, Connection, LargeBinary, MetaData, String, Table, delete, insert, select
from sqlcipher3 import dbapi2

from bot.privacy.practice_key import KEY_BYTES, derive, read_practice_key
from bot.records import migrating, sqlcipher
from bot.records.errors import KeyDestroyed, StoreDamaged, StoreError, from_database, mapped
from bot.records.transaction import new_id

__all__ = ["KeyDestroyed", "Keyring", "open_keyring"]

_LOG = structlog.get_logger()
# Keys made ahead at a time, and the number left at which the next batch is made in the background.
BATCH = 100
LOW = 40
# Keys kept unwrapped in memory: a year of a busy client several times over, in about 4 MB.
_CACHED = 20_000
_NONCE_BYTES = 12
_BUSY_TIMEOUT_S = 5.0
_VERSIONS = Path(__file__).parent / "migrations"

metadata = MetaData()
entry_keys = Table(
    "entry_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
# What clients had erased, by id. Here and not in the records, because a restored backup of those has forgotten it.
erasures = Table(
    "erasures",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("id", String(36), primary_key=True),
    CheckConstraint("kind IN ('client', 'reflection', 'message')", name="ck_erasures_kind"),
)


class Keyring:
    """The keys of one practice, open. Safe to use from several threads; made by `open_keyring`."""

    def __init__(self, *, path: Path, practice_key: bytes) -> None:
        self._practice_key = practice_key
        self._wrapping = AESGCM(derive(practice_key, "entry key wrapping"))
        self._path = path
        # Encrypts the keys' file itself; a backup of it is made and checked under the same key.
        self.file_key = derive(practice_key, "database keys")
        self._engine = sqlcipher.make_engine(
            path, self.file_key, busy_timeout_s=_BUSY_TIMEOUT_S, writable=True, pool_size=2
        )
        self._lock = threading.Lock()
        self._filling = threading.Lock()
        self._ready: deque[tuple[str, bytes]] = deque()
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._reader: Any = None
        self._seen_version: int | None = None

    def database_key(self, name: str) -> bytes:
        """The 32 bytes that encrypt the database file called `name`."""
        return derive(self._practice_key, f"database {name}")

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA-256 of `data` under a key of its own for `purpose`."""
        return hmac.new(derive(self._practice_key, f"mac {purpose}"), data, hashlib.sha256).digest()

    def seal(self, purpose: str, data: bytes, *, owner: str) -> bytes:
        """`data` under a key of its own for `purpose` (AES-256-GCM), bound to `owner`, the id of whose it is.

        For what is as lasting as the practice; what somebody may have erased is an entry with a key of its own.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._sealing(purpose).encrypt(nonce, data, owner.encode())

    def unseal(self, purpose: str, sealed: bytes, *, owner: str) -> bytes:
        """What `seal` sealed for the same purpose and owner. Raises StoreDamaged."""
        try:
            return self._sealing(purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError):
            raise StoreDamaged(f"what was sealed as {purpose!r} was altered; restore the newest backup") from None

    def new_key(self) -> tuple[str, bytes]:
        """An unused (key id, 32 bytes), already durable in the keys' file.

        Raises StoreError only when no key is left and none can be made; until then a full disk under the keys' file
        stops nobody.
        """
        while True:
            with self._lock:
                made = self._ready.popleft() if self._ready else None
                left = len(self._ready)
            if made is None:
                self._fill()
                continue
            if left < LOW and not self._filling.locked():
                threading.Thread(target=self._fill_in_background, name="keys-ahead", daemon=True).start()
            with self._lock:
                self._remember(*made)
            return made

    def key(self, key_id: str) -> bytes:
        """The 32 bytes of a key. Raises KeyDestroyed, StoreDamaged."""
        with self._lock, _driver_mapped():
            self._forget_if_changed()
            known = self._known.get(key_id)
            if known is not None:
                self._known.move_to_end(key_id)
                return known
            row = self._reader.execute("SELECT wrapped FROM entry_keys WHERE id = ?", (key_id,)).fetchone()
            if row is None:
                raise KeyDestroyed(f"key {key_id} is destroyed; its entry cannot be read by anybody")
            try:
                key = self._wrapping.decrypt(row[0][:_NONCE_BYTES], row[0][_NONCE_BYTES:], key_id.encode("ascii"))
            except (InvalidTag, ValueError):  # the latter for one cut short
                raise StoreDamaged(f"key {key_id} was altered; restore the newest backup of the keys") from None
            self._remember(key_id, key)
            return key

    def destroy(self, key_ids: Iterable[str]) -> None:
        """Forgets keys for good: overwritten in the file, and the write-ahead log emptied.

        Destroying a key that is gone already is no error. Raises StoreBusy, StoreFull: then all may still exist.
        """
        doomed = list(key_ids)
        with self._transaction() as connection:
            for key_id in doomed:
                connection.execute(delete(entry_keys).where(entry_keys.c.id == key_id))
        with self._lock, _driver_mapped():
            for key_id in doomed:
                self._known.pop(key_id, None)
            self._open_reader()
            busy = self._reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreError("the keys are deleted, but the log that still holds them is in use; try again")

    def note_erasure(self, kind: str, erased_id: str) -> None:
        """Remembers, durably, that a client, reflection or message is to be gone from every restored backup."""
        with self._transaction() as connection:
            known = select(erasures.c.id).where(erasures.c.kind == kind, erasures.c.id == erased_id)
            if connection.execute(known).first() is None:
                connection.execute(insert(erasures).values(kind=kind, id=erased_id))

    def erasures(self) -> list[tuple[str, str]]:
        """Every (kind, id) noted, in a stable order."""
        with self._transaction() as connection:
            rows = connection.execute(select(erasures.c.kind, erasures.c.id).order_by(erasures.c.kind, erasures.c.id))
            return [(row.kind, row.id) for row in rows]

    def close(self) -> None:
        """Closes the file and drops every key from memory."""
        with self._filling, self._lock:
            self._engine.dispose()
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            self._ready.clear()
            self._known.clear()

    def _fill(self) -> None:
        with self._filling:
            with self._lock:
                if len(self._ready) >= LOW:
                    return
            made = [(new_id(), os.urandom(KEY_BYTES)) for _ in range(BATCH)]
            with self._transaction() as connection:
                connection.execute(
                    insert(entry_keys), [{"id": key_id, "wrapped": self._wrap(key_id, key)} for key_id, key in made]
                )
            with self._lock:
                self._ready.extend(made)

    def _fill_in_background(self) -> None:
        try:
            self._fill()
        except StoreError as error:
            # Keys are left; the next new_key tries again, and says so itself once none is.
            _LOG.warning("keys_not_made_ahead", error=type(error).__name__)

    def _sealing(self, purpose: str) -> AESGCM:
        return AESGCM(derive(self._practice_key, f"seal {purpose}"))

    def _wrap(self, key_id: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, key_id.encode("ascii"))

    def _remember(self, key_id: str, key: bytes) -> None:
        self._known[key_id] = key
        if len(self._known) > _CACHED:
            self._known.popitem(last=False)

    def _forget_if_changed(self) -> None:
        """A key that another process destroyed must not live on in this one's memory."""
        self._open_reader()
        version = self._reader.execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen_version:
            self._known.clear()
            self._seen_version = version

    def _open_reader(self) -> None:
        if self._reader is None:
            self._reader = sqlcipher.connect(self._path, self.file_key, busy_timeout_s=_BUSY_TIMEOUT_S)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with mapped(), self._engine.connect() as connection:
            try:
                with connection.begin():
                    yield connection
            except Exception:
                connection.invalidate()
                raise


@contextmanager
def _driver_mapped() -> Iterator[None]:
    try:
        yield
    except dbapi2.Error as error:
        raise from_database(error) from error


def open_keyring(keys_url: str, practice_key_file: Path) -> Keyring:
    """Opens the keys, creating or migrating their file first; several processes may do so at once.

    Raises:
        KeyFileError: no usable practice key. StoreRefused, StoreBusy, StoreFull, StoreDamaged: as for the records.
    """
    practice_key = read_practice_key(Path(practice_key_file))
    path = sqlcipher.path_of(keys_url)
    with sqlcipher.opening(path):
        keyring = Keyring(path=path, practice_key=practice_key)
        try:
            with keyring._transaction() as connection:
                migrating.upgrade(connection, versions=_VERSIONS, metadata=metadata)
        except BaseException:
            keyring.close()
            raise
    return keyring
