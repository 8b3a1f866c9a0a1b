"""Fixtures for every room: a fresh, real, encrypted store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.privacy.keys import Keyring, open_keyring
from bot.privacy.practice_key import make_practice_key
from bot.records import Store, open_store


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    """The keys of a fresh practice, in `tmp_path`: practice.key and keys.db."""
    make_practice_key(tmp_path / "practice.key")
    opened = open_keyring(f"sqlcipher:///{tmp_path}/keys.db", tmp_path / "practice.key")
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> Iterator[Store]:
    """Fresh records with their keyring, in `tmp_path`: records.db."""
    opened = open_store(f"sqlcipher:///{tmp_path}/records.db", keyring=keyring)
    yield opened
    opened.close()
