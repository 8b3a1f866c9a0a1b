"""The report by category, severity, phenomenon, language, wording and group; the groups by fairlearn as well."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.crisis.types import LEVELS
from tests.crisis.evaluate import Judged, Share, by
from tests.crisis.measuring import BOTH, CLASSIFIER, RULES, Measured, alerted, seen, spared
from tests.crisis.tables import cell, plain_name, table


def breakdowns(measured: Measured) -> str:
    """By category, severity, phenomenon, language and hardness."""
    parts = []
    for title, field in (
        ("category", "category"),
        ("severity", "severity"),
        ("phenomenon", "phenomenon"),
        ("language", "language"),
        ("wording (hard: True)", "hard"),
    ):
        parts.append(f"### By {title}\n\n{breakdown(measured, field)}")
        if field == "category":
            parts.append("![Crises seen by category, with intervals](pictures/crisis/categories.svg)")
    return (
        "## Where it is strong and where it is weak\n\nMany rows hold few texts: read the interval, not the share.\n\n"
        + "\n\n".join(parts)
    )


def breakdown(measured: Measured, field: str) -> str:
    """A table by the values of a field."""
    names = [name for name in (RULES, CLASSIFIER, BOTH) if name in measured.results]
    of: dict[str, dict[str, Mapping[str, list[Judged]]]] = {
        name: {"crisis": by(measured.results[name].crises, field), "benign": by(measured.results[name].benign, field)}
        for name in names
    }
    values = sorted({value for name in names for part in of[name].values() for value in part} - {"None"})

    def of_value(value: str, kind: str, name: str, measure: Callable[[list[Judged]], Share]) -> str:
        return cell(measure(of[name][kind].get(value, [])), 2)

    rows = [
        [
            plain_name(value),
            *(of_value(value, "crisis", name, seen) for name in names),
            of_value(value, "crisis", BOTH, alerted),
            *(of_value(value, "benign", name, seen) for name in names),
            of_value(value, "benign", BOTH, spared),
        ]
        for value in values
    ]
    head = [field, *(f"seen: {name}" for name in names), "alerted: both"]
    head += [*(f"benign raised: {name}" for name in names), "benign, no alert: both"]
    if field == "category":
        # A benign message has no category.
        rows, head = [row[: len(names) + 2] for row in rows], head[: len(names) + 2]
    return table([each.replace(BOTH, "both") for each in head], rows)


def groups(measured: Measured) -> str:
    """By group, with fairlearn's MetricFrame."""
    frame = group_frame(measured.results[BOTH].judged)
    gap = frame.difference(method="between_groups")
    off = frame.difference(method="to_overall")
    rates = [
        [
            label,
            f"{frame.overall[key]:.3f}",
            f"{frame.group_min()[key]:.3f} ({plain_name(frame.by_group[key].astype(float).idxmin())})",
            f"{frame.group_max()[key]:.3f} ({plain_name(frame.by_group[key].astype(float).idxmax())})",
            f"{gap[key]:.3f}",
            f"{off[key]:.3f}",
        ]
        for label, key in (("crises seen", "seen"), ("benign raised", "raised"), ("benign alerted", "alerted"))
    ]
    head = ["rate", "all", "lowest", "highest", "highest less lowest", "farthest from all"]
    return f"""
## By group

A group is a voice that software often misreads, as one writer invented it, and not a description of anyone. The figures
show where the software is uneven. They cannot show that it is fair.

{breakdown(measured, "group")}

![Crises seen by group, with intervals](pictures/crisis/groups.svg)

The same by fairlearn's `MetricFrame`, {BOTH}, over {len(frame.by_group)} groups:

{table(head, rates)}"""


def group_frame(judged: Sequence[Judged]) -> Any:
    """MetricFrame over groups: crises seen, benign ones raised (asked about or alerted on), benign ones alerted on."""
    from fairlearn.metrics import MetricFrame

    def rate(crises: bool, from_level: int) -> Callable[[Any, Any], float]:
        def of(labels: Any, levels: Any) -> float:
            counted = [level >= from_level for crisis, level in zip(labels, levels, strict=True) if crisis == crises]
            return sum(counted) / len(counted) if counted else math.nan

        return of

    return MetricFrame(
        metrics={"seen": rate(True, 1), "raised": rate(False, 1), "alerted": rate(False, 2)},
        y_true=[bool(each.row["crisis"]) for each in judged],
        y_pred=[LEVELS.index(each.level) for each in judged],
        sensitive_features=[each.row["group"] for each in judged],
    )
