"""What the classifier sees of a text: which rows of words and letters it holds, as numbers of columns.

Counted over the normalised words, so that a disguise changes nothing. Hashed, so that no vocabulary of anybody's words
is stored in the model.
"""

from __future__ import annotations

from binascii import crc32

import numpy as np
from numpy.typing import NDArray

COLUMNS = 1 << 18
WORD_ROWS = (1, 2, 3)
LETTER_ROWS = (3, 4, 5)
# Beyond this many words a text is read in windows, and the worst window counts: a disclosure in a long letter is as
# loud as one in a short message.
WINDOW_WORDS, WINDOW_STEP, MAX_WINDOWS = 60, 40, 400


def windows(stream: str) -> list[str]:
    """The texts to look at for one normalised text: itself, or overlapping windows of a long one."""
    words = stream.split()
    if len(words) <= WINDOW_WORDS + 10:
        return [" ".join(words)]
    starts = range(0, len(words) - (WINDOW_WORDS - WINDOW_STEP), WINDOW_STEP)
    return [" ".join(words[start : start + WINDOW_WORDS]) for start in starts][:MAX_WINDOWS]


def columns(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Column numbers and their weights (1 + log of the count, scaled to length 1) of a normalised text."""
    words = text.split()
    found: list[int] = []
    for length in WORD_ROWS:
        found.extend(
            crc32(" ".join(words[at : at + length]).encode()) % COLUMNS for at in range(len(words) - length + 1)
        )
    for word in words:
        padded = f"_{word}_".encode()
        for length in LETTER_ROWS:
            found.extend(
                (crc32(padded[at : at + length], 7919)) % COLUMNS for at in range(max(1, len(padded) - length + 1))
            )
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    numbers, counts = np.unique(np.asarray(found, dtype=np.int64), return_counts=True)
    weights = 1.0 + np.log(counts)
    return numbers, (weights / np.sqrt(np.square(weights).sum())).astype(np.float32)
