"""The keys: made ahead, durable before use, forgotten for good, useless without the practice's own."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from bot.privacy.keys import BATCH, Keyring, open_keyring
from bot.privacy.practice_key import derive, make_practice_key, read_practice_key
from bot.records import KeyDestroyed, Store, StoreDamaged, StoreError, entries
from bot.records.sqlcipher import connect
from tests.records.practice import AT, Practice, processes


def file_key(folder: Path) -> bytes:
    """What encrypts the keys' file of a practice in `folder`."""
    return derive(read_practice_key(folder / "practice.key"), "database keys")


def rows_in(folder: Path) -> int:
    """How many keys the file holds."""
    connection = connect(folder / "keys.db", file_key(folder), busy_timeout_s=5)
    found = int(connection.execute("SELECT count(*) FROM entry_keys").fetchone()[0])
    connection.close()
    return found


def test_a_key_is_durable_before_it_is_given_out(tmp_path: Path, keyring: Keyring) -> None:
    """A second keyring on the same file knows every key that the first gave out, and no two are alike."""
    given = dict(keyring.new_key() for _ in range(2 * BATCH + 5))
    assert len(given) == len(set(given.values())) == 2 * BATCH + 5
    other = open_keyring(f"sqlcipher:///{tmp_path}/keys.db", tmp_path / "practice.key")
    assert {key_id: other.key(key_id) for key_id in given} == given
    assert {len(key) for key in given.values()} == {32}
    other.close()


def test_keys_are_made_in_batches_and_not_one_by_one(tmp_path: Path, keyring: Keyring) -> None:
    """The first key makes a batch, so that a message's transaction touches one file."""
    keyring.new_key()
    assert rows_in(tmp_path) == BATCH


def test_no_key_is_given_to_two_threads(keyring: Keyring) -> None:
    """Eight threads take keys at once, through several batches."""
    given: list[str] = []

    def take() -> None:
        given.extend([keyring.new_key()[0] for _ in range(60)])

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 480


_TAKE = """
import sys; from pathlib import Path
from bot.privacy.keys import open_keyring
folder = Path(sys.argv[1])
keyring = open_keyring(f"sqlcipher:///{folder}/keys.db", folder / "practice.key")
print(*[keyring.new_key()[0] for _ in range(150)])
"""


def test_no_key_is_given_to_two_processes(tmp_path: Path, keyring: Keyring) -> None:
    """Each process makes its own; the file holds them all."""
    printed = processes(_TAKE, tmp_path, [[]] * 3)
    given = [key_id for line in printed for key_id in line.split()]
    assert len(set(given)) == 450
    assert len({keyring.key(key_id) for key_id in given}) == 450


@pytest.mark.fault(50)
def test_a_destroyed_key_is_gone_from_the_file_and_its_log(tmp_path: Path, keyring: Keyring) -> None:
    """Decrypted with the practice's key at hand, neither the file nor the write-ahead log still has the row."""
    key_id, _ = keyring.new_key()
    kept_id, kept = keyring.new_key()
    keyring.destroy([key_id])
    with pytest.raises(KeyDestroyed, match=f"^key {key_id} is destroyed; its entry cannot be read by anybody$"):
        keyring.key(key_id)
    assert keyring.key(kept_id) == kept
    assert (tmp_path / "keys.db-wal").stat().st_size == 0
    plain = tmp_path / "plain.db"
    connection = connect(tmp_path / "keys.db", file_key(tmp_path), busy_timeout_s=5)
    connection.execute(f"ATTACH DATABASE '{plain}' AS plain KEY ''")
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.close()
    content = plain.read_bytes()
    assert kept_id.encode() in content
    assert key_id.encode() not in content


def test_destroying_again_is_no_error(keyring: Keyring) -> None:
    """A sweep that was killed between its two steps does it once more."""
    key_id, _ = keyring.new_key()
    keyring.destroy([key_id])
    keyring.destroy([key_id, "0" * 32])
    keyring.destroy([])


