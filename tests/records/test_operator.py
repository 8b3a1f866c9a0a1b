"""The operator's look: tables and counts, no client text, nothing that writes or copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from bot.privacy.keys import Keyring
from bot.records import Store, StoreRefused
from bot.records.operator import open_for_operator
from tests.records.practice import Practice, say

CANARY = "canary words of a client"


def test_an_operator_sees_tables_counts_and_no_text(
    tmp_path: Path, store: Store, keyring: Keyring, practice: Practice
) -> None:
    """Rows, columns and plans are there through sqlite-utils; every value of every table is searched for the words."""
    with store.write() as tx:
        say(tx, practice, CANARY)
    with open_for_operator(f"sqlcipher:///{tmp_path}/records.db", keyring=keyring) as db:
        assert db["messages"].count == 1
        assert "role" in {column.name for column in db["messages"].columns}
        assert list(db.query("EXPLAIN QUERY PLAN SELECT * FROM messages WHERE id = 'x'"))
        values = [value for name in db.table_names() for row in db[name].rows for value in row.values()]
    assert len(values) > 40
    assert not [value for value in values if CANARY in repr(value)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM messages",
        "UPDATE people SET kind = 'staff'",
        "CREATE TABLE mine (a)",
        "CREATE TEMP TABLE mine (a)",
        "PRAGMA query_only = OFF",
        "PRAGMA key = 'another'",
        "PRAGMA writable_schema = ON",
        "ATTACH DATABASE '{folder}/copy.db' AS copy KEY ''",
        "VACUUM INTO '{folder}/copy.db'",
    ],
)
def test_an_operator_cannot_write_or_copy(
    tmp_path: Path, store: Store, keyring: Keyring, practice: Practice, statement: str
) -> None:
    """Whatever would change the file, or put a copy without its key beside it, is refused."""
    with (
        open_for_operator(f"sqlcipher:///{tmp_path}/records.db", keyring=keyring) as db,
        pytest.raises(dbapi2.DatabaseError),
    ):
        db.execute(statement.format(folder=tmp_path)).fetchall()
    assert not (tmp_path / "copy.db").exists()


def test_an_operator_is_told_when_there_is_no_database(tmp_path: Path, keyring: Keyring) -> None:
    """A wrong address makes no empty file."""
    with (
        pytest.raises(StoreRefused, match="start the product once, or name another address"),
        open_for_operator(f"sqlcipher:///{tmp_path}/other.db", keyring=keyring),
    ):
        pass
    assert not (tmp_path / "other.db").exists()
