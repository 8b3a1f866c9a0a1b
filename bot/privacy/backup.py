"""Backups of the records, made while the product runs, and the way back.

A backup is the encrypted file itself, copied page by page under a read lock that writers hardly notice. Beside it
stands a manifest with its SHA-256 under the practice's key, so that one changed byte is found and named. The keys are
copied to a folder of their own, and only the newest copy is kept: with an older one an erased entry could be opened
again (I7).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from bot.privacy.erasure import erase_noted
from bot.privacy.keys import Keyring, open_keyring
from bot.privacy.opening import open_records
from bot.records import StoreDamaged, StoreError, erasing, sqlcipher
from bot.records.errors import from_database
from bot.settings import Settings

_PURPOSE = "backup"
_BUSY_TIMEOUT_S = 5.0
# Pages of 4 KB copied between two looks at whether somebody else wants the file.
_PAGES = 256
type Say = Callable[[str], None]


class BackupRefused(StoreError):
    """A backup cannot be made or taken back; the message names the file, the limit and the remedy."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup of the records."""

    path: Path
    at: datetime
    size_bytes: int
    sha256: str


def back_up(settings: Settings, say: Say, *, at: datetime) -> Backup:
    """Copies records and keys, verifies both copies, and drops what is over the number to keep.

    Raises StoreError, or BackupRefused when the two folders are one.
    """
    folder, keys_folder = settings.path(settings.backup_dir), settings.path(settings.keys_backup_dir)
    if folder.resolve() == keys_folder.resolve():
        raise BackupRefused(
            f"BACKUP_DIR and KEYS_BACKUP_DIR are both {folder}; a backup of the records must not hold the keys"
        )
    for path in (folder, keys_folder):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring = _keyring(settings)
    try:
        records = sqlcipher.path_of(settings.stored_at(settings.database_url))
        target = folder / f"records-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
        _copy(records, target, keyring.database_key("records"), say)
        made = _write_manifest(keyring, target, at)
        say(f"backup: the keys, the newest generation alone, to {keys_folder}")
        keys = sqlcipher.path_of(settings.stored_at(settings.keys_url))
        _copy(keys, keys_folder / "keys.db", keyring.file_key, say)
        for old in list_backups(settings)[settings.backups_kept :]:
            old.unlink()
            _manifest_of(old).unlink(missing_ok=True)
        return made
    finally:
        keyring.close()


def list_backups(settings: Settings) -> list[Path]:
    """The backups of the records, newest first."""
    return sorted(settings.path(settings.backup_dir).glob("records-*.db"), reverse=True)


