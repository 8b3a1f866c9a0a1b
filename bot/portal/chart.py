"""The places of a chart's points: a trend as numbers that a template draws as SVG, without a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date

from bot.summary.change import Reading
from bot.summary.trend import HIGHEST, LOWEST, Trend

# Units of the picture; it is stretched to the width of the page, and its words stand beside it, unstretched.
DAY, HEIGHT = 10, 100


@dataclass(frozen=True, slots=True)
class Point:
    """One reading. `x` from the left, `y` from the top, in units of the picture."""

    x: float
    y: float
    value: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart of 0-10 over days. `paths`: one line for each run, as SVG takes it. `marks`: days named below it.

    The table shows `points`, which are the points that are drawn.
    """

    width: int
    height: int
    points: tuple[Point, ...]
    paths: tuple[str, ...]
    marks: tuple[str, str, str]
    low: int
    high: int


def chart_of(trend: Trend, *, language: str) -> Chart:
    """The picture of a trend, its first day at the left edge, its days named in `language`."""
    days = (trend.last - trend.first).days + 1
    runs = [[_point(reading, trend) for reading in run] for run in trend.runs]
    points = tuple(point for run in runs for point in run)
    values = [point.value for point in points]
    return Chart(
        width=days * DAY,
        height=HEIGHT,
        points=points,
        paths=tuple(" ".join(f"{point.x:g},{point.y:g}" for point in run) for run in runs if len(run) > 1),
        marks=(
            _named(trend.first, language),
            _named(trend.first + timedelta(days=days // 2), language),
            _named(trend.last, language),
        ),
        low=min(values),
        high=max(values),
    )


def _point(reading: Reading, trend: Trend) -> Point:
    local = reading.at.astimezone(trend.zone)
    into_day = (local.hour * 60 + local.minute) / (24 * 60)
    x = ((local.date() - trend.first).days + into_day) * DAY
    y = HEIGHT * (HIGHEST - reading.value) / (HIGHEST - LOWEST)
    return Point(x=round(x, 2), y=round(y, 2), value=reading.value, at=reading.at)


def _named(day: date, language: str) -> str:
    return format_date(day, "d MMM", locale=language)
