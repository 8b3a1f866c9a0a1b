"""Numbers as people write them: digits, words in English and Spanish, commas, ranges, parts of a whole, faces."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety hundred",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
}
_WORDS = {word: n for words in _UNITS.values() for n, word in enumerate(words.split())}
_WORDS |= {word: 10 * n for words in _TENS.values() for n, word in enumerate(words.split(), start=2)}
_WORDS |= {"nought": 0, "nil": 0, "ciento": 100, "zeros": 0}
# Words that count something as often as they are a number: "one of my friends" is no 1.
_WEAK = {"one": 1, "uno": 1, "una": 1, "un": 1}
_WEAK_IN_RANGE = re.compile(r"\b(?:one|uno|una|un)\b(?=\s*(?:-|to|or|and|a|o|y)\s*\d)")
# Words of a message that is nothing but a number, a "maybe" beside it included.
_ALONE = 3
_TWENTIES = {f"veinti{word}": 20 + n for n, word in enumerate(_UNITS["es"].split()[:10])}

_KEYCAP = re.compile(r"([0-9])\N{VARIATION SELECTOR-16}?\N{COMBINING ENCLOSING KEYCAP}")
_NUMBER = r"(?<![\w.,])([+-]?\d{1,3}(?:[.,]\d{1,2})?)"
_OF = re.compile(_NUMBER + r"\s*(?:/|out of|of|de|sobre)\s*(\d{1,3})(?![\w/])")
_PERCENT = re.compile(_NUMBER + r"\s*(?:%|percent|per cent|por ciento)")
_RANGE = re.compile(_NUMBER + r"\s*(?:-|–|—|to|or|and|a|o|u|y|ó)\s*(\d{1,3}(?:[.,]\d{1,2})?)(?![\w/])")
_ONE = re.compile(_NUMBER + r"(?![\w%/]|[.,]\d)")
# Share of the way from the low end to the high end, for scales where low is bad. Unicode 15 faces.
_FACES = {
    0.0: "😭",
    0.1: "😢😞😫😩💀",
    0.2: "😔☹🙁😣😖😡😰",
    0.3: "😕😟😠👎",
    0.5: "😐😑😶🤷",
    0.7: "🙂👍",
    0.8: "😊😌☺",
    0.9: "😀😃😄😁",
    1.0: "🥳🤩",
}
_FACE_SHARE = {face: share for share, faces in _FACES.items() for face in faces}


@dataclass(frozen=True, slots=True)
class Number:
    """A number on a scale. `exact` is False where it was rounded, or worked out from a range, a part or a face."""

    value: int
    exact: bool


def read_number(text: str, *, low: int, high: int, faces: bool = False) -> Number | None:
    """The one number from `low` to `high` that a text says, or None where it says none, several, or one outside.

    A range is taken at its middle, a half rounded up. "7/10" and "70 %" are read as parts of the scale.
    """
    plain = _plain(text)
    for pattern, read in ((_OF, _part_of), (_PERCENT, _percent), (_RANGE, _middle)):
        found = pattern.findall(plain)
        if len(found) == 1:
            return read(found[0], low, high)
    said = {float(n.replace(",", ".")) for n in _ONE.findall(plain)}
    if len(said) == 1:
        return _within(said.pop(), low, high)
    if not said and faces:
        shares = {_FACE_SHARE[character] for character in text if character in _FACE_SHARE}
        if len(shares) == 1:
            return Number(_half_up(low + shares.pop() * (high - low)), exact=False)
    return None


def _plain(text: str) -> str:
    """Lower case without accents, keycaps as digits, number words as digits."""
    keyed = _KEYCAP.sub(r"\1 ", text)
    # U+1F51F is a ten with a keycap of its own.
    folded = unicodedata.normalize("NFKD", keyed.replace("\U0001f51f", "10").casefold())
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    bare = re.sub(r"\b([a-z]+ty)[\s-](one|two|three|four|five|six|seven|eight|nine)\b", _two_words, bare)
    bare = re.sub(r"\b([a-z]+nta) y (uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b", _two_words, bare)
    bare = re.sub(r"\b(?:a|one) hundred\b", "100", bare)
    strong = {word: n for word, n in (_WORDS | _TWENTIES).items() if word not in _WEAK}
    read = _WEAK_IN_RANGE.sub("1", _with_digits(bare, strong))
    if any(character.isdigit() for character in read) or len(read.split()) > _ALONE or "no one" in read:
        return read
    return _with_digits(read, _WEAK)


def _with_digits(text: str, known: Mapping[str, int]) -> str:
    return re.sub(r"[a-z]+", lambda word: str(known[word[0]]) if word[0] in known else word[0], text)


def _two_words(found: re.Match[str]) -> str:
    tens, units = _WORDS.get(found[1]), _WORDS.get(found[2])
    return found[0] if tens is None or units is None else str(tens + units)


def _part_of(found: tuple[str, str], low: int, high: int) -> Number | None:
    part, whole = _float(found[0]), _float(found[1])
    if whole == high:
        return _within(part, low, high)
    if whole <= 0 or not 0 <= part <= whole:
        return None
    return Number(_half_up(low + part / whole * (high - low)), exact=False)


def _percent(found: str, low: int, high: int) -> Number | None:
    return _part_of((found, "100"), low, high)


def _middle(found: tuple[str, str], low: int, high: int) -> Number | None:
    one, other = _float(found[0]), _float(found[1])
    if not (low <= one <= high and low <= other <= high):
        return None
    return Number(_half_up((one + other) / 2), exact=False)


def _within(value: float, low: int, high: int) -> Number | None:
    if not low <= value <= high:
        return None
    return Number(_half_up(value), exact=value == int(value))


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)


def _float(text: str) -> float:
    return float(text.replace(",", "."))
