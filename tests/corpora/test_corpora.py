"""The corpora keep their format: fields, labels, splits that share nothing, sizes, and no contact details.

The files are data for measuring the crisis assessment, so a slip here (a family in two splits, a repeated text, a label
outside the list) would make a figure look better than it is. README.md beside this file describes the format.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
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

MESSAGES_MIN = 1500
DIALOGUES_MIN = 60
TEST_MESSAGES_MIN = 560
TEST_DIALOGUES_MIN = 30
TEST_PER_GROUP_MIN = 20
TEST_CRISIS_PER_CATEGORY_MIN = 24

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


@pytest.mark.parametrize("split", SPLITS)
def test_messages_have_the_described_fields_and_labels(split: str) -> None:
    """Each message has every field, no other, and allowed values."""
    faults = [f"{where}: {fault}" for where, row in rows_of("messages", split) for fault in message_faults(row)]
    assert faults == []


@pytest.mark.parametrize("split", SPLITS)
def test_dialogues_have_the_described_fields_and_labels(split: str) -> None:
    """Each dialogue has every field, allowed values, and alert turns that a client speaks."""
    faults = [f"{where}: {fault}" for where, row in rows_of("dialogues", split) for fault in dialogue_faults(row)]
    assert faults == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"category": "gloom"}, "category is 'gloom'"),
        ({"severity": 0}, "severity is 0, allowed here: (1, 2, 3)"),
        ({"crisis": False}, "a benign row has a category"),
        ({"group": "robots"}, "group is 'robots'"),
        ({"hard": "yes"}, "hard is not true or false"),
        ({"text": "  "}, "text is empty"),
        ({"id": "other-001a"}, "id does not begin with the family's name"),
        ({"mood": 3}, "has unknown fields ['mood']"),
        ({"turns": [{"role": "ghost", "text": "boo"}]}, "turn 0 has role 'ghost'"),
    ],
)
def test_a_fault_is_named_when_a_message_breaks_the_format(change: Row, fault: str) -> None:
    """The message check itself finds each kind of slip."""
    sound: Row = {
        "id": "example-001a",
        "family": "example-001",
        "language": "en",
        "group": "general",
        "phenomenon": "plain",
        "hard": False,
        "crisis": True,
        "severity": 2,
        "category": "self_harm",
        "text": "an example",
    }
    assert message_faults(sound) == []
    assert fault in message_faults(sound | change)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"alert_by": 2}, "alert_by is 2, which is no client turn"),
        ({"alert_by": None}, "alert_by is None, which is no client turn"),
        ({"earliest": 3, "alert_by": 1}, "earliest comes after alert_by"),
        ({"turns": [{"role": "client", "text": "hi"}]}, "has 1 turns, allowed: 4 to 12"),
        ({"crisis": False, "severity": 0, "category": None}, "a control has an alert turn"),
    ],
)
def test_a_fault_is_named_when_a_dialogue_breaks_the_format(change: Row, fault: str) -> None:
    """The dialogue check itself finds each kind of slip."""
    sound: Row = {
        "id": "example-001",
        "language": "es",
        "group": "general",
        "phenomenon": "plain",
        "crisis": True,
        "severity": 2,
        "category": "self_harm",
        "turns": [{"role": "bot" if index % 2 == 0 else "client", "text": f"turn {index}"} for index in range(4)],
        "alert_by": 3,
        "earliest": 1,
    }
    assert dialogue_faults(sound) == []
    assert fault in dialogue_faults(sound | change)


def test_ids_are_unique_over_all_splits() -> None:
    """No id names two rows."""
    seen = Counter(row["id"] for kind in ("messages", "dialogues") for _, row in all_rows(kind))
    assert [name for name, count in seen.items() if count > 1] == []


@pytest.mark.parametrize(("one", "other"), SPLIT_PAIRS)
def test_a_family_lies_in_one_split_only(one: str, other: str) -> None:
    """What is measured was not learnt from: no family is shared by two splits."""
    families = [{row["family"] for _, row in rows_of("messages", split)} for split in (one, other)]
    assert families[0] & families[1] == set()


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


@pytest.mark.parametrize(("one", "other"), SPLIT_PAIRS)
def test_no_text_nearly_repeats_one_in_another_split(one: str, other: str) -> None:
    """No message and no client turn is a near copy of one in another split."""
    assert near_duplicates(comparable(one), comparable(other)) == []


def test_a_near_copy_is_found_when_one_word_differs() -> None:
    """The comparison itself finds a light rewording and lets a different sentence pass."""
    one = [("a", "i put the kettle on and thought about my brother")]
    near = [("b", "i put the kettle on and thought about my brothers")]
    far = [("c", "the bus was late and i read the adverts twice")]
    assert near_duplicates(one, near) == [("a", "b")]
    assert near_duplicates(one, far) == []


@pytest.mark.parametrize("kind", ["messages", "dialogues"])
def test_no_text_holds_an_address_a_number_or_a_link(kind: str) -> None:
    """Nothing in the corpora could reach, or look like it reaches, a real person."""
    found = [
        f"{where}: {pattern.pattern}"
        for where, row in all_rows(kind)
        for text in texts_in(row)
        for pattern in (EMAIL, LINK, PHONE)
        if pattern.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["call 555-0143 00", "+44 20 7946 0958", "write to ana@example.org", "see www.example.org"]
)
def test_a_contact_detail_is_recognised_when_present(text: str) -> None:
    """The patterns find an invented number, address and link."""
    assert any(pattern.search(text) for pattern in (EMAIL, LINK, PHONE))


@pytest.mark.parametrize("text", ["at 16:20 and 16:50", "in 1971, aged 81", "118 over 76", "the 14th or the 15th"])
def test_a_time_or_a_year_is_no_contact_detail(text: str) -> None:
    """Times, years and measurements do not look like telephone numbers."""
    assert not any(pattern.search(text) for pattern in (EMAIL, LINK, PHONE))


def test_the_corpora_are_large_enough_over_all_splits() -> None:
    """There are enough messages and dialogues for a figure to mean something."""
    assert len(all_rows("messages")) >= MESSAGES_MIN
    assert len(all_rows("dialogues")) >= DIALOGUES_MIN


def test_the_test_split_covers_every_group_category_and_phenomenon() -> None:
    """The held-out part is large, and no group, kind of danger or way of speaking is missing from it."""
    rows = [row for _, row in rows_of("messages", "test")]
    groups = Counter(row["group"] for row in rows)
    categories = Counter(row["category"] for row in rows if row["crisis"])
    assert len(rows) >= TEST_MESSAGES_MIN
    assert len(rows_of("dialogues", "test")) >= TEST_DIALOGUES_MIN
    assert {name: groups[name] for name in GROUPS if groups[name] < TEST_PER_GROUP_MIN} == {}
    assert {name: categories[name] for name in CATEGORIES if categories[name] < TEST_CRISIS_PER_CATEGORY_MIN} == {}
    assert PHENOMENA - {row["phenomenon"] for row in rows} == set()


def test_the_test_split_has_both_labels_for_every_group() -> None:
    """Misses and false alarms can both be counted for each group."""
    labels = {(row["group"], row["crisis"]) for _, row in rows_of("messages", "test")}
    assert {(group, crisis) for group in GROUPS for crisis in (True, False)} - labels == set()
