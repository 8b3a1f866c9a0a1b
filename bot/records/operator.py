"""The operator's look into the encrypted file: tables, counts, sizes, plans; read-only, and no client text.

Private text stays sealed here, because entry keys are not given out; what is left are ids, times and states.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlcipher3
from sqlcipher3 import dbapi2

from bot.records import sqlcipher
from bot.records.errors import StoreRefused
from bot.records.transaction import Keyring

if TYPE_CHECKING:
    from sqlite_utils import Database


# Actions of https://sqlite.org/c3ref/c_alter_table.html that only look. No ATTACH: a copy without a key could be made
# through it, and no PRAGMA that switches something back on.
_LOOKS = frozenset(
    {
        dbapi2.SQLITE_SELECT,
        dbapi2.SQLITE_READ,
        dbapi2.SQLITE_FUNCTION,
        dbapi2.SQLITE_RECURSIVE,
        dbapi2.SQLITE_TRANSACTION,
        dbapi2.SQLITE_SAVEPOINT,
    }
)
_PRAGMAS = frozenset(
    {
        "compile_options", "foreign_key_list", "freelist_count", "index_info", "index_list", "index_xinfo",
        "page_count", "page_size", "recursive_triggers", "schema_version", "table_info", "table_list", "table_xinfo",
        "user_version",
    }
)  # fmt: skip


@contextmanager
def open_for_operator(database_url: str, *, keyring: Keyring, busy_timeout_s: float = 5.0) -> Iterator[Database]:
    """The records as a sqlite-utils Database, closed at the end of the block. It cannot write.

    Raises StoreRefused, StoreBusy, StoreDamaged, StoreFull.
    """
    # sqlite-utils takes this name if it is there: its errors are then those of the driver that opened the file.
    sys.modules.setdefault("pysqlite3", sqlcipher3)
    sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)
    from sqlite_utils import Database

    path = sqlcipher.path_of(database_url)
    if not path.exists():
        raise StoreRefused(f"there is no database at {path}; start the product once, or name another address")
    connection = sqlcipher.connect(path, keyring.database_key("records"), busy_timeout_s=busy_timeout_s)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_may)
        yield Database(connection)
    finally:
        connection.close()


def _may(action: int, argument: str | None, _second: str | None, _database: str | None, _trigger: str | None) -> int:
    allowed = action in _LOOKS or (action == dbapi2.SQLITE_PRAGMA and (argument or "").lower() in _PRAGMAS)
    return int(dbapi2.SQLITE_OK if allowed else dbapi2.SQLITE_DENY)