def verify(keyring: Keyring, path: Path) -> Backup:
    """Checks the manifest, the hash and every page of a backup. Raises BackupRefused or StoreDamaged naming it."""
    try:
        noted: Any = json.loads(_manifest_of(path).read_text("utf-8"))
        size_bytes, sha256, mac = int(noted["size_bytes"]), str(noted["sha256"]), str(noted["mac"])
        at = datetime.fromisoformat(noted["at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(f"{path} has no manifest that can be read beside it; take another backup") from error
    if not hmac.compare_digest(mac, _mac(keyring, path.name, sha256)):
        raise BackupRefused(f"the manifest of {path} was altered, or belongs to another practice key; take another")
    if not path.is_file() or _sha256(path) != sha256:
        raise StoreDamaged(f"{path} is not the file that its manifest names; take another backup")
    _verify_pages(path, keyring.database_key("records"))
    return Backup(path=path, at=at, size_bytes=size_bytes, sha256=sha256)


def restore(settings: Settings, path: Path, say: Say, *, at: datetime) -> Path | None:
    """Puts a backup in the records' place, repeats every erasure since, and returns where the replaced file is now.

    Raises BackupRefused while a part of the product still runs, or on a bad backup; then nothing has changed.
    """
    keyring = _keyring(settings)
    try:
        say(f"restore: verifying {path}")
        verify(keyring, path)
    finally:
        keyring.close()
    records = sqlcipher.path_of(settings.stored_at(settings.database_url))
    _refuse_in_use(settings, records)
    draft = records.with_name(records.name + ".restoring")
    say(f"restore: copying {path.stat().st_size:,} bytes")
    shutil.copyfile(path, draft)
    draft.chmod(0o600)
    _sync(draft)
    aside = None
    if records.exists():
        aside = records.with_name(f"{records.name}.replaced-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        records.replace(aside)
    for companion in ("-wal", "-shm"):
        records.with_name(records.name + companion).unlink(missing_ok=True)
    draft.replace(records)
    _sync(records.parent)
    _make_true(settings, say, at=at)
    return aside


def _make_true(settings: Settings, say: Say, *, at: datetime) -> None:
    """Brings restored records up to the newest schema and to every erasure made after the backup."""
    store = open_records(settings)
    try:
        noted = store.keyring.erasures()
        with store.write() as tx:
            for kind, erased_id in noted:
                erase_noted(tx, kind, erased_id, at=at)
            erasing.forget_unreadable(tx, at=at)
        store.sweep_keys()
        say(f"restore: {len(noted)} erasures repeated; the records are ready")
    finally:
        store.close()
        store.keyring.close()


def _copy(source: Path, target: Path, key: bytes, say: Say) -> None:
    """A verified copy of an encrypted database, in place only when it is whole."""
    draft = target.with_name(target.name + ".draft")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    shown = -1

    def progress(_status: int, remaining: int, total: int) -> None:
        nonlocal shown
        percent = 100 if not total else 100 * (total - remaining) // total
        if percent // 25 != shown // 25:
            shown = percent
            say(f"backup: {source.name} {percent} %")

    origin = sqlcipher.connect(source, key, busy_timeout_s=_BUSY_TIMEOUT_S)
    try:
        copy = dbapi2.connect(str(draft))
        try:
            copy.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            origin.backup(copy, pages=_PAGES, progress=progress)
        finally:
            copy.close()
    except dbapi2.Error as error:
        draft.unlink(missing_ok=True)
        # `from None`: the driver may quote the statement that failed, and one of them holds the key.
        raise from_database(error) from None
    finally:
        origin.close()
    _verify_pages(draft, key)
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)


def _verify_pages(path: Path, key: bytes) -> None:
    """Every page's code, without leaving companions beside the backup. Raises StoreDamaged naming the file."""
    try:
        connection = dbapi2.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            sqlcipher.verify(connection)
        finally:
            connection.close()
    except dbapi2.Error as error:
        raise from_database(error) from None
    except StoreDamaged as error:
        raise StoreDamaged(f"{path}: {error}") from None


def _refuse_in_use(settings: Settings, records: Path) -> None:
    """Every part that runs holds the records' file open: restoring under it would lose what it writes."""
    run_file = settings.path(settings.state_dir) / "run.json"
    if run_file.exists():
        raise BackupRefused(f"the product runs ({run_file}); end it with Ctrl-C, then restore")
    if not records.exists():
        return
    for process in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if process.parent.parent.name != str(os.getpid()) and process.resolve() == records.resolve():
                raise BackupRefused(f"process {process.parent.parent.name} has {records} open; end it, then restore")
        except OSError:
            continue  # a process that ended meanwhile, or another user's


def _write_manifest(keyring: Keyring, path: Path, at: datetime) -> Backup:
    made = Backup(path=path, at=at.astimezone(UTC), size_bytes=path.stat().st_size, sha256=_sha256(path))
    content = {
        "at": made.at.isoformat(timespec="seconds"),
        "size_bytes": made.size_bytes,
        "sha256": made.sha256,
        "mac": _mac(keyring, path.name, made.sha256),
    }
    manifest = _manifest_of(path)
    manifest.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    manifest.chmod(0o600)
    _sync(manifest)
    return made


def _keyring(settings: Settings) -> Keyring:
    return open_keyring(settings.stored_at(settings.keys_url), settings.path(settings.practice_key_file))


def _manifest_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _mac(keyring: Keyring, name: str, sha256: str) -> str:
    return keyring.mac(_PURPOSE, f"{name} {sha256}".encode()).hex()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
