"""Private text: one sealed entry each, with a key and a fate of its own.

`own` is the client's and can be erased; `record` belongs to the practice record and stays for its stated period.
Sharing copies from the first to the second. An entry is sealed with AES-256-GCM; its id, client and fate are
authenticated with it, so that a row moved to another client or given another fate does not open.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select

from bot.records.errors import StoreDamaged
from bot.records.schema import doomed_keys, entries
from bot.records.transaction import AnyRow, Tx, new_id

type Fate = Literal["own", "record"]

# NIST SP 800-38D, 8.2: 96 bits. Each key seals once, so that a random nonce can never repeat under it.
_NONCE_BYTES = 12

# What a query must select, besides its own columns, for `open_row`.
SEALED = (
    entries.c.id.label("entry_id"),
    entries.c.client_id.label("entry_client_id"),
    entries.c.fate.label("entry_fate"),
    entries.c.key_id.label("entry_key_id"),
    entries.c.sealed.label("entry_sealed"),
)


def seal(tx: Tx, value: Any, *, client_id: str, fate: Fate, at: datetime) -> str:
    """Stores a JSON value as a new entry; its id. Any string survives, lone surrogates and NUL included."""
    tx.must_write()
    entry_id = new_id()
    key_id, key = tx.keyring.new_key()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, to_bytes(value), _bound_to(entry_id, client_id, fate))
    tx.run(insert(entries).values(id=entry_id, client_id=client_id, fate=fate, key_id=key_id, sealed=sealed, at=at))
    return entry_id


def unseal(tx: Tx, entry_id: str) -> Any:
    """The value of an entry. Raises NotFound, KeyDestroyed, StoreDamaged."""
    return open_row(tx, tx.need(select(*SEALED).where(entries.c.id == entry_id), f"entry {entry_id}"))


def open_row(tx: Tx, row: AnyRow) -> Any:
    """The value of the entry whose SEALED columns are in `row`. Raises KeyDestroyed, StoreDamaged."""
    key = tx.keyring.key(row.entry_key_id)
    nonce, body = row.entry_sealed[:_NONCE_BYTES], row.entry_sealed[_NONCE_BYTES:]
    try:
        plain = AESGCM(key).decrypt(nonce, body, _bound_to(row.entry_id, row.entry_client_id, row.entry_fate))
    except (InvalidTag, ValueError):  # the latter for one cut short
        raise StoreDamaged(f"entry {row.entry_id} was altered; restore it from a backup") from None
    return from_bytes(plain)


def copy(tx: Tx, entry_id: str, *, fate: Fate, at: datetime) -> str:
    """A second entry with the same content, its own key and another fate; its id."""
    row = tx.need(select(*SEALED).where(entries.c.id == entry_id), f"entry {entry_id}")
    return seal(tx, open_row(tx, row), client_id=row.entry_client_id, fate=fate, at=at)


def discard(tx: Tx, entry_ids: Iterable[str], *, at: datetime) -> None:
    """Deletes entries nobody refers to any more, and dooms their keys: destroyed once this transaction is durable."""
    for entry_id in entry_ids:
        row = tx.need(select(entries.c.key_id).where(entries.c.id == entry_id), f"entry {entry_id}")
        tx.run(insert(doomed_keys).values(key_id=row.key_id, at=at))
        tx.doomed.append(row.key_id)
        tx.run(delete(entries).where(entries.c.id == entry_id))


def to_bytes(value: Any) -> bytes:
    """JSON with sorted keys: the same value always gives the same bytes.

    Escapes would join two lone surrogates into one character on the way back; `surrogatepass` keeps them as they came.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def from_bytes(data: bytes) -> Any:
    """The inverse of `to_bytes`."""
    return json.loads(data.decode("utf-8", "surrogatepass"))


def _bound_to(entry_id: str, client_id: str, fate: str) -> bytes:
    return f"{entry_id}|{client_id}|{fate}".encode("ascii")
