"""One running engine with its action server a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.records import Store
from tests.engine.pair import Pair


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Engine and action server, running."""
    made = Pair(tmp_path_factory.mktemp("pair"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def records(pair: Pair) -> Iterator[Store]:
    """The pair's records, opened by the test as the gateway opens them."""
    with pair.stack.records() as store:
        yield store