def test_a_key_destroyed_in_another_process_is_forgotten_in_this_one(tmp_path: Path, keyring: Keyring) -> None:
    """What was read a moment ago does not live on in memory."""
    key_id, key = keyring.new_key()
    assert keyring.key(key_id) == key
    processes(_DESTROY, tmp_path, [[key_id]])
    with pytest.raises(KeyDestroyed):
        keyring.key(key_id)


_DESTROY = """
import sys; from pathlib import Path
from bot.privacy.keys import open_keyring
folder = Path(sys.argv[1])
keyring = open_keyring(f"sqlcipher:///{folder}/keys.db", folder / "practice.key")
keyring.destroy([sys.argv[2]])
"""


def test_a_destruction_whose_log_stays_in_use_says_so(tmp_path: Path, keyring: Keyring) -> None:
    """Deleted but still in the log is not destroyed: whoever asked must ask again, and then it is."""
    keyring._open_reader()
    keyring._reader.execute("PRAGMA busy_timeout = 100")
    key_id, _ = keyring.new_key()
    reader = connect(tmp_path / "keys.db", file_key(tmp_path), busy_timeout_s=1)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry_keys").fetchall()
    with pytest.raises(StoreError, match="the log that still holds them is in use; try again"):
        keyring.destroy([key_id])
    reader.execute("ROLLBACK")
    reader.close()
    keyring.destroy([key_id])
    assert (tmp_path / "keys.db-wal").stat().st_size == 0


@pytest.mark.parametrize("change", ["wrapped = zeroblob(60)", "wrapped = x'00'", "wrapped = x''", "id = 'moved'"])
def test_an_altered_key_is_named_and_never_used(tmp_path: Path, keyring: Keyring, change: str) -> None:
    """Other bytes, too few, or a key moved to another id: each wrapped key is bound to its id."""
    key_id, _ = keyring.new_key()
    connection = connect(tmp_path / "keys.db", file_key(tmp_path), busy_timeout_s=5)
    connection.execute(f"UPDATE entry_keys SET {change} WHERE id = '{key_id}'")
    connection.close()
    asked = "moved" if change.startswith("id") else key_id
    with pytest.raises(StoreDamaged, match=f"^key {asked} was altered; restore the newest backup of the keys$"):
        keyring.key(asked)


def test_another_practices_key_opens_nothing(tmp_path: Path, keyring: Keyring) -> None:
    """The file itself is encrypted under the practice's key."""
    make_practice_key(tmp_path / "other.key")
    with pytest.raises(StoreDamaged, match="belongs to another practice key"):
        open_keyring(f"sqlcipher:///{tmp_path}/keys.db", tmp_path / "other.key")


def test_neither_file_holds_a_readable_word(tmp_path: Path, store: Store, keyring: Keyring, practice: Practice) -> None:
    """A stolen disk without the practice's key: no text, no id, no SQLite header in any file."""
    with store.write() as tx:
        entry_id = entries.seal(tx, "canary words", client_id=practice.client_id, fate="own", at=AT)
    files = [path for path in tmp_path.iterdir() if ".db" in path.name and not path.name.endswith((".lock", "-shm"))]
    assert len(files) >= 3
    for path in files:
        content = path.read_bytes()
        assert not [
            word for word in (b"canary", entry_id.encode(), b"SQLite format", b"CREATE TABLE") if word in content
        ]
    with pytest.raises(dbapi2.DatabaseError):
        dbapi2.connect(str(tmp_path / "records.db")).execute("SELECT count(*) FROM sqlite_master")


def test_purposes_have_keys_of_their_own(keyring: Keyring) -> None:
    """The same data under another purpose, and another file's key, are other bytes; the same are the same."""
    assert keyring.mac("audit", b"x") == keyring.mac("audit", b"x") != keyring.mac("shared summary", b"x")
    assert keyring.database_key("records") != keyring.database_key("keys")


def test_a_closed_keyring_keeps_no_key_in_memory(keyring: Keyring) -> None:
    """What a process let go of is not there any more."""
    key_id, key = keyring.new_key()
    keyring.close()
    assert (len(keyring._known), len(keyring._ready)) == (0, 0)
    assert keyring.key(key_id) == key  # it opens again when it is asked
