"""A practice with contacts and hours, in a fresh encrypted store; the worker that runs on it."""

from __future__ import annotations

import pytest

from bot.records import Store
from bot.texts import Lines, Texts, load_lines, load_texts
from tests.handoff.house import House, furnish


@pytest.fixture
def texts() -> Texts:
    """The product's texts."""
    return load_texts()


@pytest.fixture
def lines() -> Lines:
    """The product's crisis lines."""
    return load_lines()


@pytest.fixture
def house(store: Store) -> House:
    """Three contacts, open at any hour, one client of the first contact."""
    return furnish(store)
