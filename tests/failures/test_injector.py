"""A short run of the fault injector; `make faults N=10000` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failures.injector import inject


@pytest.mark.fault(1)
@pytest.mark.timeout(400)
def test_nothing_acknowledged_is_lost_or_doubled_under_random_faults(tmp_path: Path) -> None:
    """Kills, freezes, a mail server in every mood, a locked store, a full disk, broken lines: nothing lost, nothing
    twice."""
    count = inject(tmp_path, 100, seed=7, say=print)
    print(count)
    assert (count.lost, count.double, count.refused) == ([], [], [])
    assert count.crises > 10
    assert count.episodes > 3
    assert count.injected["kill gateway"] + count.injected["kill worker"] > 0
