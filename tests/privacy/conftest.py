"""A practice in a fresh store."""

from __future__ import annotations

import pytest

from bot.records import Store
from tests.records.practice import Practice, fill


@pytest.fixture
def practice(store: Store) -> Practice:
    """The ids of a small practice that `store` holds."""
    return fill(store)
