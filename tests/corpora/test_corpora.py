"""The corpora keep their format: fields, labels, splits that share nothing, sizes, and no contact details.

The files are data for measuring the crisis assessment, so a slip here (a family in two splits, a repeated text, a label
outside the list) would make a figure look better than it is.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.corpora.corpus_format import (
    CATEGORIES,
    EMAIL,
    GROUPS,
    LINK,
    PHENOMENA,
    PHONE,
    SPLIT_PAIRS,
    SPLITS,
    Row,
    all_rows,
    comparable,
    dialogue_faults,
    message_faults,
    near_duplicates,
    rows_of,
    texts_in,
)

MESSAGES_MIN = 1500
DIALOGUES_MIN = 60
TEST_MESSAGES_MIN = 560
TEST_DIALOGUES_MIN = 30
TEST_PER_GROUP_MIN = 20
TEST_CRISIS_PER_CATEGORY_MIN = 24


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
