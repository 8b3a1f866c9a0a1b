"""What an operator types, as a process of its own against a real practice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.privacy import accounts, audit, second_factor, totp
from bot.privacy.keys import open_keyring
from bot.privacy.practice_key import make_practice_key
from bot.records import open_store, people
from tests.records.practice import AT, ROOT, fill


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A practice in `tmp_path` with one audited look, and the .env that names it."""
    make_practice_key(tmp_path / "practice.key")
    keyring = open_keyring(f"sqlcipher:///{tmp_path}/keys.db", tmp_path / "practice.key")
    store = open_store(f"sqlcipher:///{tmp_path}/records.db", keyring=keyring)
    practice = fill(store)
    with store.write() as tx:
        for _ in range(2):
            audit.note(tx, actor="t", action="read_brief", client_id=practice.client_id, target=None, data={}, at=AT)
    store.close()
    keyring.close()
    (tmp_path / ".env").write_text(
        f"DATABASE_URL=sqlcipher:///{tmp_path}/records.db\nKEYS_URL=sqlcipher:///{tmp_path}/keys.db\n"
        f"PRACTICE_KEY_FILE={tmp_path}/practice.key\nSTATE_DIR={tmp_path}/state\n"
        f"BACKUP_DIR={tmp_path}/backups\nKEYS_BACKUP_DIR={tmp_path}/keys-backup\n"
    )
    return tmp_path


def interlude(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`interlude WORDS` in its own process."""
    environment = {**os.environ, "INTERLUDE_ENV": str(home / ".env")}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_backup_and_restore_round_trip_when_typed(home: Path) -> None:
    """The backup's path is the only line on stdout; restoring names what it replaced."""
    made = interlude(home, "backup")
    assert (made.returncode, Path(made.stdout.strip()).parent) == (0, home / "backups")
    restored = interlude(home, "restore")
    assert restored.returncode == 0
    assert "records.db.replaced-" in restored.stdout


def test_restore_without_a_backup_says_what_to_do(home: Path) -> None:
    """One sentence and exit 1."""
    refused = interlude(home, "restore")
    assert (refused.returncode, refused.stderr) == (1, f"Error: there is no backup in {home}/backups; name a FILE\n")


def test_the_audit_verifies_until_a_row_is_changed(home: Path) -> None:
    """The first row that does not fit is named, and the exit code says so."""
    assert interlude(home, "audit", "verify").stdout == "2 rows verify\n"
    keyring = open_keyring(f"sqlcipher:///{home}/keys.db", home / "practice.key")
    store = open_store(f"sqlcipher:///{home}/records.db", keyring=keyring)
    with store.write() as tx:
        tx.connection.exec_driver_sql("DROP TRIGGER audit_refuses_update")
        tx.connection.exec_driver_sql("UPDATE audit SET actor = 'somebody' WHERE seq = 2")
    store.close()
    keyring.close()
    found = interlude(home, "audit", "verify")
    assert found.returncode == 1
    assert found.stderr.startswith("Error: row 2 of the audit is altered; 1 rows before it verify.")


def test_a_look_into_the_tables_shows_no_private_text_and_cannot_write(home: Path) -> None:
    """Counts and ids are there; a sealed name is only a length; a write is refused."""
    assert "1  clients" in interlude(home, "db", "tables").stdout
    rows = interlude(home, "db", "query", "SELECT client_id, sealed FROM entries")
    assert "sealed bytes" in rows.stdout
    assert "Ada" not in rows.stdout
    assert interlude(home, "db", "query", "DELETE FROM clients").returncode == 1


def test_a_practice_is_described_and_its_first_owner_comes_in(home: Path) -> None:
    """What a live deployment begins with; refusals name the value."""
    said = interlude(home, "practice", "--name", "Quay Practice", "--country", "GB", "--time-zone", "Europe/London")
    assert said.stdout == "Quay Practice: GB, Europe/London, en es\n"
    refused = interlude(home, "practice", "--time-zone", "Mars/Base")
    assert (refused.returncode, "'Mars/Base'" in refused.stderr) == (1, True)
    assert interlude(home, "practice", "--country", "XX").returncode == 1
    owner = ("staff", "add", "kit", "--name", "Kit Sample", "--email", "kit@example.org", "--role", "owner")
    made = interlude(home, *owner)
    assert made.returncode == 0
    again = interlude(home, *owner)
    assert (again.returncode, again.stdout) == (1, "")
    renewed = interlude(home, "staff", "code", "KIT")
    assert renewed.returncode == 0
    assert interlude(home, "staff", "code", "nobody").returncode == 1
    store = open_store(
        f"sqlcipher:///{home}/records.db", keyring=open_keyring(f"sqlcipher:///{home}/keys.db", home / "practice.key")
    )
    with store.write() as tx:
        kit = people.staff_by_login(tx, "kit")
        assert kit is not None
        typed = totp.code(second_factor.offer(tx, kit.id, "1"), totp.step_of(datetime.now(UTC)))
        assert second_factor.enrol(tx, kit.id, "1", typed, at=datetime.now(UTC))
        assert not accounts.choose_password(tx, made.stdout.split()[0], "hash", at=datetime.now(UTC))
        assert accounts.choose_password(tx, renewed.stdout.split()[0], "hash", at=datetime.now(UTC))
    assert interlude(home, "staff", "take-second-factor", "KIT").returncode == 0
    assert interlude(home, "staff", "take-second-factor", "KIT").returncode == 1
    with store.read() as tx:
        assert not second_factor.is_on(tx, kit.id)
    store.close()
