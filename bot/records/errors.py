"""What can go wrong between a verb and the disk, in the terms a caller acts on.

The safety card turns on these: whatever keeps a message from being durable is a `StoreError`, so one `except` is enough
for "nobody could be told". Messages hold values, limits and remedies, never a parameter of a statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StoreError(Exception):
    """The store did not do what was asked; nothing of the transaction remains."""


class StoreBusy(StoreError):
    """Another process held the database longer than the busy time-out. Trying again may work."""


class StoreFull(StoreError):
    """The disk is full or read-only, or a write failed. Trying again helps only after somebody has made room."""


class StoreDamaged(StoreError):
    """The file is torn, altered, or was written under another practice key."""


class StoreRefused(StoreError):
    """This machine's SQLCipher does not give what the records need, or the address is not one we can open."""


class KeyDestroyed(StoreError):
    """The entry's key is gone, on purpose: nobody can read it again."""


class RecordsRefusal(Exception):
    """The store is well; what was asked does not fit what it holds. Never a reason to say that nothing was stored."""


class NotFound(RecordsRefusal):
    """No row of this kind has this id."""


class ReadOnly(RuntimeError):
    """A verb that writes was called in `store.read()`: a mistake in the caller."""


# Result codes of https://sqlite.org/rescode.html, primary part.
_BUSY = {5, 6}  # BUSY, LOCKED
_FULL = {8, 10, 13, 14}  # READONLY, IOERR, FULL, CANTOPEN
_DAMAGED = {11, 26}  # CORRUPT, NOTADB


def from_database(error: BaseException) -> StoreError:
    """The error that a caller acts on, for one that a database driver raised."""
    if isinstance(error, PoolTimeout):
        return StoreBusy("every connection of this process stayed in use past the busy time-out; try again")
    driver_error = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(driver_error, "sqlite_errorcode", None)
    name = getattr(driver_error, "sqlite_errorname", None) or type(driver_error).__name__
    if isinstance(code, int):
        primary = code & 0xFF
        if primary in _BUSY:
            return StoreBusy(f"the database stayed locked past the busy time-out ({name}); try again")
        if primary in _FULL:
            return StoreFull(
                f"the database could not be written ({name}); make room on its disk, or mount it for writing"
            )
        if primary in _DAMAGED:
            return StoreDamaged(
                f"the database cannot be read ({name}): it is damaged or belongs to another practice key; "
                "restore the newest backup, or put the right key file in place"
            )
    return StoreError(f"the database refused a statement ({name})")


@contextmanager
def mapped() -> Iterator[None]:
    """Turns errors of the driver into those above, without the statement's parameters."""
    try:
        yield
    except SQLAlchemyError as error:
        raise from_database(error) from error
