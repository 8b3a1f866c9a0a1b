"""`make crisis-report`: writes docs/crisis-report.md and its pictures from the corpora.

The test split is evaluated by program; of its messages only ids, groups and categories are written. The same rules,
model and corpora give the same files: no date, no time, nothing of the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from bot.crisis import load
from bot.crisis.engine import engine
from tests.crisis import report_text
from tests.crisis.drawing import draw_curve, draw_predictive_value, draw_shares
from tests.crisis.evaluate import Share, share
from tests.crisis.measures import ppv_of
from tests.crisis.measuring import (
    BOTH,
    CLASSIFIER,
    KEYWORD_LIST,
    RULES,
    TF_IDF,
    Measured,
    alerted,
    measure,
    seen_by,
    spared,
)
from tests.crisis.readers import remembering

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "crisis-report.md"
PICTURES = ROOT / "docs" / "pictures" / "crisis"


def main() -> int:
    """Measures, draws and writes. Returns the exit code."""
    load()
    measured = measure(remembering(engine()))
    draw(measured, PICTURES)
    REPORT.write_text(report_text.page(measured), encoding="utf-8")
    print(f"{REPORT.relative_to(ROOT)} and {PICTURES.relative_to(ROOT)}: version {measured.version}")
    for line in report_text.target_lines(measured):
        print(f"  {line}")
    return 0


def draw(measured: Measured, folder: Path) -> None:
    """The four pictures."""
    results = measured.results
    parts = [name for name in (BOTH, RULES, CLASSIFIER) if name in results]
    draw_curve(folder / "curve.svg", measured.curves, measured.marks, budget_per_1000=report_text.BUDGET_PER_1000)
    draw_shares(
        folder / "categories.svg", _spoken(seen_by("category", results, parts)), label="crises seen, with 95 % interval"
    )
    draw_shares(
        folder / "groups.svg",
        _spoken(seen_by("group", results, [BOTH])),
        label="crises seen, with 95 % interval",
        line=share(results[BOTH].crises, lambda each: each.seen).value,
        line_name="all groups",
    )
    draw_predictive_value(
        folder / "predictive-value.svg",
        {
            name: [
                (prevalence, ppv_of(alerted(result.crises), spared(result.benign), prevalence))
                for prevalence in report_text.PREVALENCES
            ]
            for name, result in results.items()
            if name in (BOTH, KEYWORD_LIST, TF_IDF)
        },
        label="alerts that are crises",
    )


def _spoken(rows: Mapping[str, Mapping[str, Share]]) -> dict[str, Mapping[str, Share]]:
    return {name.replace("_", " "): shares for name, shares in rows.items()}


if __name__ == "__main__":
    sys.exit(main())
