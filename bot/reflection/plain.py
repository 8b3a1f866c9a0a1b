"""Text reduced to what a comparison needs."""

from __future__ import annotations

import re
import unicodedata

_REPEATED = re.compile(r"(.)\1{2,}")
_NO_WORD = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """Lower case, no accents, no punctuation, single spaces; a letter said three times or more counts once."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return _NO_WORD.sub(" ", _REPEATED.sub(r"\1", bare)).replace("_", " ").strip()
