"""The open database: durable, atomic, honest about what failed."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlcipher3 import dbapi2

from bot.privacy.keys import Keyring
from bot.records import (
    ReadOnly,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreRefused,
    conversations,
    heartbeats,
    open_store,
    people,
)
from bot.records.schema import messages
from bot.records.sqlcipher import connect, path_of
from tests.records.conftest import SmallDisk
from tests.records.practice import AT, ROOT, Practice, add_staff, fill, open_at, processes, say


def test_settings_are_made_when_a_file_is_opened(tmp_path: Path, store: Store, keyring: Keyring) -> None:
    """Write-ahead log, full synchronisation, foreign keys, secure deletion, encryption, sorting in memory are on."""
    connection = connect(tmp_path / "records.db", keyring.database_key("records"), busy_timeout_s=1)
    found = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store", "busy_timeout")
    }
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2,
        "busy_timeout": 1000,
    }  # fmt: skip
    assert connection.execute("PRAGMA cipher_version").fetchone()[0]
    connection.close()


def test_files_are_private_when_made(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Only the owner can read the databases and their companions."""
    made = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.name for path in made} >= {"records.db", "records.db-wal", "keys.db", "practice.key"}
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in made} == {path.name: 0o600 for path in made}


def test_a_block_that_raises_leaves_nothing(store: Store, practice: Practice) -> None:
    """What was written before an error in the block is gone, and the next transaction works."""
    with pytest.raises(RuntimeError, match="on purpose"), store.write() as tx:
        say(tx, practice)
        raise RuntimeError("on purpose")
    with store.write() as tx:
        assert tx.scalar(select(func.count()).select_from(messages)) == 0
        assert say(tx, practice).offset == 1


def test_a_statement_that_is_refused_leaves_nothing_and_names_no_parameter(store: Store, practice: Practice) -> None:
    """A constraint that fails becomes a StoreError without the row's content, and the store goes on working."""
    with pytest.raises(StoreError) as caught, store.write() as tx:
        say(tx, practice)
        conversations.add_message(
            tx, practice.conversation_id, message_id="f" * 32, role="client", text="canary", kind="shout", at=AT
        )
    assert str(caught.value) == "the database refused a statement (SQLITE_CONSTRAINT)"
    assert "canary" not in repr(caught.value.__cause__)
    with store.write() as tx:
        assert say(tx, practice).offset == 1


def test_a_read_transaction_refuses_to_write(store: Store, practice: Practice) -> None:
    """A verb that writes is a mistake in read(), and SQLite would refuse it as well."""
    with pytest.raises(ReadOnly, match=r"call it in store\.write"), store.read() as tx:
        heartbeats.beat(tx, "worker", AT)
    with pytest.raises(StoreFull), store.read() as tx:
        tx.connection.exec_driver_sql("DELETE FROM messages")


def test_a_read_sees_one_snapshot(store: Store, practice: Practice) -> None:
    """A commit in the middle of a read does not show in it."""
    with store.read() as tx:
        assert heartbeats.beats(tx) == {}
        with store.write() as other:
            heartbeats.beat(other, "worker", AT)
        assert heartbeats.beats(tx) == {}
    with store.read() as tx:
        assert heartbeats.beats(tx) == {"worker": AT}


def test_data_version_changes_when_another_process_commits(tmp_path: Path, store: Store) -> None:
    """It moves with every commit, of this process or another, and stays when nothing happened."""
    first = store.data_version()
    assert store.data_version() == first
    with store.write() as tx:
        heartbeats.beat(tx, "worker", AT)
    second = store.data_version()
    assert second != first
    with store.read() as tx:
        heartbeats.beats(tx)
    assert store.data_version() == second
    processes(_BEAT, tmp_path, [[]])
    assert store.data_version() != second


_BEAT = """
import sys; from pathlib import Path
from bot.records import heartbeats
from tests.records.practice import AT, open_at
keyring, store = open_at(Path(sys.argv[1]))
with store.write() as tx: heartbeats.beat(tx, "portal", AT)
"""

