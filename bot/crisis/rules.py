"""The rules as data: read from `rules/`, checked, compiled. Format and examples: rules/README.md.

A file that is empty, a rule without a source, an id or a pattern given twice, an unknown concept or meaning: each
refuses to load with ValueError (I9). The message names file and line, never a client's words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.crisis.patterns import Compiler, Index, Pattern, PatternError
from bot.crisis.types import CATEGORIES

RULES = Path(__file__).parent / "rules"
RULE_LANGUAGES = ("en", "es")
SIGNALS, CONTEXT = "signals", "context"
# Wordings shared by both languages, and those that only the Spanish rules name.
CONCEPTS = ("concepts.jsonl", "concepts.es.jsonl")
SPELLINGS = ("spellings.jsonl", "spellings.es.jsonl")
CONTEXT_KINDS = (
    "idiom",  # these words together mean something else
    "self",  # the speaker is meant
    "other",  # somebody else is meant
    "negation",
    "past",
    "current",  # takes the effect of "past" away
    "conditional",
    "fiction",
    "study",
    "question",  # asked about in general
    "denial",  # takes back what was said before; lowers nothing by itself
)
SCOPES = ("overlap", "before", "sentence", "message")
_RULE_FIELDS = {"id", "patterns", "level", "severity", "meaning", "source", "hit", "near_miss", "variant"}
_RULE_MAY = {"unless", "who", "holds", "signal", "category"}
_CONTEXT_FIELDS = {"id", "kind", "scope", "patterns", "source", "hit", "near_miss"}
_CONTEXT_MAY = {"variant", "unless"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What words mean danger. `level`: note, check_in or alert when nothing lowers it; `severity` 1-3.

    `who`: "self" (lowered where somebody else is meant), "other" or "any". `holds`: kinds of context that do not
    lower it. `signal`: what it adds to a build-up over turns. `unless`: patterns that refuse it in the same sentence.
    """

    id: str
    category: str
    language: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    level: str
    severity: int
    who: str
    holds: frozenset[str]
    signal: str | None
    meaning: str
    source: str
    hit: str
    near_miss: str
    variant: str


