"""The pictures of the report, as SVG that is the same on every run: no date, no random names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

from tests.crisis.evaluate import Share
from tests.crisis.measures import Bounded, Point

# Okabe and Ito's colours, told apart by colour-blind readers; shapes say the same once more.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")
SHAPES = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))


def _axes(width_in: float, height_in: float) -> tuple[Any, Any]:
    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {
            "svg.hashsalt": "interlude",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#dddddd",
            "figure.facecolor": "white",
        }
    )
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width_in, height_in), layout="constrained")


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    # matplotlib ends some lines with a blank, which the repository's own checks would not have.
    path.write_text("\n".join(line.rstrip() for line in path.read_text("utf-8").splitlines()) + "\n", "utf-8")


def draw_curve(
    path: Path, lines: Mapping[str, Sequence[Point]], marks: Mapping[str, Point], *, budget_per_1000: float
) -> None:
    """Recall against needless questions and alerts per 1,000 benign messages. `marks`: the settings in use."""
    figure, axes = _axes(7.5, 4.8)
    names = list(dict.fromkeys([*lines, *marks]))
    for name in names:
        at = names.index(name) % len(COLOURS)
        points = lines.get(name, ())
        if points:
            axes.plot(
                [each.false_per_1000 for each in points],
                [each.recall.value for each in points],
                color=COLOURS[at],
                linestyle=LINES[at],
                label=f"{name}: every setting",
            )
        if name in marks:
            axes.plot(
                [marks[name].false_per_1000],
                [marks[name].recall.value],
                color=COLOURS[at],
                marker=SHAPES[at],
                markersize=8,
                linestyle="none",
                label=f"{name}: as it is set" if points else name,
            )
    axes.axvline(budget_per_1000, color="#888888", linewidth=1)
    axes.annotate(
        f"{budget_per_1000:g} per 1,000", (budget_per_1000, 0.02), xytext=(4, 0), textcoords="offset points", fontsize=9
    )
    axes.set(
        xlim=(0, 300),
        ylim=(0, 1.02),
        xlabel="benign messages asked about or alerted on, per 1,000",
        ylabel="crises seen",
    )
    axes.legend(loc="lower right", fontsize=8, frameon=True)
    _save(figure, path)


def draw_shares(
    path: Path, rows: Mapping[str, Mapping[str, Share]], *, label: str, line: float | None = None, line_name: str = ""
) -> None:
    """One row for each name, one mark with its interval for each share of it. `line`: a value to compare with."""
    figure, axes = _axes(7.5, 1.3 + 0.34 * len(rows))
    kinds = list(dict.fromkeys(kind for shares in rows.values() for kind in shares))
    for kind in kinds:
        at = kinds.index(kind)
        offset = (at - (len(kinds) - 1) / 2) * 0.24
        held = [(row, shares[kind]) for row, shares in enumerate(rows.values()) if shares[kind].total]
        values = [share.value for _, share in held]
        ends = [share.interval for _, share in held]
        axes.errorbar(
            values,
            [row + offset for row, _ in held],
            xerr=[
                [max(0.0, value - low) for value, (low, _) in zip(values, ends, strict=True)],
                [max(0.0, high - value) for value, (_, high) in zip(values, ends, strict=True)],
            ],
            fmt=SHAPES[at],
            color=COLOURS[at],
            markersize=5,
            linewidth=1,
            label=kind,
        )
    if line is not None:
        axes.axvline(line, color="#888888", linewidth=1, label=line_name)
    axes.set(xlim=(-0.02, 1.02), xlabel=label, yticks=range(len(rows)), yticklabels=list(rows))
    axes.invert_yaxis()
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.5 / (0.3 * len(rows) + 1)), ncols=3, fontsize=8)
    _save(figure, path)


def draw_predictive_value(path: Path, lines: Mapping[str, Sequence[tuple[float, Bounded]]], *, label: str) -> None:
    """Positive predictive value against prevalence, each line with its bounds as a band."""
    figure, axes = _axes(7.5, 4.2)
    for at, (name, values) in enumerate(lines.items()):
        shares = [prevalence for prevalence, _ in values]
        axes.plot(
            shares,
            [bounded.value for _, bounded in values],
            color=COLOURS[at],
            linestyle=LINES[at],
            marker=SHAPES[at],
            markersize=4,
            label=name,
        )
        axes.fill_between(
            shares,
            [bounded.low for _, bounded in values],
            [bounded.high for _, bounded in values],
            color=COLOURS[at],
            alpha=0.12,
            linewidth=0,
        )
    axes.set(xscale="log", ylim=(0, 1.02), xlabel="crises among all messages (logarithmic)", ylabel=label)
    ticks = sorted({prevalence for values in lines.values() for prevalence, _ in values})
    axes.set_xticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.legend(loc="upper left", fontsize=8)
    _save(figure, path)
