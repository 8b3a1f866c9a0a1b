"""PHQ-9 and GAD-7: published items, scores as their makers score them, bands, and whether a change is reliable.

A score is arithmetic and no diagnosis. How a client is walked through the items: `measure_walk.py`. Where an answer to
the item about death leads: `bot/handoff/safety_item.py`.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "measures"


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `code`: LOINC. `text`: language -> published words."""

    code: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A questionnaire. `answers`: LOINC answer code -> score. `bands`: (from, to, name), both ends included.

    `answer_texts`: score -> language -> published words. `words`: the own words around it, by name and form. `version`:
    of the file.
    """

    id: str
    title: str
    panel: str
    total: str
    safety_item: str | None
    maximum: int
    most_missing: int
    reliable_change: int
    source: str
    licence: str
    languages: tuple[str, ...]
    stem: Mapping[str, str]
    items: tuple[Item, ...]
    answers: Mapping[str, int]
    answer_texts: Mapping[int, Mapping[str, str]]
    bands: tuple[tuple[int, int, str], ...]
    words: Mapping[str, Mapping[str, str]]
    clinical_review: str
    version: str


@dataclass(frozen=True, slots=True)
class Score:
    """`total` is None where too much is missing; `prorated` where the mean of the given items stood for a missing one.

    `safety`: the answer, 0-3, to the item about death and self-harm; None where there is none or it was left out.
    """

    total: int | None
    missing: int
    prorated: bool
    band: str | None
    safety: int | None


@dataclass(frozen=True, slots=True)
class OffTrack:
    """Why a course is flagged. `against`: "first" or "best"; `rise`: points; `scores`: those that show it."""

    against: str
    rise: int
    scores: tuple[int, ...]
    safety_rose: bool


@functools.cache
def load_measures() -> Mapping[str, Measure]:
    """The measures by id. Raises ValueError when a file contradicts itself."""
    found = {path.stem: _measure(path.read_bytes()) for path in sorted(FOLDER.glob("*.yml"))}
    for name, measure in found.items():
        if measure.id != name or measure.maximum != max(measure.answers.values()) * len(measure.items):
            raise ValueError(f"{name}.yml: id or maximum does not fit its items; put the published ones back")
        edges = [value for low, high, _ in measure.bands for value in range(low, high + 1)]
        if edges != list(range(measure.maximum + 1)):
            raise ValueError(f"{name}.yml: the bands leave out or repeat a score; put the published ones back")
    return found


def score(measure: Measure, answers: Mapping[str, int]) -> Score:
    """The score of answers by item code, 0-3 each; a code that is left out is missing.

    Raises ValueError for a code or a value that the measure does not have.
    """
    codes = [item.code for item in measure.items]
    unknown = sorted(set(answers) - set(codes))
    if unknown:
        raise ValueError(f"{measure.title} has no item {unknown[0]!r}; it has {', '.join(codes)}")
    wrong = next((value for value in answers.values() if value not in measure.answers.values()), None)
    if wrong is not None:
        raise ValueError(f"{measure.title} has no answer {wrong!r}; answers are 0 to 3")
    missing = len(codes) - len(answers)
    safety = answers.get(measure.safety_item) if measure.safety_item else None
    if missing > measure.most_missing or not answers:
        return Score(total=None, missing=missing, prorated=False, band=None, safety=safety)
    given = sum(answers.values())
    # The mean of the given items for each missing one; halves upwards, so that nothing is made to look lighter.
    total = math.floor(given * len(codes) / len(answers) + 0.5)
    return Score(total=total, missing=missing, prorated=missing > 0, band=band_of(measure, total), safety=safety)


def band_of(measure: Measure, total: int) -> str:
    """The name of the severity band of a total."""
    return next(name for low, high, name in measure.bands if low <= total <= high)


def changed_reliably(measure: Measure, before: int, after: int) -> bool:
    """Whether two totals differ by more than the measure's own noise."""
    return abs(after - before) >= measure.reliable_change


def off_track(measure: Measure, scores: Sequence[Score]) -> OffTrack | None:
    """Whether a course, oldest first, gets worse: against the first total and against the best since.

    The rise must be there in the last two readings, or in the last one together with a rise of the safety item. None
    where it is not, or where there are fewer than two totals.
    """
    known = [one for one in scores if one.total is not None]
    if len(known) < 2:
        return None
    last = known[-1]
    for against, base in (("first", known[0]), ("best", min(known[:-1], key=lambda one: one.total or 0))):
        rise = _rise(base, last)
        if rise < measure.reliable_change:
            continue
        safety_rose = last.safety is not None and base.safety is not None and last.safety > base.safety
        after_base = known[known.index(base) + 1 :]
        if len(after_base) >= 2 and _rise(base, after_base[-2]) >= measure.reliable_change:
            shown = (base.total or 0, after_base[-2].total or 0, last.total or 0)
            return OffTrack(against, rise, shown, safety_rose)
        if safety_rose:
            return OffTrack(against, rise, (base.total or 0, last.total or 0), safety_rose)
    return None


def _rise(base: Score, later: Score) -> int:
    return (later.total or 0) - (base.total or 0)


def _measure(raw: bytes) -> Measure:
    found: Mapping[str, Any] = yaml.safe_load(raw.decode("utf-8"))
    languages = tuple(found["stem"])
    return Measure(
        id=found["id"],
        title=found["title"],
        panel=found["panel"],
        total=found["total"],
        safety_item=found["safety_item"],
        maximum=found["maximum"],
        most_missing=found["most_missing"],
        reliable_change=found["reliable_change"],
        source=found["source"],
        licence=found["licence"],
        languages=languages,
        stem=found["stem"],
        items=tuple(Item(one["code"], {name: one[name] for name in languages}) for one in found["items"]),
        answers={one["code"]: one["score"] for one in found["answers"]},
        answer_texts={one["score"]: {name: one[name] for name in languages} for one in found["answers"]},
        bands=tuple((one["from"], one["to"], one["name"]) for one in found["bands"]),
        words=found["words"],
        clinical_review=found["clinical_review"],
        version=hashlib.sha256(raw).hexdigest()[:12],
    )