@dataclass(frozen=True, slots=True)
class ContextRule:
    """What words say about the words around them. `scope`: where it has an effect, see SCOPES and context.py."""

    id: str
    kind: str
    scope: str
    language: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    source: str
    hit: str
    near_miss: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """Why, in words for a therapist and a client, and what would have lowered it. Language -> words."""

    words: Mapping[str, str]
    lowers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, ready to use. `digest`: SHA-256 over the files in hex."""

    rules: tuple[Rule, ...]
    context: tuple[ContextRule, ...]
    meanings: Mapping[str, Meaning]
    concepts: Mapping[str, tuple[str, ...]]
    short_forms: Mapping[str, tuple[str, ...]]
    heard: Mapping[tuple[str, ...], tuple[str, ...]]
    known: frozenset[str]
    index: Index[Rule]
    context_index: Index[ContextRule]
    digest: str


@lru_cache(maxsize=4)
def load_rules(folder: Path = RULES) -> RuleBook:
    """Reads and checks every rule. Raises ValueError naming file, line, what is wrong."""
    concepts = _concepts(folder)
    compiler = Compiler(concepts)
    meanings = {
        row["id"]: Meaning(words=row["meaning"], lowers=row["lowers"])
        for _, row in _rows(folder / "meanings.jsonl", {"id", "meaning", "lowers"}, set())
    }
    short_forms: dict[str, tuple[str, ...]] = {}
    heard: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name in SPELLINGS:
        for _, row in _rows(folder / name, {"written", "means", "source"}, set()):
            for written in row["written"]:
                said, means = tuple(written.split()), tuple(row["means"].split())
                if len(said) == 1:
                    short_forms[said[0]] = means
                else:
                    heard[said] = means
    rules: list[Rule] = []
    context: list[ContextRule] = []
    seen: dict[str, str] = {}
    for topic in (*CATEGORIES, SIGNALS, CONTEXT):
        for language in RULE_LANGUAGES:
            path = folder / f"{topic}.{language}.jsonl"
            if topic == CONTEXT:
                for where, row in _rows(path, _CONTEXT_FIELDS, _CONTEXT_MAY):
                    _once(seen, row, where, topic)
                    context.append(_context_rule(row, language, compiler, where))
            else:
                for where, row in _rows(path, _RULE_FIELDS, _RULE_MAY):
                    _once(seen, row, where, topic)
                    rules.append(_rule(row, topic, language, compiler, meanings, where))
    return RuleBook(
        rules=tuple(rules),
        context=tuple(context),
        meanings=meanings,
        concepts=concepts,
        short_forms=short_forms,
        heard=heard,
        known=_words(folder / "words.txt") | _words(folder / "words.es.txt"),
        index=Index(rules, patterns_of=lambda rule: rule.patterns),
        context_index=Index(context, patterns_of=lambda rule: rule.patterns),
        digest=_digest(folder),
    )


def _rows(path: Path, needed: set[str], may: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if not path.is_file():
        raise ValueError(f"{path.name} is missing; put it back")
    count = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.name}:{number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{where} is not JSON; write one object a line") from error
        if missing := needed - set(row):
            raise ValueError(f"{where} lacks {', '.join(sorted(missing))}")
        if extra := set(row) - needed - may:
            raise ValueError(f"{where} has unknown fields {', '.join(sorted(extra))}")
        empty = sorted(name for name in needed if row[name] in ("", [], {}, None))
        if empty:
            raise ValueError(f"{where} has nothing in {', '.join(empty)}")
        count += 1
        yield where, row
    if not count:
        raise ValueError(f"{path.name} is empty; a detector without rules hears nothing")


def _once(seen: dict[str, str], row: Mapping[str, Any], where: str, topic: str) -> None:
    """An id or, within a topic, a pattern that was there before is refused: one of the two would never be tested."""
    for key in (row["id"], *(f"{topic} {pattern}" for pattern in row["patterns"])):
        if key in seen:
            raise ValueError(f"{where} repeats {key!r} of {seen[key]}; remove one")
        seen[key] = where


def _rule(
    row: Mapping[str, Any],
    topic: str,
    language: str,
    compiler: Compiler,
    meanings: Mapping[str, Meaning],
    where: str,
) -> Rule:
    category = row.get("category", topic)
    for name, value, allowed in (
        ("level", row["level"], ("note", "check_in", "alert")),
        ("severity", row["severity"], (1, 2, 3)),
        ("who", row.get("who", "self"), ("self", "other", "any")),
        ("category", category, CATEGORIES),
        ("meaning", row["meaning"], tuple(meanings)),
    ):
        if value not in allowed:
            raise ValueError(f"{where} has {name} {value!r}; allowed: {', '.join(map(str, allowed))}")
    if row["level"] == "alert" and row["severity"] < 2:
        raise ValueError(f"{where} has level alert with severity {row['severity']}; an alert is 2 or 3")
    holds = frozenset(row.get("holds", ()))
    if unknown := holds - set(CONTEXT_KINDS):
        raise ValueError(f"{where} holds against unknown kinds {', '.join(sorted(unknown))}")
    return Rule(
        id=row["id"],
        category=category,
        language=language,
        patterns=_compiled(row["patterns"], compiler, where),
        unless=_compiled(row.get("unless", ()), compiler, where),
        level=row["level"],
        severity=row["severity"],
        who=row.get("who", "self"),
        holds=holds,
        signal=row.get("signal"),
        meaning=row["meaning"],
        source=row["source"],
        hit=row["hit"],
        near_miss=row["near_miss"],
        variant=row["variant"],
    )


def _context_rule(row: Mapping[str, Any], language: str, compiler: Compiler, where: str) -> ContextRule:
    for name, allowed in (("kind", CONTEXT_KINDS), ("scope", SCOPES)):
        if row[name] not in allowed:
            raise ValueError(f"{where} has {name} {row[name]!r}; allowed: {', '.join(allowed)}")
    return ContextRule(
        id=row["id"],
        kind=row["kind"],
        scope=row["scope"],
        language=language,
        patterns=_compiled(row["patterns"], compiler, where),
        unless=_compiled(row.get("unless", ()), compiler, where),
        source=row["source"],
        hit=row["hit"],
        near_miss=row["near_miss"],
    )


def _compiled(patterns: list[str], compiler: Compiler, where: str) -> tuple[Pattern, ...]:
    try:
        return tuple(compiler.compile(pattern) for pattern in patterns)
    except PatternError as error:
        raise ValueError(f"{where}: {error}") from error


def _concepts(folder: Path) -> dict[str, tuple[str, ...]]:
    """Name -> wordings in every language: a speaker of two languages mixes them within a sentence."""
    found: dict[str, tuple[str, ...]] = {}
    rows = (row for name in CONCEPTS for row in _rows(folder / name, {"name"}, {*RULE_LANGUAGES, "note"}))
    for where, row in rows:
        if row["name"] in found:
            raise ValueError(f"{where} repeats the concept {row['name']!r}; join the two")
        wordings = tuple(wording for language in RULE_LANGUAGES for wording in row.get(language, ()))
        if not wordings:
            raise ValueError(f"{where} has no wordings for {row['name']!r}")
        found[row["name"]] = wordings
    return found


def _words(path: Path) -> frozenset[str]:
    words = frozenset(path.read_text(encoding="utf-8").split())
    if not words:
        raise ValueError(f"{path.name} is empty; make it anew with python -m bot.crisis.train --words")
    return words


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".jsonl", ".json", ".txt"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
