"""Erasure on a client's own word, with a receipt (I7).

The order matters. First the erasure is noted beside the keys, where no backup of the records can forget it. Then rows
and keys go. A kill in between leaves a note that the next try, or the next restore, makes true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.privacy import audit
from bot.records import Store, Tx, erasing
from bot.records.erasing import Erased, Kept


@dataclass(frozen=True, slots=True)
class Receipt:
    """What went and what stays, for the client to read."""

    at: datetime
    erased: Erased
    kept: Kept


def erase(store: Store, *, kind: str, erased_id: str, client_id: str, actor: str, at: datetime) -> Receipt:
    """Erases a client's whole own store, one reflection or one message.

    Args:
        kind: client, reflection or message.
        erased_id: its id; it must belong to `client_id`, which the caller has checked.
        actor: who asked, for the audit.

    Raises:
        StoreError: nothing is promised; asking again is safe.
    """
    store.keyring.note_erasure(kind, erased_id)
    with store.write() as tx:
        erased = erase_noted(tx, kind, erased_id, at=at)
        kept = erasing.kept_of(tx, client_id)
        counts = {"messages": erased.messages, "reflections": erased.reflections, "summaries": erased.summaries}
        audit.note(tx, actor=actor, action=f"erase_{kind}", client_id=client_id, target=erased_id, data=counts, at=at)
    # Not left to the next start: the receipt says that nobody can read it, so nobody may be able to.
    store.sweep_keys()
    return Receipt(at=at, erased=erased, kept=kept)


def erase_noted(tx: Tx, kind: str, erased_id: str, *, at: datetime) -> Erased:
    """The erasure behind a note. Raises ValueError for an unknown kind."""
    if kind == "client":
        return erasing.erase_client(tx, erased_id, at=at)
    if kind == "reflection":
        return erasing.erase_reflection(tx, erased_id, at=at)
    if kind == "message":
        return erasing.erase_message(tx, erased_id, at=at)
    raise ValueError(f"no erasure of kind {kind!r}; there are client, reflection and message")
