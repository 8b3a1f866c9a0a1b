"""Where the lines are drawn: read from `rules/thresholds.json`, each with its unit, its source and how far it may go.

A practice may make a threshold more sensitive freely, and less sensitive only down to its floor: a value beyond
`least_sensitive` refuses to load.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.crisis.rules import RULES

THRESHOLDS = RULES / "thresholds.json"
_FIELDS = {"name", "value", "unit", "sensitive_is", "least_sensitive", "source"}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The values in use. Probabilities are 0-1, weights are sums of faded signals, fading is per turn and per hour."""

    support_alert: float
    support_check_in: float
    plain_check_in: float
    plain_alert: float
    alone_alert: float
    alone_check_in: float
    imminent_alert: float
    imminent_severe: float
    course_from: float
    course_check_in: float
    course_alert: float
    encoder_from: float
    build_up_check_in: float
    build_up_alert: float
    fade_per_turn: float
    fade_half_life_h: float
    turns_remembered: int


@lru_cache(maxsize=4)
def load_thresholds(path: Path = THRESHOLDS) -> Thresholds:
    """Raises ValueError on a missing or unknown name, a value without unit or source, or one beyond its floor."""
    rows: list[Mapping[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    values: dict[str, float] = {}
    for row in rows:
        name = row.get("name")
        if set(row) != _FIELDS or not row["unit"] or not row["source"]:
            raise ValueError(f"{path.name}: threshold {name!r} needs exactly {', '.join(sorted(_FIELDS))}, none empty")
        value, least = row["value"], row["least_sensitive"]
        if not isinstance(value, int | float) or not isinstance(least, int | float) or value < 0:
            raise ValueError(f"{path.name}: threshold {name!r} is {value!r}; give a number of 0 or more")
        beyond = value > least if row["sensitive_is"] == "low" else value < least
        if beyond:
            raise ValueError(
                f"{path.name}: threshold {name!r} is {value}, less sensitive than its floor {least}; "
                "move it towards the sensitive side"
            )
        values[str(name)] = value
    wanted = set(Thresholds.__dataclass_fields__)
    if set(values) != wanted or len(rows) != len(wanted):
        raise ValueError(f"{path.name}: has {sorted(values)}, needs each of {sorted(wanted)} once")
    turns = int(values.pop("turns_remembered"))
    return Thresholds(turns_remembered=turns, **values)
