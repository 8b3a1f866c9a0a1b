"""Backups of a store in use, and the way back; an erasure outlives both (I7)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.privacy import backup, erasure
from bot.privacy.backup import BackupRefused
from bot.privacy.keys import open_keyring
from bot.privacy.opening import open_records
from bot.privacy.practice_key import make_practice_key
from bot.records import KeyDestroyed, Store, StoreDamaged, conversations, entries, people, reflections, summaries
from bot.settings import Settings
from tests.records.practice import AT, MINUTE, Practice, fill, say

CANARY = "canary heron in the reeds"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A practice in `tmp_path` with its two backup folders."""
    make_practice_key(tmp_path / "var" / "practice.key")
    return Settings(
        root=tmp_path,
        database_url="sqlcipher:///var/records.db",
        keys_url="sqlcipher:///var/keys.db",
        practice_key_file=Path("var/practice.key"),
        backup_dir=Path("backups/records"),
        keys_backup_dir=Path("backups/keys"),
        backups_kept=3,
    )


def quiet(_line: str) -> None:
    """Progress that nobody reads."""


def opened(settings: Settings) -> tuple[Store, Practice]:
    """The records with a small practice in them."""
    store = open_records(settings)
    return store, fill(store)


def close(store: Store) -> None:
    """Store and keys."""
    store.close()
    store.keyring.close()


def words_of(store: Store, practice: Practice) -> list[str]:
    """Every message of the conversation."""
    with store.read() as tx:
        return [message.text for message in conversations.last_messages(tx, practice.conversation_id, 100)]


def test_a_restored_backup_holds_what_was_there_when_it_was_made(settings: Settings) -> None:
    """Made while the store is open; words written later are not in it; the replaced file is kept beside."""
    store, practice = opened(settings)
    with store.write() as tx:
        say(tx, practice, "before")
    said: list[str] = []
    made = backup.back_up(settings, said.append, at=AT)
    with store.write() as tx:
        say(tx, practice, "after")
    close(store)
    assert any("100 %" in line for line in said)
    aside = backup.restore(settings, made.path, quiet, at=AT + MINUTE)
    again = open_records(settings)
    assert words_of(again, practice) == ["before"]
    assert aside is not None
    assert aside.exists()
    close(again)


def test_no_word_is_readable_in_a_backup(settings: Settings) -> None:
    """Neither the words nor the keys' file are in the folder of the records' backups."""
    store, practice = opened(settings)
    with store.write() as tx:
        say(tx, practice, CANARY)
    made = backup.back_up(settings, quiet, at=AT)
    close(store)
    assert CANARY.encode() not in made.path.read_bytes()
    assert sorted(path.name for path in made.path.parent.iterdir()) == [
        "records-20260302T090000Z.db",
        "records-20260302T090000Z.json",
    ]
    assert [path.name for path in settings.path(settings.keys_backup_dir).iterdir()] == ["keys.db"]


def test_what_was_erased_stays_erased_in_every_restored_backup(settings: Settings) -> None:
    """The client's own words are gone from an older backup with the practice's key at hand; the record stays."""
    store, practice = opened(settings)
    with store.write() as tx:
        told = say(tx, practice, CANARY)
        begun = reflections.start(
            tx,
            conversation_id=practice.conversation_id,
            exercise="daily_check_in",
            exercise_version="1",
            language="en",
            first_step="mood",
            at=AT,
        )
        reflections.answer_step(
            tx, begun.id, step="mood", message_id=told.id, value=CANARY, text=CANARY, next_step=None, at=AT
        )
        kept = summaries.add_summary(tx, begun.id, body={"title": "t", "lines": [{"text": CANARY}]}, at=AT)
        summaries.share(tx, kept.id, body={"title": "t", "lines": [{"text": "shared"}]}, at=AT)
    made = backup.back_up(settings, quiet, at=AT)
    receipt = erasure.erase(
        store, kind="client", erased_id=practice.client_id, client_id=practice.client_id, actor="client", at=AT
    )
    assert (receipt.erased.messages, receipt.erased.reflections, receipt.erased.summaries) == (1, 1, 1)
    assert receipt.kept.shared == 1
    close(store)
    assert open_every_entry(settings, made.path) == ["shared"]
    backup.restore(settings, made.path, quiet, at=AT + MINUTE)
    again = open_records(settings)
    assert words_of(again, practice) == []
    with again.read() as tx:
        assert people.client(tx, practice.client_id).status == "erased"
        assert reflections.reflections_of(tx, practice.client_id, AT - timedelta(days=1)) == []
        assert len(summaries.shared_of(tx, practice.client_id, AT - MINUTE)) == 1
    close(again)


