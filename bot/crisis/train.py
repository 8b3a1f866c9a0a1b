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
from pathlib import Path
from typing import Any

import numpy as np

from bot.crisis.classifier import FORM, MANIFEST_NAME, MODEL_NAME, MODELS, Classifier
from bot.crisis.engine import Engine, make_engine
from bot.crisis.features import COLUMNS, columns

CORPORA = Path(__file__).parents[2] / "tests" / "corpora"
SOURCES_NAME = "crisis_sources"
MIN_TEXTS = 40
# Inverse strength of regularisation, chosen on the tune split.
STRENGTH = 8.0


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    sources = _sources_digest()
    if "--if-needed" in arguments and _is_current(sources):
        print("crisis classifier: up to date")
        return 0
    engine = make_engine(with_model=False)
    texts, labels = _examples("train", engine)
    if len(texts) < MIN_TEXTS or len(set(labels)) < 2:
        print(f"crisis classifier: {len(texts)} train texts, {MIN_TEXTS} needed; the rules work alone")
        return 0
    fitted = fit(texts, labels)
    tune_texts, tune_labels = _examples("tune", engine)
    scale, shift = calibrate(fitted, tune_texts, tune_labels) if len(set(tune_labels)) == 2 else (1.0, 0.0)
    _write(fitted | {"scale": np.float32(scale), "shift": np.float32(shift)}, sources)
    print(f"crisis classifier: trained on {len(texts)} texts, calibrated on {len(tune_texts)}")
    return 0


def fit(texts: Sequence[str], labels: Sequence[bool]) -> dict[str, Any]:
    """Weights by column (idf included) and bias, from normalised texts."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows = [columns(text) for text in texts]
    matrix = csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([numbers for numbers, _ in rows]),
            np.cumsum([0] + [len(numbers) for numbers, _ in rows]),
        ),
        shape=(len(rows), COLUMNS),
    )
    held_by = np.asarray((matrix > 0).sum(axis=0)).ravel()
    idf = (np.log((1 + len(rows)) / (1 + held_by)) + 1.0).astype(np.float32)
    model = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced", random_state=0)
    model.fit(matrix.multiply(idf / idf.mean()).tocsr(), np.asarray(labels))
    return {
        "weights": (model.coef_[0] * idf / idf.mean()).astype(np.float32),
        "bias": np.float32(model.intercept_[0]),
    }


def calibrate(fitted: dict[str, Any], texts: Sequence[str], labels: Sequence[bool]) -> tuple[float, float]:
    """Scale and shift of the score (Platt) that make it a probability on texts it was not fitted to."""
    from sklearn.linear_model import LogisticRegression

    scores = []
    for text in texts:
        numbers, values = columns(text)
        scores.append(float(fitted["weights"][numbers] @ values) + float(fitted["bias"]))
    model = LogisticRegression(C=100.0).fit(np.asarray(scores).reshape(-1, 1), np.asarray(labels))
    return float(model.coef_[0][0]), float(model.intercept_[0])


def rows_of(split: str, kind: str = "messages") -> Iterator[dict[str, Any]]:
    """The rows of a split of the corpora, in the order of their files."""
    for path in sorted((CORPORA / kind / split).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _examples(split: str, engine: Engine) -> tuple[list[str], list[bool]]:
    rows = list(rows_of(split))
    return [engine.read(row["text"]).stream for row in rows], [bool(row["crisis"]) for row in rows]


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
    files = [*room.glob("*.py"), *(room / "rules").glob("*")]
    for split in ("train", "tune"):
        files += (CORPORA / "messages" / split).glob("*.jsonl")
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))


__all__ = ["Classifier", "calibrate", "fit", "main", "rows_of"]
