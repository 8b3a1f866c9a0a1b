"""`python -m bot.crisis.train [--if-needed]`: fits the classifier on the corpora's train split.

Deterministic: the same corpora and the same encoder give the same file. What joins the two readers is fitted to the
tune split, which neither has learnt from. Where there is no train split, no model is written and the rules work alone;
that is said, and is no failure. The encoder itself is fitted by `make encoder`, see tools/fine_tune.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.crisis.classifier import FORM, MANIFEST_NAME, MODEL_NAME, MODELS, Classifier, length
from bot.crisis.dialogue import client_turns, features
from bot.crisis.encoder import MANIFEST as ENCODER_MANIFEST
from bot.crisis.encoder import encoder
from bot.crisis.engine import make_engine, with_classifier
from bot.crisis.features import COLUMNS, columns, windows
from bot.crisis.reading import Reading
from bot.crisis.types import Turn

CORPORA = Path(__file__).parents[2] / "tests" / "corpora"
SOURCES_NAME = "crisis_sources"
MIN_TEXTS = 40
# Inverse strength of regularisation; chosen on the tune split.
STRENGTH = 3.0

type Row = Mapping[str, Any]
type Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows of texts with their labels and the corpus rows that they are from."""

    readings: Sequence[Reading]
    labels: NDArray[np.bool_]
    rows: Sequence[Row]


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    sources = _sources_digest()
    if "--if-needed" in arguments and _is_current(sources):
        print("crisis classifier: up to date")
        return 0
    train, tune = examples("train"), examples("tune")
    if len(train.labels) < MIN_TEXTS or train.labels.all() or not train.labels.any():
        print(f"crisis classifier: {len(train.labels)} train texts, {MIN_TEXTS} needed; the rules work alone")
        return 0
    weights, bias = _first_reader(train)
    arrays: dict[str, Any] = {"weights": weights, "bias": bias} | _joined(tune, weights, bias)
    arrays["dialogue"] = _of_dialogues(arrays)
    _write(arrays, sources)
    print(f"crisis classifier: trained on {len(train.labels)} texts, calibrated on {len(tune.labels)}")
    return 0


def examples(split: str) -> Examples:
    """The messages of a split. A long crisis counts by the windows in which a rule stands; a long benign one by all."""
    engine = make_engine(with_model=False)
    readings: list[Reading] = []
    rows: list[Row] = []
    for row in rows_of(split):
        if row.get("turns"):
            continue  # an answer means little without its question
        parts = windows(engine.read(row["text"]))
        if row["crisis"] and len(parts) > 1:
            parts = [part for part in parts if part.standing]
        readings += parts
        rows += [row] * len(parts)
    return Examples(readings, np.asarray([bool(row["crisis"]) for row in rows], dtype=bool), rows)


def _first_reader(train: Examples) -> tuple[Floats, float]:
    """Weights by column (idf included) and bias of the regression on words, letters and rules."""
    from sklearn.linear_model import LogisticRegression

    counted = _matrix(train.readings)
    held_by = np.asarray((counted > 0).sum(axis=0)).ravel()
    idf = np.log((1 + counted.shape[0]) / (1 + held_by)) + 1.0
    idf = (idf / idf.mean()).astype(np.float32)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, max_iter=500, random_state=0)
    model.fit(counted.multiply(idf).tocsr(), train.labels)
    return (model.coef_[0] * idf).astype(np.float32), float(model.intercept_[0])


def _joined(tune: Examples, weights: Floats, bias: float) -> dict[str, Any]:
    """The small regressions that turn scores into probabilities; see `Classifier`."""
    first = _matrix(tune.readings) @ weights + bias
    long = np.asarray([length(reading) for reading in tune.readings])
    found = {"quick": _logistic(np.column_stack([first, long]), tune.labels)}
    asked = encoder()
    second = asked.score([reading.told for reading in tune.readings])[:, :2] if asked else np.zeros((len(first), 2))
    scores = np.column_stack([first, second, long])
    soon = np.asarray([bool(row["crisis"]) and row["severity"] == 3 for row in tune.rows], dtype=bool)
    return found | {"full": _logistic(scores, tune.labels), "imminent": _logistic(scores, soon)}


