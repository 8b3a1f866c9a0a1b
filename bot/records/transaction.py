"""The transaction that every verb takes as its first argument, and the keys it may ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Executable, Row, Select
from sqlalchemy.sql.dml import UpdateBase

from bot.records.errors import NotFound, ReadOnly

type AnyRow = Row[Any]


class Keyring(Protocol):
    """What records need of the practice's keys; `bot.privacy.keys.Keyring` is the real one."""

    def new_key(self) -> tuple[str, bytes]:
        """An unused (key id, 32 bytes), already durable."""
        ...

    def key(self, key_id: str) -> bytes:
        """The 32 bytes of a key. Raises KeyDestroyed."""
        ...

    def destroy(self, key_ids: Iterable[str]) -> None:
        """Forgets keys for good."""
        ...

    def database_key(self, name: str) -> bytes:
        """The 32 bytes that encrypt the database file called `name`."""
        ...

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA-256 of `data` under a key of its own for `purpose`."""
        ...

    def seal(self, purpose: str, data: bytes, *, owner: str) -> bytes:
        """`data` under a key of its own for `purpose`, bound to the id of whose it is."""
        ...

    def unseal(self, purpose: str, sealed: bytes, *, owner: str) -> bytes:
        """What `seal` sealed. Raises StoreDamaged."""
        ...

    def note_erasure(self, kind: str, erased_id: str) -> None:
        """Remembers an erasure where no backup of the records can forget it."""
        ...

    def erasures(self) -> list[tuple[str, str]]:
        """Every (kind, id) noted."""
        ...

    def close(self) -> None:
        """Drops every key from memory."""
        ...


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction. Made by `Store.write()` and `Store.read()`, passed to verbs, never kept."""

    connection: Connection
    keyring: Keyring
    writable: bool
    # Keys of entries deleted in this transaction, destroyed once it is durable.
    doomed: list[str] = field(default_factory=list)

    def all(self, statement: Select[Any]) -> Sequence[AnyRow]:
        """Every row of a query."""
        return self.connection.execute(statement).all()

    def first(self, statement: Select[Any]) -> AnyRow | None:
        """The first row of a query, or None."""
        return self.connection.execute(statement).first()

    def need(self, statement: Select[Any], what: str) -> AnyRow:
        """The first row of a query. Raises NotFound naming `what` (a kind of row and an id)."""
        row = self.first(statement)
        if row is None:
            raise NotFound(f"no {what}")
        return row

    def scalar(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement).scalar()

    def run(self, statement: UpdateBase) -> int:
        """An INSERT, UPDATE or DELETE; the number of rows it touched. Raises ReadOnly."""
        self.must_write()
        return self.connection.execute(statement).rowcount

    def changed(self, statement: UpdateBase) -> AnyRow | None:
        """The row that an INSERT or UPDATE with RETURNING touched, or None. Raises ReadOnly."""
        self.must_write()
        return self.connection.execute(statement).first()

    def insert_numbered(self, statement: UpdateBase) -> int:
        """An INSERT into a table that numbers its rows; the new number. Raises ReadOnly."""
        self.must_write()
        key = self.connection.execute(statement).inserted_primary_key  # type: ignore[attr-defined,unused-ignore]
        assert key is not None
        return int(key[0])

    def must_write(self) -> None:
        """Raises ReadOnly in `store.read()`."""
        if not self.writable:
            raise ReadOnly("this verb writes: call it in store.write(), not in store.read()")


def new_id() -> str:
    """A fresh id: 32 hexadecimal characters."""
    return uuid.uuid4().hex
