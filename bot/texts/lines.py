"""Crisis lines: real services, by country, each with the page it was found on and the day it was checked (I9).

`lines.yml` maps a country (ISO 3166-1 alpha-2, upper case) to its lines; `ANY` is for a country without an entry.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.texts.files import FOLDER, LANGUAGES, LINES_FILE, Refusal, day, known_keys, read_mapping

# What a line is for; a person sees them in this order.
KINDS = ("general", "emergency", "youth", "abuse", "veterans", "lgbtq")
ANYWHERE = "ANY"
_FILE_KEYS = {"clinical_review", "countries"}
_LINE_KEYS = {
    "id",
    "kind",
    "name",
    "number",
    "text_number",
    "text_body",
    "url",
    "hours",
    "languages",
    "sources",
    "checked_on",
    "page_date",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A crisis line in one reader's language. Empty strings where it has no number, no text service or no web chat.

    `languages`: those that it answers in (ISO 639-1). `checked_on`: the day, YYYY-MM-DD, on which it was last compared
    with its `sources`. `page_date`: the day that the first of them bears, empty where it bears none.
    """

    id: str
    kind: str
    name: str
    number: str
    text_number: str
    text_body: str
    url: str
    hours: str
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    checked_on: str
    page_date: str


class Lines:
    """The lines of every country that the file knows."""

    def __init__(self, countries: Mapping[str, Mapping[str, tuple[Line, ...]]]) -> None:
        self._countries = countries

    def of(self, country: str, *, language: str) -> tuple[Line, ...]:
        """Lines of a country, never none: those that answer in `language` first, then by kind in the order of KINDS.

        A country without an entry gets the entry for anywhere. Raises ValueError for a language without texts.
        """
        if language not in LANGUAGES:
            raise ValueError(f"{language!r} is no language of the lines; they are in {' and '.join(LANGUAGES)}")
        return self._countries.get(country.upper(), self._countries[ANYWHERE])[language]

    def countries(self) -> tuple[str, ...]:
        """The countries with lines of their own, and `ANY`."""
        return tuple(self._countries)


@functools.cache
def load_lines() -> Lines:
    """The product's crisis lines, read once a process. Raises ValueError when the file may not be used (I9)."""
    return read_lines(FOLDER / LINES_FILE)


def read_lines(path: Path) -> Lines:
    """The lines of a file. Raises ValueError naming file, line and reason: empty, duplicate, without source (I9)."""
    found = known_keys(path, "file", read_mapping(path), allowed=_FILE_KEYS)
    entries = found.get("countries")
    if not isinstance(entries, dict) or not entries:
        raise Refusal(path, "countries", "holds nothing")
    if ANYWHERE not in entries:
        raise Refusal(path, "countries", f"has no {ANYWHERE}; a country without lines would be shown nothing")
    seen: set[str] = set()
    countries: dict[str, dict[str, tuple[Line, ...]]] = {}
    for country, of_country in entries.items():
        if not isinstance(country, str) or (country != ANYWHERE and not (len(country) == 2 and country.isupper())):
            raise Refusal(path, f"{country}", "is no country code of two capital letters (quote NO)")
        if not isinstance(of_country, list) or not of_country:
            raise Refusal(path, country, "has no lines")
        in_language = {
            language: [_read_line(path, country, entry, language) for entry in of_country] for language in LANGUAGES
        }
        _refuse_twice(path, country, in_language["en"], seen)
        countries[country] = {language: _sorted(lines, language) for language, lines in in_language.items()}
    return Lines(countries)


def _read_line(path: Path, country: str, entry: object, language: str) -> Line:
    key = f"{country}: {entry.get('id', '?')}" if isinstance(entry, dict) else country
    found = known_keys(path, key, entry, allowed=_LINE_KEYS)
    line = Line(
        id=_word(path, key, found, "id"),
        kind=_word(path, key, found, "kind"),
        name=_in(path, key, found, "name", language),
        number=_word(path, key, found, "number", needed=False),
        text_number=_word(path, key, found, "text_number", needed=False),
        text_body=_in(path, key, found, "text_body", language, needed=False),
        url=_word(path, key, found, "url", needed=False),
        hours=_in(path, key, found, "hours", language),
        languages=_words(path, key, found, "languages"),
        sources=_words(path, key, found, "sources"),
        checked_on=day(path, key, "checked_on", found.get("checked_on")).isoformat(),
        page_date=_page_date(path, key, found),
    )
    if line.kind not in KINDS:
        raise Refusal(path, key, f"has the unknown kind {line.kind!r}; known are {', '.join(KINDS)}")
    if not (line.number or line.text_number):
        raise Refusal(path, key, "has no number and no text_number; a line works without a connection to the internet")
    if line.url and not line.url.startswith("https://"):
        raise Refusal(path, key, "has a url that is no https:// address")
    if not all(source.startswith(("https://", "http://")) for source in line.sources):
        raise Refusal(path, key, "has a source that is no address of a page")
    return line


def _refuse_twice(path: Path, country: str, lines: list[Line], seen: set[str]) -> None:
    numbers: set[str] = set()
    for line in lines:
        if line.id in seen:
            raise Refusal(path, f"{country}: {line.id}", "is given twice; keep one of them")
        seen.add(line.id)
        if line.number and line.number in numbers:
            raise Refusal(path, f"{country}: {line.id}", f"has the number {line.number} of another line")
        numbers.add(line.number)


def _word(path: Path, key: str, found: Mapping[str, Any], field: str, *, needed: bool = True) -> str:
    value = found.get(field, "")
    if not isinstance(value, str):
        raise Refusal(path, key, f"has a {field} that is not text; put it in quotes")
    if needed and not value.strip():
        raise Refusal(path, key, f"has no {field}")
    return value


def _words(path: Path, key: str, found: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = found.get(field)
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
        raise Refusal(path, key, f"has no {field}; write a list of one or more")
    return tuple(value)


def _in(path: Path, key: str, found: Mapping[str, Any], field: str, language: str, *, needed: bool = True) -> str:
    """A field that is either one text for every language or a mapping language -> text."""
    value = found.get(field, "")
    if isinstance(value, dict):
        if set(value) != set(LANGUAGES):
            raise Refusal(path, key, f"has a {field} that is not in {' and '.join(LANGUAGES)}")
        return _word(path, key, {field: value[language]}, field, needed=needed)
    return _word(path, key, found, field, needed=needed)


def _page_date(path: Path, key: str, found: Mapping[str, Any]) -> str:
    value = found.get("page_date")
    if value == "unknown":
        return ""
    if not isinstance(value, date):
        raise Refusal(path, key, "has no page_date; write the date that its source bears, or `unknown`")
    return value.isoformat()


def _sorted(lines: list[Line], language: str) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (language not in line.languages, KINDS.index(line.kind))))
