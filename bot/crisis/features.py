"""What the classifier sees of a text, as numbers of columns: rows of words and letters, and what the rules made of it.

Counted over the normalised words, so that a disguise changes nothing. Hashed, so that no vocabulary of anybody's words
is stored in the model.
"""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bot.crisis.reading import Finding, Reading

COLUMNS = 1 << 18
WORD_ROWS = (1, 2, 3)
LETTER_ROWS = (3, 4, 5)
# What is longer than any word is a key held down; its beginning says that as well as all of it.
WORD_CHARS = 40
# Beyond this many words a text is read in windows of whole sentences, and the worst window counts: a disclosure in a
# long letter is as loud as one in a short message.
WHOLE_WORDS, WINDOW_WORDS, MAX_WINDOWS = 75, 45, 400
# How much a rule weighs beside the rows of words, whose weights have length 1 together. Chosen on the tune split.
RULE_WEIGHT = 0.5


def windows(reading: Reading) -> list[Reading]:
    """The parts of a reading to look at: itself, or windows of a long one, each with the findings that lie in it."""
    if reading.word_count <= WHOLE_WORDS:
        return [reading]
    found: list[Reading] = []
    sentences = reading.sentences
    first = 0
    while first < len(sentences) and len(found) < MAX_WINDOWS:
        last, words = first, 0
        while last < len(sentences) and (words == 0 or words + sentences[last].word_count <= WINDOW_WORDS):
            words += sentences[last].word_count
            last += 1
        part = sentences[first:last]
        start, end = part[0].start, part[-1].end
        inside = tuple(each for each in reading.findings if each.start < end and start < each.end)
        kinds = frozenset().union(*(sentence.kinds for sentence in part))
        found.append(Reading(inside, kinds, "\n".join(sentence.stream for sentence in part), words, part))
        first = last - 1 if last - first > 1 and last < len(sentences) else last
    return found


def columns(reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Column numbers and their weights: words and letters scaled to length 1, then the rules."""
    numbers, weights = _rows(reading.stream)
    names, values = zip(*_of_rules(reading), strict=True)
    hashed = np.fromiter((crc32(name.encode()) % COLUMNS for name in names), dtype=np.int64, count=len(names))
    return (
        np.concatenate([numbers, hashed]),
        np.concatenate([weights, np.asarray(values, dtype=np.float32) * RULE_WEIGHT]),
    )


def _rows(stream: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    words = stream.split()
    found: list[int] = []
    for length in WORD_ROWS:
        found.extend(
            crc32(" ".join(words[at : at + length]).encode()) % COLUMNS for at in range(len(words) - length + 1)
        )
    for word in words:
        padded = f"_{word[:WORD_CHARS]}_".encode()
        for length in LETTER_ROWS:
            found.extend(
                (crc32(padded[at : at + length], 7919)) % COLUMNS for at in range(max(1, len(padded) - length + 1))
            )
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    numbers, counts = np.unique(np.asarray(found, dtype=np.int64), return_counts=True)
    weights = 1.0 + np.log(counts)
    return numbers, (weights / np.sqrt(np.square(weights).sum())).astype(np.float32)


def _of_rules(reading: Reading) -> list[tuple[str, float]]:
    """What was found, how it was lowered, how much came together."""
    names = {f"{_state(found)}:{found.rule.id}" for found in reading.findings}
    names |= {f"level:{found.level}" for found in reading.standing}
    names |= {f"lowered:{kind}" for found in reading.findings for kind in found.lowered}
    names |= {f"kind:{kind}" for kind in reading.kinds}
    return [
        *((name, 1.0) for name in sorted(names)),
        ("rules together", min(4, _different(found.rule.id for found in reading.standing)) / 2),
        ("signals together", min(5, _different(found.rule.signal for found in reading.findings)) / 3),
    ]


def _state(found: Finding) -> str:
    if found.level == "none":
        return "dropped"
    return "noted" if found.level == "note" and found.rule.level != "note" else "stands"


def _different(names: Iterable[str | None]) -> int:
    return len({name for name in names if name is not None})
