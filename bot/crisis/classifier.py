"""The classifier beside the rules, for what no rule names: a calibrated logistic regression, held as arrays.

The file is written by skops (train.py) and checked against models/manifest.json before it is opened. It holds arrays
only, so it is read here without skops: importing that takes five seconds, and nothing in the file is ever executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.crisis.features import COLUMNS, columns, windows

MODELS = Path(__file__).parents[2] / "models"
MODEL_NAME, MANIFEST_NAME = "crisis.skops", "manifest.json"
FORM = 1


class ModelRefused(ValueError):
    """The model is missing, damaged, or not the one of the manifest; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights`: one per column, idf included. `scale`, `shift`: calibration of the score. `digest`: SHA-256 in hex."""

    weights: NDArray[np.float32]
    bias: float
    scale: float
    shift: float
    digest: str

    def probability(self, stream: str) -> float:
        """How likely a text (normalised words) is a crisis, 0-1: that of its worst window."""
        return max((self._of(window) for window in windows(stream)), default=0.0)

    def _of(self, window: str) -> float:
        numbers, values = columns(window)
        if not numbers.size:
            return 0.0
        score = float(self.weights[numbers] @ values) + self.bias
        return float(1.0 / (1.0 + np.exp(-np.clip(self.scale * score + self.shift, -30.0, 30.0))))


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
    if int(arrays["form"]) != FORM or arrays["weights"].shape != (COLUMNS,):
        raise ModelRefused(f"{path.name} has another form than this version reads; run make train")
    return Classifier(
        weights=arrays["weights"],
        bias=float(arrays["bias"]),
        scale=float(arrays["scale"]),
        shift=float(arrays["shift"]),
        digest=digest,
    )


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
