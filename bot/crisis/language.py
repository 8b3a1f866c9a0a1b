"""Whether a text is in a language that can be read here.

A guess by script and by small words, made only to be honest: a text in another language is said to be unread. It is
never called safe, and never escalated by silence. A text too short to tell is taken as readable.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import lru_cache

from bot.crisis.rules import RULES

LANGUAGES = RULES / "languages.json"
_WORD = re.compile(r"[a-z]+")
# Names and quotations in another script stay below this share of the letters.
OTHER_SCRIPT_SHARE = 0.4
# Another language's small words that are not also ours, and how many of its words there are to ours.
MIN_SMALL_WORDS, THEIRS_TO_OURS = 2, 1.2


def is_unread(text: str, stream: str) -> bool:
    """Whether `text` is in a language that cannot be read. `stream`: its normalised words."""
    if _other_script(text):
        return True
    read, unread = _small_words()
    words = Counter(_WORD.findall(stream))
    ours = sum(count for word, count in words.items() if word in read)
    for small in unread:
        theirs = sum(count for word, count in words.items() if word in small)
        only_theirs = sum(count for word, count in words.items() if word in small and word not in read)
        if only_theirs >= MIN_SMALL_WORDS and theirs > ours * THEIRS_TO_OURS:
            return True
    return False


@lru_cache(maxsize=1)
def _small_words() -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    """Small words of the languages that are read, together, and of each of those that are not."""
    listed = json.loads(LANGUAGES.read_text(encoding="utf-8"))
    read = frozenset(word for words in listed["read"].values() for word in words.split())
    return read, tuple(frozenset(words.split()) for words in listed["unread"].values())


def _other_script(text: str) -> bool:
    """Whether much of the text is in letters that are neither Latin nor mixed with Latin inside one word."""
    if text.isascii():
        return False
    letters = other = 0
    for chunk in text.split():
        alphabetic = [character for character in chunk if character.isalpha()]
        foreign = [character for character in alphabetic if character > "\u024f" and not _is_latin(character)]
        letters += len(alphabetic)
        if len(foreign) == len(alphabetic) and alphabetic:
            other += len(foreign)
    return letters > 0 and other >= OTHER_SCRIPT_SHARE * letters and other >= 2


def _is_latin(character: str) -> bool:
    return unicodedata.normalize("NFKD", character)[0].isascii() or "LATIN" in unicodedata.name(character, "")
