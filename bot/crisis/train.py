"""`python -m bot.crisis.train [--if-needed]`: fits the classifier on the corpora's train split.

Deterministic: the same corpora give the same file. Calibrated by the tune split, which fits nothing else. Where there
is no train split, no model is written and the rules work alone; that is said, and is no failure.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.crisis.classifier import FORM, MANIFEST_NAME, MODEL_NAME, MODELS
from bot.crisis.encoder import vectors
from bot.crisis.engine import make_engine
from bot.crisis.features import COLUMNS, columns, windows
from bot.crisis.reading import Reading

CORPORA = Path(__file__).parents[2] / "tests" / "corpora"
SOURCES_NAME = "crisis_sources"
MIN_TEXTS = 40
# Inverse strength of regularisation, and the length of an average encoder vector beside the words' length of 1. Both
# chosen on the tune split.
STRENGTH, VECTOR_LENGTH = 3.0, 2.5
ENCODED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows of texts with their labels, and the encoder's rows (None without the encoder)."""

    readings: Sequence[Reading]
    labels: NDArray[np.bool_]
    vectors: NDArray[np.float32] | None


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
    arrays = fitted(train, tune, "quick", encoded=False)
    if train.vectors is not None:
        arrays |= fitted(train, tune, "full", encoded=True)
    _write(arrays, sources)
    print(f"crisis classifier: trained on {len(train.labels)} texts, calibrated on {len(tune.labels)}")
    return 0


def examples(split: str) -> Examples:
    """The messages of a split. A long crisis counts by the windows in which a rule stands; a long benign one by all."""
    engine = make_engine(with_model=False)
    readings: list[Reading] = []
    labels: list[bool] = []
    for row in rows_of(split):
        if row.get("turns"):
            continue  # an answer means little without its question
        parts = windows(engine.read(row["text"]))
        if row["crisis"] and len(parts) > 1:
            parts = [part for part in parts if part.standing]
        readings += parts
        labels += [bool(row["crisis"])] * len(parts)
    encoded = [
        vectors([reading.stream for reading in readings[at : at + ENCODED_AT_ONCE]])
        for at in range(0, len(readings), ENCODED_AT_ONCE)
    ]
    rows = [row for row in encoded if row is not None]
    return Examples(readings, np.asarray(labels, dtype=bool), np.concatenate(rows) if rows else None)


def fitted(train: Examples, tune: Examples, name: str, *, encoded: bool) -> dict[str, Any]:
    """Weights by column (idf included), by dimension, bias and calibration of one regression."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    counted = _matrix(train.readings)
    held_by = np.asarray((counted > 0).sum(axis=0)).ravel()
    idf = np.log((1 + counted.shape[0]) / (1 + held_by)) + 1.0
    idf = (idf / idf.mean()).astype(np.float32)
    matrix = counted.multiply(idf).tocsr()
    spread = np.ones(0, dtype=np.float32)
    if encoded and train.vectors is not None:
        spread = VECTOR_LENGTH / (np.sqrt(train.vectors.shape[1]) * (train.vectors.std(axis=0) + 1e-6))
        matrix = hstack([matrix, csr_matrix(train.vectors * spread)]).tocsr()
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, max_iter=500, random_state=0)
    model.fit(matrix, train.labels)
    weights = model.coef_[0]
    arrays: dict[str, Any] = {"weights": weights[:COLUMNS] * idf, "bias": model.intercept_[0]}
    if encoded:
        arrays["vector_weights"] = weights[COLUMNS:] * spread
    arrays |= _calibration(arrays, tune)
    return {f"{name}_{key}": value for key, value in arrays.items()}


def _calibration(arrays: dict[str, Any], tune: Examples) -> dict[str, float]:
    """Scale and shift of the score (Platt) that make it a probability on texts it was not fitted to."""
    from sklearn.linear_model import LogisticRegression

    if len(set(tune.labels.tolist())) < 2:
        return {"scale": 1.0, "shift": 0.0}
    scores = _matrix(tune.readings) @ arrays["weights"] + arrays["bias"]
    if "vector_weights" in arrays and tune.vectors is not None:
        scores = scores + tune.vectors @ arrays["vector_weights"]
    model = LogisticRegression(C=100.0).fit(np.asarray(scores).reshape(-1, 1), tune.labels)
    return {"scale": float(model.coef_[0][0]), "shift": float(model.intercept_[0])}


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
        "context",
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
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
