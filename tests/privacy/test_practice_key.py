"""The practice's key file: private, whole, never written over."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.privacy.practice_key import KEY_BYTES, KeyFileError, derive, make_practice_key, read_practice_key
from bot.records import StoreError


def test_a_new_key_is_32_random_bytes_that_only_its_owner_reads(tmp_path: Path) -> None:
    """Mode 0600 whatever the umask, in folders made on the way, and nothing left beside it."""
    before = os.umask(0o000)
    try:
        make_practice_key(tmp_path / "deep" / "a.key")
        make_practice_key(tmp_path / "deep" / "b.key")
    finally:
        os.umask(before)
    first, second = (read_practice_key(tmp_path / "deep" / name) for name in ("a.key", "b.key"))
    assert len(first) == len(second) == KEY_BYTES
    assert first != second
    assert {path.name for path in (tmp_path / "deep").iterdir()} == {"a.key", "b.key"}
    assert stat.S_IMODE((tmp_path / "deep" / "a.key").stat().st_mode) == 0o600


def test_a_key_in_use_is_never_written_over(tmp_path: Path) -> None:
    """The second making is refused and the first key stays."""
    path = tmp_path / "practice.key"
    make_practice_key(path)
    key = read_practice_key(path)
    with pytest.raises(FileExistsError):
        make_practice_key(path)
    assert read_practice_key(path) == key
    assert [found.name for found in tmp_path.iterdir()] == ["practice.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    """Any bit for group or others stops the product, and the message says what to run."""
    path = tmp_path / "practice.key"
    make_practice_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError) as caught:
        read_practice_key(path)
    assert str(caught.value) == (
        f"the practice key at {path} has mode {mode:04o}, readable by others; run `chmod 600 {path}`"
    )


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 31 + "a"])
def test_what_is_no_key_is_refused_without_being_repeated(tmp_path: Path, content: str) -> None:
    """Short, long and not hexadecimal; the error never holds what the file holds."""
    path = tmp_path / "practice.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as caught:
        read_practice_key(path)
    assert str(caught.value) == f"the practice key at {path} is not 32 bytes as 64 hexadecimal characters"


def test_a_missing_or_unreadable_key_names_the_remedy(tmp_path: Path) -> None:
    """A missing file says how to get one; a folder and a binary file say what went wrong. All are StoreErrors."""
    with pytest.raises(KeyFileError, match="run `interlude setup`, or put the practice's key there"):
        read_practice_key(tmp_path / "practice.key")
    with pytest.raises(KeyFileError, match=r"cannot be read \(IsADirectoryError\)"):
        read_practice_key(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff" * 64)
    with pytest.raises(KeyFileError, match=r"cannot be read \(UnicodeDecodeError\)"):
        read_practice_key(tmp_path / "binary")
    assert issubclass(KeyFileError, StoreError)


def test_keys_for_different_purposes_are_unrelated() -> None:
    """A vector computed apart (HKDF-SHA-256 of RFC 5869, no salt), and no two labels alike."""
    import hashlib
    import hmac

    practice_key = bytes(range(32))
    extracted = hmac.new(bytes(32), practice_key, hashlib.sha256).digest()
    expected = hmac.new(extracted, b"interlude 1 mac audit\x01", hashlib.sha256).digest()
    assert derive(practice_key, "mac audit") == expected
    assert derive(practice_key, "mac audit") != derive(practice_key, "mac audit ")