_READ_THEN_WRITE = """
import sys; from pathlib import Path
from bot.records import conversations, new_id
from tests.records.practice import AT, open_at
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
for _ in range(60):
    with store.write() as tx:
        last = conversations.conversation(tx, sys.argv[2]).last_offset
        added = conversations.add_message(tx, sys.argv[2], message_id=new_id(), role="client", text="x", at=AT)
        assert added.offset == last + 1
"""


def test_processes_that_read_and_then_write_never_collide(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Three processes append to one conversation: no transaction fails, no offset is given twice, none is left out."""
    processes(_READ_THEN_WRITE, tmp_path, [[practice.conversation_id]] * 3)
    with store.read() as tx:
        found = conversations.messages_after(tx, practice.conversation_id, 0, limit=1000)
    assert [message.offset for message in found] == list(range(1, 181))


_OPEN = """
import sys; from pathlib import Path
from tests.records.practice import open_at
keyring, store = open_at(Path(sys.argv[1]))
store.check(); print("open")
"""


def test_processes_may_open_a_new_store_together(tmp_path: Path, keyring: Keyring) -> None:
    """Four processes that find no database make it once."""
    assert processes(_OPEN, tmp_path, [[]] * 4) == ["open\n"] * 4


_KILLED = """
import os, signal, sys; from pathlib import Path
from tests.records.practice import AT, Practice, open_at, say
keyring, store = open_at(Path(sys.argv[1]))
practice = Practice("", "", "", sys.argv[2], "", "")
with store.write() as tx:
    say(tx, practice, "kept")
with store.write() as tx:
    say(tx, practice, "half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_in_mid_transaction_leaves_nothing_half(tmp_path: Path, store: Store, practice: Practice) -> None:
    """What was committed before the kill is there, what was under way is not, and nobody is locked out."""
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), practice.conversation_id], cwd=ROOT, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    with store.write() as tx:
        assert say(tx, practice, "after").offset == 2
        found = conversations.messages_after(tx, practice.conversation_id, 0)
        last = conversations.conversation(tx, practice.conversation_id).last_offset
    assert ([message.text for message in found], last) == (["kept", "after"], 2)
    store.check()


@contextlib.contextmanager
def _locked(tmp_path: Path, keyring: Keyring) -> Iterator[None]:
    other = connect(tmp_path / "records.db", keyring.database_key("records"), busy_timeout_s=1)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_a_locked_database_is_busy_after_a_bounded_wait(tmp_path: Path, keyring: Keyring) -> None:
    """The wait ends with StoreBusy, reading goes on, and after the lock the same store writes."""
    _, store = open_at(tmp_path, busy_timeout_s=0.2)
    with _locked(tmp_path, keyring):
        with pytest.raises(StoreBusy, match="stayed locked"), store.write() as tx:
            heartbeats.beat(tx, "worker", AT)
        with store.read() as tx:
            assert heartbeats.beats(tx) == {}
    with store.write() as tx:
        heartbeats.beat(tx, "worker", AT)
    store.close()


def test_too_many_writers_of_one_process_are_busy(tmp_path: Path, keyring: Keyring) -> None:
    """A transaction inside another of the same process ends with StoreBusy instead of waiting for ever."""
    _, store = open_at(tmp_path, busy_timeout_s=0.2)
    with store.write() as tx:
        heartbeats.beat(tx, "worker", AT)
        with pytest.raises(StoreBusy), store.write():
            pass
    with store.read() as tx:
        assert heartbeats.beats(tx) == {"worker": AT}
    store.close()


_FULL = """
import resource, signal, sys; from pathlib import Path
from bot.records import StoreFull
from tests.records.practice import AT, Practice, open_at, say
keyring, store = open_at(Path(sys.argv[1]))
practice = Practice("", "", "", sys.argv[2], "", "")
with store.write() as tx: say(tx, practice, "before")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, room[1]))
refused = 0
for n in range(3):
    try:
        with store.write() as tx: say(tx, practice, "x" * 500_000)
    except StoreFull as error:
        refused += 1; reason = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, room)
with store.write() as tx: offset = say(tx, practice, "after").offset
print(refused, offset, reason)
"""


