"""The migrations make what the schema declares, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from bot.privacy import keys
from bot.records import Store, StoreError, migrating, sqlcipher
from bot.records.schema import metadata
from bot.records.store import open_store


def _engine(path: Path) -> Any:
    return sqlcipher.make_engine(path, b"k" * 32, busy_timeout_s=1, writable=True, pool_size=1)


def _differences(connection: Connection, declared: MetaData) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), declared))


def test_migrations_make_the_declared_schema_when_run_from_nothing(tmp_path: Path) -> None:
    """From an empty file to the head nothing is missing, superfluous or of another type."""
    with _engine(tmp_path / "new.db").begin() as connection:
        assert len(_differences(connection, metadata)) > 20
        migrating.upgrade(connection)
        assert _differences(connection, metadata) == []


def test_migrations_of_the_keys_make_the_declared_schema(tmp_path: Path) -> None:
    """The same for the keys' file, whose migrations are apart."""
    with _engine(tmp_path / "new.db").begin() as connection:
        migrating.upgrade(connection, versions=keys._VERSIONS, metadata=keys.metadata)
        assert _differences(connection, keys.metadata) == []


def test_partial_indexes_and_triggers_are_made(store: Store) -> None:
    """What the comparison does not see: conditions of unique indexes, and the triggers of append-only tables."""
    with store.read() as tx:
        made = {
            row.name: row.sql
            for row in tx.connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        }
    assert "WHERE state <> 'closed'" in made["uq_episodes_open"]
    assert "WHERE state = 'open'" in made["uq_reflections_open"]
    assert {name for name in made if "_refuses_" in name} == {
        "audit_refuses_update", "audit_refuses_delete", "consents_refuses_update", "episode_steps_refuses_update",
        "events_refuses_update",
    }  # fmt: skip
    assert "AUTOINCREMENT" in made["events"]


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    """A second run finds the head and leaves it."""
    engine = _engine(tmp_path / "new.db")
    for _ in range(2):
        with engine.begin() as connection:
            migrating.upgrade(connection)
            newest = max(path.stem[:4] for path in migrating.RECORDS.glob("[0-9]*.py"))
            assert connection.scalar(text("SELECT group_concat(version_num) FROM alembic_version")) == newest


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, keyring: keys.Keyring, monkeypatch: Any) -> None:
    """Tables made before the failure are gone again: the next start begins from where this one began."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "0001_broken.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision='0001'\ndown_revision=None\n"
        "def upgrade():\n    op.create_table('first', sa.Column('a', sa.Integer()))\n    op.execute('NONSENSE')\n"
    )
    upgrade = migrating.upgrade
    monkeypatch.setattr(migrating, "upgrade", lambda connection: upgrade(connection, versions=folder))
    url = f"sqlcipher:///{tmp_path}/records.db"
    with pytest.raises(StoreError):
        open_store(url, keyring=keyring)
    monkeypatch.undo()
    store = open_store(url, keyring=keyring)
    with store.read() as tx:
        assert "first" not in inspect(tx.connection).get_table_names()
    store.close()
