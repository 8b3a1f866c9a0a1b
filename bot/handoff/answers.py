"""A typed answer to the direct question, where it is plain: "no", "not really sure", "prefiero no decirlo".

Only whole texts that are on the list count. Everything else is read by crisis assessment, which knows that a question
was asked; a list of words may never talk down what that finds.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("answers.yml")
_NOT_A_WORD = re.compile(r"[^\w\s]|_")


def read_answer(text: str) -> str | None:
    """ "yes", "no", "not_sure" or "rather_not" for a text that says just that in English or Spanish; else None."""
    return _answers().get(_plain(text))


@functools.cache
def _answers() -> dict[str, str]:
    """Plain form -> answer. Raises ValueError for a form that is listed twice or under an unknown answer (I9)."""
    found: dict[str, str] = {}
    listed = yaml.safe_load(FILE.read_text("utf-8"))["answers"]
    for answer, forms in listed.items():
        if answer not in ("yes", "no", "not_sure", "rather_not") or not forms:
            raise ValueError(f"{FILE.name}: {answer!r} is no answer or has no forms")
        for form in forms:
            if _plain(form) in found:
                raise ValueError(f"{FILE.name}: {form!r} is listed twice; keep one")
            found[_plain(form)] = answer
    return found


def _plain(text: str) -> str:
    """Small letters without accents, punctuation or double spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(_NOT_A_WORD.sub(" ", bare.replace("'", "").replace("’", "")).split())
