"""`make faults [N=100] [SEED=1]`: every test of a row of the fault table, then the injector with N faults.

Ends with `faults: R/53 rows, N injected, L lost, D duplicate`. R counts the rows that have a test and of which every
test passed. Exit code 0 when nothing was lost, nothing came double and no test failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pytest

from tests.failures.injector import inject

ROWS = 53


class Rows:
    """A pytest plugin: which rows have tests, and which of them failed."""

    def __init__(self) -> None:
        self.of_test: dict[str, set[int]] = {}
        self.failed: set[int] = set()
        self.passed: set[int] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Notes the rows of each test."""
        for item in items:
            self.of_test[item.nodeid] = {int(row) for mark in item.iter_markers("fault") for row in mark.args}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes how each went."""
        rows = self.of_test.get(report.nodeid, set())
        if report.failed:
            self.failed |= rows
        elif report.when == "call" and report.passed:
            self.passed |= rows


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--number", type=int, default=100, help="faults to inject")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rows = Rows()
    code = pytest.main(["-m", "fault", "-q", "--no-header", "-p", "no:cacheprovider", "tests"], plugins=[rows])
    with tempfile.TemporaryDirectory(prefix="interlude-faults-") as folder:
        count = inject(Path(folder), arguments.number, seed=arguments.seed, say=lambda line: print(line, flush=True))
    print(count)
    for line in (*count.lost, *count.double, *sorted(set(count.refused))):
        print(f"  {line}")
    held = rows.passed - rows.failed
    lost, double = len(count.lost), len(count.double)
    print(f"faults: {len(held)}/{ROWS} rows, {count.total} injected, {lost} lost, {double} duplicate")
    return 0 if code == 0 and not count.lost and not count.double and not count.refused else 1


if __name__ == "__main__":
    sys.exit(main())