def test_a_disk_without_room_refuses_and_later_works(tmp_path: Path, store: Store, practice: Practice) -> None:
    """A write that does not fit raises StoreFull every time; with room again the same store goes on, nothing half."""
    printed = processes(_FULL, tmp_path, [[practice.conversation_id]])[0]
    assert printed.startswith("3 2 the database could not be written (SQLITE_")
    with store.read() as tx:
        found = conversations.messages_after(tx, practice.conversation_id, 0)
    assert [message.text for message in found] == ["before", "after"]
    store.check()


def test_a_full_file_system_refuses_and_later_works(small_disk: SmallDisk) -> None:
    """The same on a real file system with no block left, while reading goes on."""
    keyring, store = open_at(small_disk.path)
    practice = fill(store)
    with small_disk.full():
        for _ in range(3):
            with pytest.raises(StoreFull, match="make room"), store.write() as tx:
                say(tx, practice, "x" * 200_000)
        with store.read() as tx:
            assert conversations.messages_after(tx, practice.conversation_id, 0) == []
    with store.write() as tx:
        assert say(tx, practice).offset == 1
    store.check()
    store.close()
    keyring.close()


def test_damage_is_found_when_checked(tmp_path: Path, store: Store, practice: Practice) -> None:
    """One altered byte in the middle of the file is named by check()."""
    with store.write() as tx:
        say(tx, practice, "x" * 20_000)
    store.check()
    store.close()
    path = tmp_path / "records.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="restore the newest backup"):
        store.check()


@pytest.mark.parametrize("kept_bytes", [1000, 4096, 20_000])
def test_a_torn_file_is_found_when_opened_or_checked(
    tmp_path: Path, store: Store, keyring: Keyring, kept_bytes: int
) -> None:
    """A file cut short never opens as if it were whole."""
    store.close()
    path = tmp_path / "records.db"
    path.write_bytes(path.read_bytes()[:kept_bytes])
    with pytest.raises(StoreDamaged):
        open_store(f"sqlcipher:///{path}", keyring=keyring).check()


def test_a_plain_file_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    """A database that is not encrypted is not taken for ours."""
    plain = dbapi2.connect(str(tmp_path / "plain.db"))
    plain.execute("CREATE TABLE t (a)")
    plain.close()
    with pytest.raises(StoreDamaged, match="another practice key"):
        open_store(f"sqlcipher:///{tmp_path}/plain.db", keyring=keyring)


def test_another_address_is_refused(keyring: Keyring) -> None:
    """Only an embedded encrypted file can be opened; the password in an address is not repeated."""
    with pytest.raises(StoreRefused) as caught:
        open_store("postgresql://user:secret@host/db", keyring=keyring)
    assert str(caught.value) == (
        "a database address must begin with sqlcipher:/// and name a file; this one is of kind 'postgresql'"
    )
    with pytest.raises(StoreRefused):
        path_of("sqlcipher:///")


def test_a_key_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    """A short key is not stretched."""
    with pytest.raises(StoreRefused, match="has 16 bytes, it must have 32"):
        connect(tmp_path / "x.db", os.urandom(16), busy_timeout_s=1)


def test_a_folder_that_is_no_folder_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    """Where no file can be made the error says so instead of a traceback of the driver."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFull, match="must be writable"):
        open_store(f"sqlcipher:///{tmp_path}/file/records.db", keyring=keyring)


def test_a_closed_store_opens_again_with_its_content(tmp_path: Path, store: Store, keyring: Keyring) -> None:
    """What one opening wrote the next one reads."""
    with store.write() as tx:
        person_id = add_staff(tx, "owner")
    store.close()
    again = open_store(f"sqlcipher:///{tmp_path}/records.db", keyring=keyring)
    with again.read() as tx:
        assert people.staff(tx, person_id).login == "owner"
    again.close()
