"""The readers that the report compares: the product, its rules alone, its classifier alone, and moved thresholds."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from bot.crisis import Turn, assess, assessing
from bot.crisis.engine import Engine
from bot.crisis.thresholds import THRESHOLDS, Thresholds
from tests.crisis.evaluate import Reader


def remembering(made: Engine) -> Engine:
    """The same engine, which reads and scores each text once, however often a run asks."""
    opinion = cache(made.opinion) if made.opinion else None
    return dataclasses.replace(made, read=cache(made.read), opinion=opinion)


@contextmanager
def using(made: Engine) -> Iterator[None]:
    """Lets `assess` work with this engine instead of the process's."""
    own = assessing.engine
    assessing.engine = lambda: made  # type: ignore[assignment]
    try:
        yield
    finally:
        assessing.engine = own


def reads_with(made: Engine, **options: Any) -> Reader:
    """`assess` with this engine. `options`: as those of `assess`."""

    def read(turns: Sequence[Turn]) -> tuple[str, int]:
        with using(made):
            found = assess(turns, **options)
        return found.level, found.severity

    return read


def rules_alone(made: Engine) -> Reader:
    """What the product does where the model's file was refused."""
    return reads_with(dataclasses.replace(made, classifier=None, opinion=None))


def probabilities(made: Engine, conversations: Sequence[Sequence[Turn]]) -> list[float]:
    """The classifier's probability for each last turn; 0 where it was not asked (a language that cannot be read)."""
    assert made.opinion is not None
    return [made.opinion(turns[-1].text).crisis for turns in conversations]


def classifier_alone(made: Engine) -> Reader:
    """The classifier's word on the last turn by its own two thresholds: no rule decides, no earlier turn counts."""

    def read(turns: Sequence[Turn]) -> tuple[str, int]:
        [probability] = probabilities(made, [turns])
        if probability < made.thresholds.alone_check_in:
            return "none", 0
        return ("alert" if probability >= made.thresholds.alone_alert else "check_in"), 2

    return read


def shifted(thresholds: Thresholds, by: float) -> Thresholds:
    """Every probability among the thresholds moved by `by` in log-odds; more than 0 is less sensitive.

    Floors do not apply: the curve shows what lies beyond them, too.
    """
    rows = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    names = [row["name"] for row in rows if row["unit"] == "probability"]
    moved = {name: _logistic(_log_odds(getattr(thresholds, name)) + by) for name in names}
    return dataclasses.replace(thresholds, **moved)


def _log_odds(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-score))