def _of_dialogues(arrays: Mapping[str, Any]) -> Floats:
    """The regression over a conversation's course, fitted to the train dialogues, of which no reader has seen a word.

    A turn counts as a crisis from the one at which a person should know, as none before the first at which telling
    somebody is reasonable; what lies between teaches nothing.
    """
    classifier = Classifier(
        weights=arrays["weights"],
        bias=float(arrays["bias"]),
        quick=arrays["quick"],
        full=arrays["full"],
        imminent=arrays["imminent"],
        dialogue=arrays["quick"],  # not asked for here
        digest="",
    )
    engine = with_classifier(classifier)
    found: list[list[float]] = []
    labels: list[bool] = []
    for row in rows_of("train", "dialogues"):
        turns = [Turn(role=turn["role"], text=turn["text"], question=turn.get("question")) for turn in row["turns"]]
        for at, turn in enumerate(turns):
            between = row["crisis"] and row["earliest"] <= at < row["alert_by"]
            if turn.role == "client" and not between:
                found.append(features(client_turns(turns[: at + 1], engine.read, engine.thresholds, engine.opinion)))
                labels.append(bool(row["crisis"]) and at >= row["alert_by"])
    return _logistic(np.asarray(found), np.asarray(labels, dtype=bool)) if found else np.zeros(9, dtype=np.float32)


def _logistic(columns_: Any, labels: NDArray[np.bool_]) -> Floats:
    """Weights and, last, the constant."""
    from sklearn.linear_model import LogisticRegression

    if len(set(labels.tolist())) < 2:
        return np.zeros(columns_.shape[1] + 1, dtype=np.float32)
    model = LogisticRegression(C=100.0, max_iter=1_000).fit(columns_, labels)
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)


def _matrix(readings: Sequence[Reading]) -> Any:
    from scipy.sparse import csr_matrix

    rows = [columns(reading) for reading in readings]
    return csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([numbers for numbers, _ in rows]),
            np.cumsum([0] + [len(numbers) for numbers, _ in rows]),
        ),
        shape=(len(rows), COLUMNS),
    )


def rows_of(split: str, kind: str = "messages") -> Iterator[dict[str, Any]]:
    """The rows of a split of the corpora, in the order of their files."""
    for path in sorted((CORPORA / kind / split).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _write(arrays: dict[str, Any], sources: str) -> None:
    from skops.io import dump

    MODELS.mkdir(exist_ok=True)
    content = {name: np.asarray(value, dtype=np.float32) for name, value in arrays.items()}
    content["form"] = np.asarray(FORM, dtype=np.float32)
    new = MODELS / f"{MODEL_NAME}.{os.getpid()}"
    dump(content, new)
    new.replace(MODELS / MODEL_NAME)
    manifest = _manifest()
    manifest[MODEL_NAME] = hashlib.sha256((MODELS / MODEL_NAME).read_bytes()).hexdigest()
    manifest[SOURCES_NAME] = sources
    changed = MODELS / f"{MANIFEST_NAME}.{os.getpid()}"
    changed.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    changed.replace(MODELS / MANIFEST_NAME)


def _manifest() -> dict[str, Any]:
    path = MODELS / MANIFEST_NAME
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _is_current(sources: str) -> bool:
    path, manifest = MODELS / MODEL_NAME, _manifest()
    return (
        path.is_file()
        and manifest.get(SOURCES_NAME) == sources
        and manifest.get(MODEL_NAME) == hashlib.sha256(path.read_bytes()).hexdigest()
    )


def _sources_digest() -> str:
    """SHA-256 over everything that the model depends on."""
    digest = hashlib.sha256()
    room = Path(__file__).parent
    modules = (
        "characters",
        "classifier",
        "context",
        "dialogue",
        "encoder",
        "features",
        "normalising",
        "patterns",
        "reading",
        "spelling",
        "train",
    )
    files = [room / f"{name}.py" for name in modules]
    files += [path for path in (room / "rules").iterdir() if path.name not in ("thresholds.json", "README.md")]
    for split in ("train", "tune"):
        files += (CORPORA / "messages" / split).glob("*.jsonl")
        files += (CORPORA / "dialogues" / split).glob("*.jsonl")
    files += [ENCODER_MANIFEST] if ENCODER_MANIFEST.is_file() else []
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
