"""The practice's key file: 32 random bytes as 64 hexadecimal characters, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.records.errors import StoreError

KEY_BYTES = 32


class KeyFileError(StoreError):
    """The practice key's file is missing, readable by others, or no key."""


def make_practice_key(path: Path) -> None:
    """Writes a new key, durably and whole: no kill and no full disk leaves half of one.

    Raises FileExistsError: a key in use must never be written over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link and not a renaming, which would write over what is there.
        os.link(draft, path)
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_practice_key(path: Path) -> bytes:
    """The 32 bytes. Raises KeyFileError."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise KeyFileError(
            f"there is no practice key at {path}; run `interlude setup`, or put the practice's key there"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"the practice key at {path} cannot be read ({type(error).__name__})") from None
    if mode & 0o077:
        raise KeyFileError(
            f"the practice key at {path} has mode {mode:04o}, readable by others; run `chmod 600 {path}`"
        )
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"the practice key at {path} is not {KEY_BYTES} bytes as {2 * KEY_BYTES} hexadecimal characters"
        )
    return key


def derive(practice_key: bytes, label: str) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA-256, RFC 5869); different labels give unrelated keys."""
    info = f"interlude 1 {label}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(practice_key)
