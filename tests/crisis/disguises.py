"""What people do to words so that a filter does not know them: each disguise as a function from text to text.

Deterministic: which letters are changed depends on their place alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_CYRILLIC = str.maketrans("aeopcxyi", "аеорсхуі")
_LEET = str.maketrans({"e": "3", "i": "1", "o": "0"})


def zero_width(text: str) -> str:
    """An invisible character after each letter."""
    return "".join(
        character + (ZERO_WIDTH[at % len(ZERO_WIDTH)] if character.isalpha() else "")
        for at, character in enumerate(text)
    )


def soft_hyphens(text: str) -> str:
    """A soft hyphen within each word."""
    return re.sub(r"(?<=\w\w)(?=\w)", "\u00ad", text)


def direction_marks(text: str) -> str:
    """Marks of direction around each word, which change nothing that is seen."""
    return re.sub(r"\S+", lambda word: f"\u200e{word.group()}\u200f", text)


def written_backwards(text: str) -> str:
    """Each line backwards behind a right-to-left override, which shows it forwards."""
    return "\n".join(f"\u202e{line[::-1]}\u202c" for line in text.split("\n"))


def cyrillic_letters(text: str) -> str:
    """Cyrillic letters in the place of Latin ones that look the same."""
    return text.translate(_CYRILLIC)


def full_width(text: str) -> str:
    """Letters of the full width of East Asian type."""
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def mathematical(text: str) -> str:
    """Bold letters from the block of mathematical signs."""
    found = []
    for each in text:
        if "a" <= each <= "z":
            found.append(chr(0x1D41A + ord(each) - ord("a")))
        elif "A" <= each <= "Z":
            found.append(chr(0x1D400 + ord(each) - ord("A")))
        else:
            found.append(each)
    return "".join(found)


def stacked_marks(text: str) -> str:
    """A combining mark on each letter."""
    return "".join(each + ("\u0336" if each.isalpha() else "") for each in text)


def leet(text: str) -> str:
    """Figures in the place of e, i and o, in words of four letters or more."""
    return re.sub(r"[A-Za-z]{4,}", lambda word: word.group().translate(_LEET), text)


def dotted_words(text: str) -> str:
    """Full stops between the letters of words of four letters or more, unless a mark that could be one more follows."""
    return re.sub(r"(?<![\w'’])[A-Za-z]{4,}(?=\s)", lambda word: ".".join(word.group()), text)


def hyphenated_words(text: str) -> str:
    """Hyphens between the letters of words of four letters or more."""
    return re.sub(r"(?<![\w'’-])[A-Za-z]{4,}(?![\w'’-])", lambda word: "-".join(word.group()), text)


def spaced_letters(text: str) -> str:
    """One space between all letters, three between words."""
    return "   ".join(" ".join(word) for word in text.split())


def repeated_letters(text: str) -> str:
    """The last letter of each word of four letters or more three times over."""
    return re.sub(r"([A-Za-z]{3}[A-Za-z])(?![\w'’])", lambda word: word.group() + word.group()[-1] * 2, text)


def pictures(text: str) -> str:
    """A picture of no meaning between sentences and at the end."""
    return re.sub(r"([.!?])(\s|$)", r"\1 🙃\2", text) + " 🌻✨"


def shouted(text: str) -> str:
    """Capitals."""
    return text.upper()


def without_accents(text: str) -> str:
    """No accents, as on a telephone."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if unicodedata.category(each) != "Mn")


def decomposed(text: str) -> str:
    """Accents as characters of their own."""
    return unicodedata.normalize("NFD", text)


def without_apostrophes(text: str) -> str:
    """No apostrophes."""
    return re.sub(r"['’]", "", text)


def curly_apostrophes(text: str) -> str:
    """Typographic apostrophes."""
    return text.replace("'", "’")


DISGUISES: tuple[Callable[[str], str], ...] = (
    zero_width,
    soft_hyphens,
    direction_marks,
    written_backwards,
    cyrillic_letters,
    full_width,
    mathematical,
    stacked_marks,
    leet,
    dotted_words,
    hyphenated_words,
    spaced_letters,
    repeated_letters,
    pictures,
    shouted,
    without_accents,
    decomposed,
    without_apostrophes,
    curly_apostrophes,
)
