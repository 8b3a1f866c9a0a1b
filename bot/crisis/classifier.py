"""The classifier beside the rules, for what no rule names: calibrated logistic regressions, held as arrays.

Two of them. The first sees words, letters and what the rules found; the second sees a sentence encoder's vector as
well, and is asked only where the first is in doubt. The file is written by skops (train.py) and checked against
models/manifest.json before it is opened. It holds arrays only, so it is read here without skops, whose import takes
seconds; nothing in the file is ever executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.crisis.encoder import DIMENSIONS, vectors
from bot.crisis.features import COLUMNS, columns, windows
from bot.crisis.reading import Reading

MODELS = Path(__file__).parents[2] / "models"
MODEL_NAME, MANIFEST_NAME = "crisis.skops", "manifest.json"
FORM = 2
# Of a long text only the windows that the first regression likes best are encoded.
ENCODED_WINDOWS = 4


class ModelRefused(ValueError):
    """The model is missing, damaged, or not the one of the manifest; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Regression:
    """`weights`: one per column, idf included; `vector_weights`: one per dimension of the encoder, or none at all.

    `scale`, `shift`: calibration of the score to a probability.
    """

    weights: NDArray[np.float32]
    vector_weights: NDArray[np.float32] | None
    bias: float
    scale: float
    shift: float

    def probability(
        self, found: tuple[NDArray[np.int64], NDArray[np.float32]], vector: NDArray[np.float32] | None
    ) -> float:
        """Between 0 and 1."""
        numbers, values = found
        score = float(self.weights[numbers] @ values) + self.bias
        if self.vector_weights is not None and vector is not None:
            score += float(self.vector_weights @ vector)
        return float(1.0 / (1.0 + np.exp(-np.clip(self.scale * score + self.shift, -30.0, 30.0))))


@dataclass(frozen=True, slots=True)
class Classifier:
    """`quick` without and `full` with the encoder (None when trained without it). `digest`: SHA-256 in hex."""

    quick: Regression
    full: Regression | None
    digest: str

    def probability(self, reading: Reading, *, sure_below: float) -> float:
        """How likely a text is a crisis, 0-1: that of its worst window.

        `sure_below`: where the quick regression stays below it and no rule stands, the encoder is spared.
        """
        parts = windows(reading)
        found = [columns(part) for part in parts]
        quick = [self.quick.probability(each, None) for each in found]
        if not parts:
            return 0.0
        if self.full is None or (max(quick) < sure_below and not reading.standing):
            return max(quick)
        best = sorted(range(len(parts)), key=lambda at: -quick[at])[:ENCODED_WINDOWS]
        rows = vectors([parts[at].stream for at in best])
        if rows is None:
            return max(quick)
        return max(self.full.probability(found[at], row) for at, row in zip(best, rows, strict=True))


def load_classifier(models: Path = MODELS) -> Classifier:
    """Raises ModelRefused on a file that is missing, that the manifest does not vouch for, or that does not fit."""
    path = models / MODEL_NAME
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelRefused(f"{path.name} is missing; run make train") from error
    digest = hashlib.sha256(content).hexdigest()
    try:
        wanted = json.loads((models / MANIFEST_NAME).read_text(encoding="utf-8")).get(MODEL_NAME)
    except (OSError, ValueError, AttributeError) as error:
        raise ModelRefused(f"{MANIFEST_NAME} cannot be read; run make train") from error
    if digest != wanted:
        raise ModelRefused(
            f"{path.name} has the SHA-256 {digest}, the manifest says {wanted}; "
            "if you did not change it yourself, find out who did, then run make train"
        )
    arrays = _arrays(content)
    if "form" not in arrays or int(arrays["form"]) != FORM or arrays["quick_weights"].shape != (COLUMNS,):
        raise ModelRefused(f"{path.name} has another form than this version reads; run make train")
    full = _regression(arrays, "full") if "full_weights" in arrays else None
    return Classifier(quick=_regression(arrays, "quick"), full=full, digest=digest)


def _regression(arrays: Mapping[str, NDArray[np.float32]], name: str) -> Regression:
    vector_weights = arrays.get(f"{name}_vector_weights")
    if vector_weights is not None and vector_weights.shape != (DIMENSIONS,):
        raise ModelRefused(f"{MODEL_NAME} expects another encoder; run make train")
    numbers: Sequence[float] = [float(arrays[f"{name}_{part}"]) for part in ("bias", "scale", "shift")]
    return Regression(arrays[f"{name}_weights"], vector_weights, *numbers)


def _arrays(content: bytes) -> dict[str, NDArray[np.float32]]:
    """The arrays of a skops file of a dict of arrays: a zip of `schema.json` and one .npy file for each."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            schema = json.loads(file.read("schema.json"))
            return {
                name: np.load(io.BytesIO(file.read(part["file"])), allow_pickle=False)
                for name, part in schema["content"].items()
            }
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise ModelRefused(f"{MODEL_NAME} is not a skops file of arrays; run make train") from error
