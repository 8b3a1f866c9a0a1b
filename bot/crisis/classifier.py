"""The classifier beside the rules, for what no rule names: calibrated, held as arrays.

Two readers. The first weighs words, letters and what the rules found; the second is the encoder, a small neural
network, and is asked only where the first is in doubt. Small regressions, fitted to texts that neither has learnt
from, turn their scores into probabilities. The file is written by skops (train.py) and checked against
models/manifest.json before it is opened. It holds arrays only, so it is read here without skops, whose import takes
seconds; nothing in the file is ever executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.crisis.encoder import encoder
from bot.crisis.features import COLUMNS, columns, windows
from bot.crisis.reading import Reading
from bot.crisis.types import CATEGORIES

MODELS = Path(__file__).parents[2] / "models"
MODEL_NAME, MANIFEST_NAME = "crisis.skops", "manifest.json"
FORM = 4
# Of a long text only the windows that the first reader likes best are encoded.
ENCODED_WINDOWS = 4

type Floats = NDArray[np.float32]


class ModelRefused(ValueError):
    """The model is missing, damaged, or not the one of the manifest; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely a text is a crisis, and one of severity 3: 0-1. `category`: None where the encoder was not asked."""

    crisis: float
    imminent: float
    category: str | None = None


NOTHING = Opinion(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights`: one per column, idf included. The others: weights of scores, the constant last. `digest`: SHA-256.

    `quick`: of the first reader's score and the length. `full`, `imminent`: of the scores (first reader, crisis,
    imminent) and the length.
    `dialogue`: of what `dialogue.features` makes of a conversation.
    """

    weights: Floats
    bias: float
    quick: Floats
    full: Floats
    imminent: Floats
    dialogue: Floats
    digest: str

    def opinion(self, reading: Reading, *, sure_below: float) -> Opinion:
        """Of a text's worst window.

        `sure_below`: where the first reader alone stays below it and no rule stands, the encoder is spared.
        """
        if not reading.word_count:
            return NOTHING
        parts = windows(reading)
        first = [self.first_score(part) for part in parts]
        quick = max(chance(self.quick, [score, length(part)]) for score, part in zip(first, parts, strict=True))
        asked = encoder() if quick >= sure_below or reading.standing else None
        if asked is None:
            return Opinion(quick, 0.0)
        best = sorted(range(len(parts)), key=lambda at: -first[at])[:ENCODED_WINDOWS]
        rows = asked.score([parts[at].told for at in best])
        opinions = [self._joined(first[at], row, length(parts[at])) for at, row in zip(best, rows, strict=True)]
        return Opinion(
            crisis=max(one.crisis for one in opinions),
            imminent=max(one.imminent for one in opinions),
            category=max(opinions, key=lambda one: one.crisis).category,
        )

    def first_score(self, part: Reading) -> float:
        """The first reader's score (logit) of a window."""
        numbers, values = columns(part)
        return float(self.weights[numbers] @ values) + self.bias

    def _joined(self, first: float, row: Floats, long: float) -> Opinion:
        scores = [first, float(row[0]), float(row[1]), long]
        kind = int(np.argmax(row[3:]))
        return Opinion(chance(self.full, scores), chance(self.imminent, scores), CATEGORIES[kind])


def length(part: Reading) -> float:
    """The logarithm of a text's words: a long one has more in it that sounds like danger, whatever it says."""
    return math.log1p(part.word_count)


def chance(weights: Floats, scores: Sequence[float]) -> float:
    """The probability of a logistic regression; the constant is the last weight."""
    score = float(weights[:-1] @ np.asarray(scores, dtype=np.float32)) + float(weights[-1])
    return float(1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0))))


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
    if "form" not in arrays or int(arrays["form"]) != FORM or arrays["weights"].shape != (COLUMNS,):
        raise ModelRefused(f"{path.name} has another form than this version reads; run make train")
    joined = {name: arrays[name] for name in ("quick", "full", "imminent", "dialogue")}
    return Classifier(weights=arrays["weights"], bias=float(arrays["bias"]), digest=digest, **joined)


def _arrays(content: bytes) -> dict[str, Floats]:
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
