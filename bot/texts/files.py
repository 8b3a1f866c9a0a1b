"""Reading a file of texts: YAML in which a key given twice is refused, and the checks that both kinds of file share."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LINES_FILE = "lines.yml"
LANGUAGES = ("en", "es")
# The forms in which a text is written down: es speaks as tú, es_usted only where usted reads differently.
FORMS = ("en", "es", "es_usted")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BRACE = re.compile(r"[{}]")


class Refusal(ValueError):
    """A file that may not be used (I9). Says the file, the key in it and what is wrong with it."""

    def __init__(self, path: Path, key: str, problem: str) -> None:
        super().__init__(f"{path.name}: {key}: {problem}")


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, without its habit of letting the last of two equal keys win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice; keep one of them", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping that a file holds. Raises ValueError when it is no YAML, no mapping, empty, or names a key twice."""
    try:
        found = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 -- a SafeLoader, stricter by one rule
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Refusal(path, f"line {line}", error.problem or "is not YAML") from error
    if not isinstance(found, dict) or not found:
        raise Refusal(path, "file", "holds nothing; a file of texts is a mapping")
    return found


def known_keys(path: Path, key: str, found: object, *, allowed: set[str]) -> dict[str, Any]:
    """`found` as a mapping with no other keys than `allowed`: a misspelt key would be a rule that nobody applies."""
    if not isinstance(found, dict) or not found:
        raise Refusal(path, key, "holds nothing")
    if unknown := sorted(str(name) for name in found if name not in allowed):
        raise Refusal(path, key, f"has the unknown key {unknown[0]!r}; known are {', '.join(sorted(allowed))}")
    return found


def wording(path: Path, key: str, found: Mapping[str, Any]) -> dict[str, str]:
    """The forms of one text: complete, not empty, and with the same placeholders in each."""
    words: dict[str, str] = {}
    for form in FORMS:
        if form not in found:
            if form in LANGUAGES:
                raise Refusal(path, key, f"has no {form}; every text is in {' and '.join(LANGUAGES)}")
            continue
        text = found[form]
        if not isinstance(text, str) or not text.strip():
            raise Refusal(path, key, f"has an empty {form}")
        if text != text.strip():
            raise Refusal(path, key, f"has spaces around its {form}")
        if _BRACE.search(PLACEHOLDER.sub("", text)):
            raise Refusal(path, key, f"has a brace in its {form} that belongs to no placeholder")
        words[form] = text
    expected = placeholders(words["en"])
    for form, text in words.items():
        if placeholders(text) != expected:
            raise Refusal(
                path,
                key,
                f"has the placeholders {names(placeholders(text))} in {form} and {names(expected)} in en",
            )
    return words


def placeholders(text: str) -> frozenset[str]:
    """The names of a text's placeholders: `{name}`."""
    return frozenset(PLACEHOLDER.findall(text))


def names(found: frozenset[str]) -> str:
    """Names for an error message, in one order."""
    return ", ".join(sorted(found)) or "none"


def day(path: Path, key: str, field: str, found: object) -> date:
    """A date in a file, as YAML has read it. Raises ValueError when it is missing or written in another way."""
    if not isinstance(found, date):
        raise Refusal(path, key, f"has no {field}, or one that is not YYYY-MM-DD")
    return found
