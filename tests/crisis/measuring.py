"""Measures every reader on the corpora: what the report is made of.

The test split is evaluated by program: what comes out is levels beside labels, and no page prints its texts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.crisis.engine import Engine
from tests.corpora.corpus_format import rows_of
from tests.crisis.evaluate import (
    Followed,
    Judged,
    Reader,
    Row,
    Share,
    by,
    dialogues,
    follow,
    judge,
    messages,
    share,
    turns_of,
)
from tests.crisis.measures import Point, curve_of, point
from tests.crisis.readers import classifier_alone, probabilities, reads_with, rules_alone, shifted
from tests.crisis.references import by_keywords, fit_tf_idf

BOTH, RULES, CLASSIFIER = "rules and classifier", "rules alone", "classifier alone"
FIXED, KEYWORD_LIST, TF_IDF = "fixed list", "keyword list", "TF-IDF + LR"
# Shifts of every probability among the thresholds, in log-odds: from "asks about nearly all" to "rules nearly alone".
SHIFTS = tuple(step / 2 for step in range(-10, 11))


@dataclass(frozen=True, slots=True)
class Corpus:
    """How much of what a split holds. `ordinary`: benign messages that were not written to mislead."""

    messages: int
    crises: int
    ordinary: int
    families: int
    dialogues: int


@dataclass(frozen=True, slots=True)
class Result:
    """A reader's answers to a split."""

    judged: Sequence[Judged]
    followed: Sequence[Followed]

    @property
    def crises(self) -> list[Judged]:
        """Messages of which somebody should know."""
        return [each for each in self.judged if each.row["crisis"]]

    @property
    def benign(self) -> list[Judged]:
        """Messages of which nobody need know."""
        return [each for each in self.judged if not each.row["crisis"]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that the report is made of. `results`: by reader, on the test split; `tune`: the product's own."""

    version: str
    corpora: Mapping[str, Corpus]
    results: Mapping[str, Result]
    tune: Result
    ordinary_ids: frozenset[str]
    curves: Mapping[str, Sequence[Point]]
    marks: Mapping[str, Point]

    @property
    def ordinary(self) -> list[Judged]:
        """The product's answers to ordinary check-ins of the test split."""
        return [each for each in self.results[BOTH].benign if each.row["id"] in self.ordinary_ids]


def measure(made: Engine) -> Measured:
    """Every reader on the test split, and the product on the tune split."""
    tf_idf = fit_tf_idf(messages("train"), messages("tune"))
    readers: dict[str, Reader] = {BOTH: reads_with(made), RULES: rules_alone(made)}
    if made.classifier is not None:
        readers[CLASSIFIER] = classifier_alone(made)
    readers |= {FIXED: reads_with(made, mode="fixed_list"), KEYWORD_LIST: by_keywords, TF_IDF: tf_idf.read}
    asked, talked = messages("test"), dialogues("test")
    results = {name: Result(judge(asked, reader), follow(talked, reader)) for name, reader in readers.items()}
    own = reads_with(made)
    crises = [bool(row["crisis"]) for row in asked]
    curves = {BOTH: moved(made, asked)}
    if made.classifier is not None:
        conversations = [turns_of([*row.get("turns", []), {"role": "client", "text": row["text"]}]) for row in asked]
        curves[CLASSIFIER] = curve_of(crises, probabilities(made, conversations))
    curves[TF_IDF] = curve_of(crises, [float(each) for each in tf_idf.scores([row["text"] for row in asked])])
    return Measured(
        version=made.version,
        corpora={split: corpus(split) for split in ("train", "tune", "test")},
        results=results,
        tune=Result(judge(messages("tune"), own), follow(dialogues("tune"), own)),
        ordinary_ids=ordinary("test"),
        curves=curves,
        marks={
            name: point((each.row["crisis"], each.seen) for each in result.judged) for name, result in results.items()
        },
    )


def moved(made: Engine, rows: Sequence[Row]) -> list[Point]:
    """The product with its probability thresholds moved together, strictest first."""
    found = []
    for by_log_odds in sorted(SHIFTS, reverse=True):
        other = dataclasses.replace(made, thresholds=shifted(made.thresholds, by_log_odds))
        found.append(point((each.row["crisis"], each.seen) for each in judge(rows, reads_with(other))))
    return found


def ordinary(split: str) -> frozenset[str]:
    """Ids of the benign messages in the files of ordinary check-ins."""
    return frozenset(
        row["id"] for where, row in rows_of("messages", split) if "ordinary" in where and not row["crisis"]
    )


def corpus(split: str) -> Corpus:
    """How much of what a split holds."""
    rows = messages(split)
    return Corpus(
        messages=len(rows),
        crises=sum(bool(row["crisis"]) for row in rows),
        ordinary=len(ordinary(split)),
        families=len({row["family"] for row in rows}),
        dialogues=len(dialogues(split)),
    )


def seen_by(field: str, results: Mapping[str, Result], names: Iterable[str]) -> dict[str, dict[str, Share]]:
    """For each value of a field, the crises that each reader sees."""
    found: dict[str, dict[str, Share]] = {}
    for name in names:
        for value, group in by(results[name].crises, field).items():
            found.setdefault(value, {})[name] = seen(group)
    return found


def alerted(judged: Iterable[Judged]) -> Share:
    """How many got an alert."""
    return share(judged, lambda each: each.level == "alert")


def spared(judged: Iterable[Judged]) -> Share:
    """How many got no alert."""
    return share(judged, lambda each: each.level != "alert")


def seen(judged: Iterable[Judged]) -> Share:
    """How many were asked about or alerted on."""
    return share(judged, lambda each: each.seen)
