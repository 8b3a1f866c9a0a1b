"""`mode="fixed_list"`: a published list of phrases, compared word for word. Nothing is inferred.

For places whose law bars software from inferring a person's state of mind: no context, no classifier, no conversation,
no spelling repair beyond case, accents and punctuation. The list is
`rules/fixed_list.json`, published with the product.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from bot.crisis.characters import APOSTROPHES, folded
from bot.crisis.dialogue import evidence_id
from bot.crisis.engine import Engine
from bot.crisis.rules import RULES
from bot.crisis.types import CATEGORIES, Evidence

FIXED_LIST = RULES / "fixed_list.json"


@lru_cache(maxsize=2)
def load_fixed_list(path: Path = FIXED_LIST) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(phrase, category, expression) of each. Raises ValueError on an empty list, a repeat, or one without source."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if not document.get("source") or not document.get("phrases"):
        raise ValueError(f"{path.name} needs a source and phrases")
    phrases: dict[str, str] = {}
    for category, listed in document["phrases"].items():
        if category not in CATEGORIES:
            raise ValueError(f"{path.name} has the unknown category {category!r}")
        for phrase in listed:
            if phrase in phrases:
                raise ValueError(f"{path.name} repeats {phrase!r}; remove one")
            phrases[phrase] = category
    return tuple(
        (phrase, category, re.compile(r"(?<![a-z0-9])" + r"[\s,.]+".join(phrase.split()) + r"(?![a-z0-9])"))
        for phrase, category in phrases.items()
    )


def phrases_in(text: str, using: Engine) -> list[Evidence]:
    """Each listed phrase that stands in a text."""
    letters: list[str] = []
    at: list[int] = []
    for index, character in enumerate(text):
        if character in APOSTROPHES:
            continue
        for part in folded(character).lower():
            letters.append(part)
            at.append(index)
    plain = "".join(letters)
    meaning = using.book.meanings["listed_phrase"]
    found: list[Evidence] = []
    for phrase, category, expression in load_fixed_list():
        for match in expression.finditer(plain):
            start, end = at[match.start()], at[match.end() - 1] + 1
            rule = f"fixed_list:{phrase}"
            found.append(
                Evidence(
                    id=evidence_id(rule, text, start, end, None),
                    rule=rule,
                    category=category,
                    severity=2,
                    turn=0,
                    start=start,
                    end=end,
                    why="listed_phrase",
                    meaning=meaning.words,
                    lowers=meaning.lowers,
                )
            )
            break
    return found
