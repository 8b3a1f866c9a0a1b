"""Texts: what the product says, in English and Spanish, each with its source, its date and why it is shown.

A file `<topic>.yml` holds one topic:

    topic: mail
    clinical_review: none          # until a licensed person signs it
    params: [practice]             # optional: parameters that every text of the topic may be given and need not use
    reason: {en: ..., es: ...}     # optional: "why am I seeing this?" for every text without a reason of its own
    texts:
      reminder: {en: ..., es: ..., es_usted: ..., source: own, date: 2026-11-24, reason: {...}}
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.texts.files import (
    FOLDER,
    FORMS,
    LANGUAGES,
    LINES_FILE,
    PLACEHOLDER,
    Refusal,
    day,
    known_keys,
    names,
    placeholders,
    read_mapping,
    wording,
)

ADDRESSES = ("tu", "usted")
_TOPIC_KEYS = {"topic", "clinical_review", "params", "reason", "texts"}
_TEXT_KEYS = {*FORMS, "source", "date", "reason"}


@dataclass(frozen=True, slots=True)
class Text:
    """One text as its file has it. `words` and `reason`: form ("en", "es", "es_usted") -> sentence."""

    id: str
    words: Mapping[str, str]
    reason: Mapping[str, str] | None
    params: frozenset[str]
    optional: frozenset[str]
    source: str
    date: date
    clinical_review: str


@dataclass(frozen=True, slots=True)
class Said:
    """A text as one person reads it. `reason` answers "why am I seeing this?", None where the text needs no answer."""

    text: str
    text_id: str
    reason: str | None
    params: Mapping[str, Any]


class Texts:
    """Every text, by id: `<topic>.<key>`."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = {text.id: text for text in texts}

    def say(self, text_id: str, *, language: str, address: str, **params: object) -> Said:
        """The text in the reader's language and form of address, with its parameters filled in.

        Raises KeyError for an id that is in no file, ValueError for a language, form of address or parameter that is
        unknown, and for a parameter that is missing: half a sentence is never shown.
        """
        text = self._texts.get(text_id)
        if text is None:
            raise KeyError(f"no text has the id {text_id!r}; texts are in bot/texts/<topic>.yml")
        form = _form(language, address)
        if missing := text.params - params.keys():
            raise ValueError(f"{text_id} needs the parameter {names(frozenset(missing))}")
        if unknown := params.keys() - text.params - text.optional:
            raise ValueError(f"{text_id} does not know the parameter {names(frozenset(unknown))}")
        return Said(
            text=_fill(_pick(text.words, form), params),
            text_id=text_id,
            reason=_fill(_pick(text.reason, form), params) if text.reason else None,
            params=dict(params),
        )

    def topic(self, topic: str, *, language: str, address: str) -> dict[str, str]:
        """All texts of a topic, key -> words, placeholders as they stand. Raises KeyError for an unknown topic."""
        form = _form(language, address)
        found = {
            text_id.partition(".")[2]: _pick(text.words, form)
            for text_id, text in self._texts.items()
            if text_id.partition(".")[0] == topic
        }
        if not found:
            raise KeyError(f"no topic is called {topic!r}; topics are the files of bot/texts")
        return found

    def all(self) -> tuple[Text, ...]:
        """Every text as its file has it, in the order of the files: for reviews and for checks of the wording."""
        return tuple(self._texts.values())


@functools.cache
def load_texts() -> Texts:
    """The product's texts, read once a process. Raises ValueError when a file may not be used (I9)."""
    return read_texts(FOLDER)


def read_texts(folder: Path) -> Texts:
    """The texts of a folder. Raises ValueError naming file, key and reason: empty, duplicate, without source (I9)."""
    texts: list[Text] = []
    for path in sorted(folder.glob("*.yml")):
        if path.name == LINES_FILE:
            continue
        texts += _read_topic(path)
    if not texts:
        raise ValueError(f"{folder}: holds no texts; at least one <topic>.yml is needed")
    return Texts(texts)


def _read_topic(path: Path) -> list[Text]:
    found = known_keys(path, "file", read_mapping(path), allowed=_TOPIC_KEYS)
    topic = found.get("topic")
    if not isinstance(topic, str) or topic != path.stem:
        raise Refusal(path, "topic", f"is {topic!r}; a topic is named like its file: {path.stem!r}")
    review = found.get("clinical_review")
    if not isinstance(review, str) or not review:
        raise Refusal(path, "clinical_review", "is missing; write `none` until a licensed person has signed")
    optional = found.get("params", [])
    if not isinstance(optional, list) or not all(isinstance(name, str) for name in optional):
        raise Refusal(path, "params", "is not a list of names")
    reason = _reason(path, "reason", found.get("reason"))
    entries = found.get("texts")
    if not isinstance(entries, dict) or not entries:
        raise Refusal(path, "texts", "holds nothing")
    return [
        _read_text(path, str(key), entry, topic=topic, review=review, optional=frozenset(optional), default=reason)
        for key, entry in entries.items()
    ]


def _read_text(
    path: Path,
    key: str,
    entry: object,
    *,
    topic: str,
    review: str,
    optional: frozenset[str],
    default: Mapping[str, str] | None,
) -> Text:
    found = known_keys(path, key, entry, allowed=_TEXT_KEYS)
    words = wording(path, key, found)
    source = found.get("source")
    if not isinstance(source, str) or not source.strip():
        raise Refusal(path, key, "has no source; write `own` or where its facts are from")
    reason = _reason(path, f"{key}: reason", found["reason"]) if "reason" in found else default
    params = placeholders(words["en"])
    if reason and (extra := placeholders(reason["en"]) - params - optional):
        raise Refusal(path, key, f"has a reason with the placeholder {names(extra)}, which the text itself has not")
    return Text(
        id=f"{topic}.{key}",
        words=words,
        reason=reason,
        params=params | (placeholders(reason["en"]) if reason else frozenset()),
        optional=optional,
        source=source,
        date=day(path, key, "date", found.get("date")),
        clinical_review=review,
    )


def _reason(path: Path, key: str, found: object) -> dict[str, str] | None:
    if found is None:
        return None
    return wording(path, key, known_keys(path, key, found, allowed=set(FORMS)))


def _form(language: str, address: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is no language of the texts; they are in {' and '.join(LANGUAGES)}")
    if address not in ADDRESSES:
        raise ValueError(f"{address!r} is no form of address; use {' or '.join(ADDRESSES)}")
    return "es_usted" if language == "es" and address == "usted" else language


def _pick(words: Mapping[str, str], form: str) -> str:
    return words[form] if form in words else words["es"]


def _fill(text: str, params: Mapping[str, object]) -> str:
    """Fills in each placeholder once: what a parameter says is never read as a placeholder itself."""
    return PLACEHOLDER.sub(lambda match: str(params[match[1]]), text)
