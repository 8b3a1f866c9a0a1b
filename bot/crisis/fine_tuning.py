"""`python -m bot.crisis.fine_tuning FILE`: what the encoder is fine-tuned with, as one file of arrays.

The fitting itself is `tools/fine_tune.py`, in the dialogue engine's environment, because TensorFlow is there. This
half reads the corpora as the classifier does: normalised, long texts in windows, train and tune apart.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.crisis.encoder import SCALE, Base
from bot.crisis.train import CORPORA, Examples, examples
from bot.crisis.types import CATEGORIES


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    if len(arguments) != 1:
        print("give the file to write, such as build/fine-tuning.npz", file=sys.stderr)
        return 2
    base = Base()
    arrays: dict[str, Any] = {f"base_{name}": value for name, value in base.layers().items()}
    for split in ("train", "tune"):
        arrays |= {f"{split}_{name}": value for name, value in _arrays(base, examples(split)).items()}
    used = np.unique(np.concatenate([arrays["train_tokens"], arrays["tune_tokens"]]))
    for split in ("train", "tune"):
        arrays[f"{split}_tokens"] = np.searchsorted(used, arrays[f"{split}_tokens"])
    arrays |= {"table": base.table_of(used), "tiny": np.float32(base.tiny), "scale": np.float32(SCALE)}
    arrays["corpora"] = np.frombuffer(corpora_digest().encode(), dtype=np.uint8)
    Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
    np.savez(arguments[0], **arrays)
    print(f"{arguments[0]}: {len(arrays['train_crisis'])} texts to fit, {len(arrays['tune_crisis'])} to watch")
    return 0


def corpora_digest() -> str:
    """SHA-256 in hex over the messages of the train split, which alone is fitted."""
    digest = hashlib.sha256()
    for path in sorted((CORPORA / "messages" / "train").glob("*.jsonl")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _arrays(base: Base, found: Examples) -> dict[str, Any]:
    tokens = [base.tokens_of(reading.told) for reading in found.readings]
    kinds = [0 if row["category"] is None else 1 + CATEGORIES.index(row["category"]) for row in found.rows]
    return {
        "tokens": np.concatenate([np.asarray(row, dtype=np.int64) for row in tokens]),
        "lengths": np.asarray([len(row) for row in tokens]),
        "crisis": found.labels,
        "imminent": np.asarray([bool(row["crisis"]) and row["severity"] == 3 for row in found.rows]),
        "kind": np.asarray(kinds),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