def open_every_entry(settings: Settings, path: Path) -> list[str]:
    """Every word in a backup that still opens, with the practice's key and today's keys at hand."""
    keyring = open_keyring(settings.stored_at(settings.keys_url), settings.path(settings.practice_key_file))
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    from bot.records import open_store

    store = open_store(f"sqlcipher:///{copy}", keyring=keyring)
    found = []
    with store.read() as tx:
        for row in tx.connection.exec_driver_sql(
            "SELECT id FROM entries WHERE client_id IN (SELECT person_id FROM clients)"
        ):
            try:
                value = json.dumps(entries.unseal(tx, row.id))
            except KeyDestroyed:
                continue
            found += [word for word in (CANARY, "shared") if word in value]
    store.close()
    keyring.close()
    copy.unlink()
    return found


def test_one_erased_message_is_gone_from_a_restored_backup(settings: Settings) -> None:
    """Its neighbours stay readable, and pages that list the conversation still open."""
    store, practice = opened(settings)
    with store.write() as tx:
        say(tx, practice, "stays")
        gone = say(tx, practice, CANARY)
    made = backup.back_up(settings, quiet, at=AT)
    erasure.erase(store, kind="message", erased_id=gone.id, client_id=practice.client_id, actor="client", at=AT)
    close(store)
    backup.restore(settings, made.path, quiet, at=AT + MINUTE)
    again = open_records(settings)
    assert words_of(again, practice) == ["stays"]
    close(again)


@pytest.mark.fault(49)
@pytest.mark.parametrize("where", ["file", "manifest", "name"])
def test_a_changed_backup_is_named_and_nothing_is_replaced(settings: Settings, where: str) -> None:
    """One byte of the file, one of the manifest, another backup's name: each is refused before anything moves."""
    store, practice = opened(settings)
    with store.write() as tx:
        say(tx, practice, "before")
    made = backup.back_up(settings, quiet, at=AT)
    close(store)
    path = made.path
    if where == "file":
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    elif where == "manifest":
        manifest = path.with_suffix(".json")
        noted = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**noted, "sha256": "0" * 64}))
    else:
        renamed = path.with_name("records-20200101T000000Z.db")
        path.with_suffix(".json").rename(renamed.with_suffix(".json"))
        path = path.rename(renamed)
    with pytest.raises((BackupRefused, StoreDamaged), match=path.name):
        backup.restore(settings, path, quiet, at=AT + MINUTE)
    again = open_records(settings)
    assert words_of(again, practice) == ["before"]
    close(again)


def test_restoring_under_a_running_part_is_refused(settings: Settings) -> None:
    """Another process holds the records open: the refusal names it and nothing is replaced."""
    store, _ = opened(settings)
    made = backup.back_up(settings, quiet, at=AT)
    close(store)
    records = settings.path("var/records.db")
    holder = subprocess.Popen(
        [sys.executable, "-c", f"f = open({str(records)!r}); print('open', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(BackupRefused, match=f"process {holder.pid} has"):
        backup.restore(settings, made.path, quiet, at=AT + MINUTE)
    holder.communicate(b"\n")
    backup.restore(settings, made.path, quiet, at=AT + MINUTE)


def test_old_backups_go_and_only_the_newest_keys_are_kept(settings: Settings) -> None:
    """Three of five are left; an erased entry's key is in no copy of the keys once another backup was made."""
    store, practice = opened(settings)
    with store.write() as tx:
        gone = say(tx, practice, CANARY)
    for minute in range(4):
        backup.back_up(settings, quiet, at=AT + minute * MINUTE)
    erasure.erase(store, kind="message", erased_id=gone.id, client_id=practice.client_id, actor="client", at=AT)
    backup.back_up(settings, quiet, at=AT + 4 * MINUTE)
    close(store)
    kept = backup.list_backups(settings)
    assert [path.stem[-5:] for path in kept] == ["0400Z", "0300Z", "0200Z"]
    keys = settings.path("var/keys.db")
    keys.unlink()
    shutil.copyfile(settings.path(settings.keys_backup_dir) / "keys.db", keys)
    assert open_every_entry(settings, kept[-1]) == []


def test_one_folder_for_both_is_refused(settings: Settings) -> None:
    """A backup of the records that holds the keys would bring back what was erased."""
    one = settings.model_copy(update={"keys_backup_dir": settings.backup_dir})
    with pytest.raises(BackupRefused, match="must not hold the keys"):
        backup.back_up(one, quiet, at=AT)
