"""Read the corpora and say what is wrong with a row: the vocabulary, the fields, the turns, the copies.

README.md beside this file describes the format in words; `test_corpora.py` applies these checks to every file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

CORPORA = Path(__file__).parent
SPLITS = ("train", "tune", "test")
SPLIT_PAIRS = tuple(combinations(SPLITS, 2))

LANGUAGES = frozenset({"en", "es", "mixed"})
CATEGORIES = frozenset(
    [
        "passive_ideation",
        "active_ideation",
        "plan_or_intent",
        "attempt_or_overdose",
        "self_harm",
        "harm_to_others",
        "abuse_or_danger",
        "third_party",
        "eating_disorder_risk",
        "command_hallucination",
    ]
)
GROUPS = frozenset(
    [
        "general",
        "second_language",
        "aave",
        "teen",
        "older_religious",
        "autistic_literal",
        "new_parent",
        "lgbtq",
        "veteran",
        "rural_worker",
        "caregiver",
        "student",
        "es_mexico",
        "es_spain",
        "es_rioplatense",
        "es_caribbean",
        "es_second_generation",
        "deaf_text",
        "psychosis",
    ]
)
PHENOMENA = frozenset(
    [
        "plain",
        "indirect",
        "idiom",
        "negation",
        "denial",
        "past",
        "third_person",
        "quotation",
        "fiction",
        "song",
        "study_work",
        "hypothetical",
        "conditional",
        "question",
        "humour_sarcasm",
        "typo",
        "slang",
        "coded",
        "censored",
        "voice_dictation",
        "metaphor",
        "goodbye",
        "burden",
        "contradiction",
        "religious",
        "minimised",
        "long_text",
        "mixed_language",
        "unwanted_thought",
        "grief",
        "medical",
    ]
)
ROLES = frozenset({"client", "bot", "person"})

MESSAGE_FIELDS = frozenset(
    {"id", "family", "language", "group", "phenomenon", "hard", "crisis", "severity", "category", "text"}
)
DIALOGUE_FIELDS = frozenset(
    {"id", "language", "group", "phenomenon", "crisis", "severity", "category", "turns", "alert_by", "earliest"}
)

NEAR_DUPLICATE_RATIO = 92.0
# A bare "yes" or "no, just tired" is nobody's wording: below this length two writers meet by chance.
COMPARED_MIN_CHARS = 16

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
# Seven or more digits, with the separators people put between them; times, years and dates stay below that.
PHONE = re.compile(r"\+?\d(?:[ ().\-]{0,2}\d){6,}")

type Row = dict[str, Any]


def read_rows(kind: str, split: str) -> Iterator[tuple[str, Row]]:
    """Yield `(where, row)` for each line of `kind`/`split`, where `where` is `file:line`."""
    for path in sorted((CORPORA / kind / split).glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{kind}/{split}/{path.name}:{number}", json.loads(line)


@cache
def rows_of(kind: str, split: str) -> tuple[tuple[str, Row], ...]:
    """Return the rows of one split, read once."""
    return tuple(read_rows(kind, split))


def all_rows(kind: str) -> list[tuple[str, Row]]:
    """Return the rows of every split."""
    return [item for split in SPLITS for item in rows_of(kind, split)]


def texts_in(row: Row) -> list[str]:
    """Return every text in a row, whoever says it."""
    own = [row["text"]] if "text" in row else []
    return own + [turn["text"] for turn in row.get("turns", [])]


def label_faults(row: Row) -> list[str]:
    """Return what is wrong with the labels that messages and dialogues share."""
    faults = []
    for field, allowed in (("language", LANGUAGES), ("group", GROUPS), ("phenomenon", PHENOMENA)):
        if row[field] not in allowed:
            faults.append(f"{field} is {row[field]!r}")
    if type(row["crisis"]) is not bool:
        faults.append("crisis is not true or false")
    severities = (1, 2, 3) if row["crisis"] else (0, 1)
    if type(row["severity"]) is not int or row["severity"] not in severities:
        faults.append(f"severity is {row['severity']!r}, allowed here: {severities}")
    if row["crisis"] and row["category"] not in CATEGORIES:
        faults.append(f"category is {row['category']!r}")
    if not row["crisis"] and row["category"] is not None:
        faults.append("a benign row has a category")
    return faults


def turn_faults(turns: list[Row]) -> list[str]:
    """Return what is wrong with the turns of a row."""
    faults = []
    for index, turn in enumerate(turns):
        if turn.get("role") not in ROLES:
            faults.append(f"turn {index} has role {turn.get('role')!r}")
        if not str(turn.get("text", "")).strip():
            faults.append(f"turn {index} has no text")
        if "question" in turn and (turn["role"] != "bot" or turn["question"] != "risk"):
            faults.append(f"turn {index} has a question that is not the bot's risk question")
        if extra := set(turn) - {"role", "text", "question"}:
            faults.append(f"turn {index} has unknown fields {sorted(extra)}")
    return faults


def message_faults(row: Row) -> list[str]:
    """Return what is wrong with one message."""
    if missing := MESSAGE_FIELDS - set(row):
        return [f"lacks {sorted(missing)}"]
    faults = label_faults(row) + turn_faults(row.get("turns", []))
    if extra := set(row) - MESSAGE_FIELDS - {"turns"}:
        faults.append(f"has unknown fields {sorted(extra)}")
    if type(row["hard"]) is not bool:
        faults.append("hard is not true or false")
    if not row["text"].strip():
        faults.append("text is empty")
    if not row["id"].startswith(row["family"]):
        faults.append("id does not begin with the family's name")
    return faults


def dialogue_faults(row: Row) -> list[str]:
    """Return what is wrong with one dialogue."""
    if missing := DIALOGUE_FIELDS - set(row):
        return [f"lacks {sorted(missing)}"]
    turns = row["turns"]
    faults = label_faults(row) + turn_faults(turns)
    if not 4 <= len(turns) <= 12:
        faults.append(f"has {len(turns)} turns, allowed: 4 to 12")
    if not row["crisis"]:
        if row["alert_by"] is not None or row["earliest"] is not None:
            faults.append("a control has an alert turn")
        return faults
    for field in ("alert_by", "earliest"):
        index = row[field]
        if type(index) is not int or not 0 <= index < len(turns) or turns[index].get("role") != "client":
            faults.append(f"{field} is {index!r}, which is no client turn")
    if not faults and row["earliest"] > row["alert_by"]:
        faults.append("earliest comes after alert_by")
    return faults


def comparable(split: str) -> list[tuple[str, str]]:
    """Return `(id, folded text)` of the client's words in a split that are long enough to compare."""
    words = [(row["id"], row["text"]) for _, row in rows_of("messages", split)]
    words += [
        (row["id"], turn["text"])
        for _, row in rows_of("dialogues", split)
        for turn in row["turns"]
        if turn["role"] == "client"
    ]
    folded = ((name, " ".join(text.casefold().split())) for name, text in words)
    return [(name, text) for name, text in folded if len(text) >= COMPARED_MIN_CHARS]


def near_duplicates(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return pairs of ids whose texts reach `NEAR_DUPLICATE_RATIO`."""
    found = []
    choices = [text for _, text in other]
    for name, text in one:
        for _, _, index in process.extract(
            text, choices, scorer=fuzz.ratio, score_cutoff=NEAR_DUPLICATE_RATIO, limit=None
        ):
            found.append((name, other[index][0]))
    return found
