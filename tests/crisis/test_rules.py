"""The rules as data: each hears its own examples, none can vanish unnoticed, and what must not load does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.crisis.context import cues_in
from bot.crisis.engine import make_engine, spelling_of
from bot.crisis.fixed_list import FIXED_LIST, load_fixed_list
from bot.crisis.normalising import sentences_of
from bot.crisis.reading import Finding, Reading
from bot.crisis.rules import RULE_LANGUAGES, RULES, ContextRule, Rule, load_rules
from bot.crisis.types import CATEGORIES
from tests.crisis.hits import recorded

BOOK = load_rules()
SPELLING = spelling_of(BOOK)
ORDER = ("none", "note", "check_in", "alert")
ROWS = "third_party.en.jsonl"


@pytest.fixture(scope="module")
def read() -> Callable[[str], Reading]:
    """The rules alone, without a model."""
    return make_engine(with_model=False).read


def raised(reading: Reading, rule: Rule) -> bool:
    """Whether a rule was found at its full level."""
    return any(found.rule.id == rule.id and at_full(found) for found in reading.findings)


def at_full(found: Finding) -> bool:
    """Whether nothing lowered it."""
    return ORDER.index(found.level) >= ORDER.index(found.rule.level)


def cued(text: str, rule: ContextRule) -> bool:
    """Whether a context rule speaks."""
    sentences = sentences_of(text, SPELLING)
    return any(cue.rule.id == rule.id for sentence in sentences for cue in cues_in(sentence, BOOK))


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
class TestEachRule:
    """Every rule, in both languages."""

    def test_its_hit_raises_it(self, rule: Rule, read: Callable[[str], Reading]) -> None:
        """A rule that does not find its own example finds nobody."""
        assert raised(read(rule.hit), rule)

    def test_its_near_miss_does_not(self, rule: Rule, read: Callable[[str], Reading]) -> None:
        """Words close by that mean something else are not found, or are lowered."""
        assert not raised(read(rule.near_miss), rule)

    def test_its_variant_does(self, rule: Rule, read: Callable[[str], Reading]) -> None:
        """The same, misspelt or in disguise."""
        assert rule.variant != rule.hit
        assert raised(read(rule.variant), rule)

    def test_its_reason_can_be_read_in_both_languages(self, rule: Rule, read: Callable[[str], Reading]) -> None:
        """A therapist and a client can be told why, and what would have lowered it."""
        meaning = BOOK.meanings[rule.meaning]
        for language in RULE_LANGUAGES:
            assert meaning.words[language].strip()
            assert meaning.lowers[language].strip()


@pytest.mark.parametrize("rule", BOOK.context, ids=lambda rule: rule.id)
def test_a_context_rule_finds_its_hit_and_leaves_its_near_miss(rule: ContextRule) -> None:
    """What lowers a finding is as exact as what raises one."""
    assert cued(rule.hit, rule)
    assert not cued(rule.near_miss, rule)


@pytest.mark.parametrize(("name", "hit"), sorted(recorded().items()))
def test_no_recorded_rule_is_gone(name: str, hit: str, read: Callable[[str], Reading]) -> None:
    """Deleting any one rule fails here, also where other rules cover the same words."""
    rules = {rule.id: rule for rule in BOOK.rules}
    if name in rules:
        assert any(found.rule.id == name for found in read(hit).findings)
        return
    context = {rule.id: rule for rule in BOOK.context}
    assert name in context, f"the rule {name} is gone; put it back, or run python -m tests.crisis.hits and say why"
    assert cued(hit, context[name])


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("language", RULE_LANGUAGES)
def test_every_category_alerts_in_both_languages(category: str, language: str) -> None:
    """Neither language is second-class: each kind of danger has a rule that alerts."""
    assert any(rule.category == category and rule.language == language and rule.level == "alert" for rule in BOOK.rules)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The rules, copied to where they can be spoilt."""
    shutil.copytree(RULES, tmp_path / "rules")
    yield tmp_path / "rules"
    load_rules.cache_clear()


def first_row(folder: Path) -> dict[str, object]:
    """The first rule of a file."""
    return dict(json.loads((folder / ROWS).read_text(encoding="utf-8").splitlines()[0]))


def append(folder: Path, row: dict[str, object]) -> None:
    """One more rule in a file."""
    with (folder / ROWS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


@pytest.mark.parametrize("name", [*sorted(path.name for path in RULES.glob("*.jsonl")), "words.txt", "words.es.txt"])
def test_an_empty_rule_file_refuses_to_load(folder: Path, name: str) -> None:
    """A detector without rules hears nothing."""
    (folder / name).write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"{name} is empty"):
        load_rules(folder)


def test_a_missing_rule_file_refuses_to_load(folder: Path) -> None:
    """So does one that is not there at all."""
    (folder / ROWS).unlink()
    with pytest.raises(ValueError, match=f"{ROWS} is missing; put it back"):
        load_rules(folder)


def test_a_rule_given_twice_refuses_to_load(folder: Path) -> None:
    """The same id again."""
    append(folder, first_row(folder))
    with pytest.raises(ValueError, match=r"repeats 'third.*' of third_party.en.jsonl:1; remove one"):
        load_rules(folder)


def test_a_pattern_given_twice_refuses_to_load(folder: Path) -> None:
    """Another id with a pattern that is there already."""
    append(folder, {**first_row(folder), "id": "third.en.again"})
    with pytest.raises(ValueError, match=r"repeats .* of third_party.en.jsonl:1; remove one"):
        load_rules(folder)


@pytest.mark.parametrize("source", ["", None])
def test_a_rule_without_a_source_refuses_to_load(folder: Path, source: str | None) -> None:
    """Nobody could say where it comes from."""
    row = {**first_row(folder), "id": "third.en.sourceless", "patterns": ["unheard of words"], "source": source}
    append(folder, row)
    with pytest.raises(ValueError, match="has nothing in source"):
        load_rules(folder)


@pytest.mark.parametrize("field", ["source", "hit", "near_miss", "variant", "meaning"])
def test_a_rule_that_lacks_a_field_refuses_to_load(folder: Path, field: str) -> None:
    """Each rule has its source, its reason and its examples."""
    row = {**first_row(folder), "id": "third.en.lacking", "patterns": ["unheard of words"]}
    del row[field]
    append(folder, row)
    with pytest.raises(ValueError, match=f"lacks {field}"):
        load_rules(folder)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"level": "shout"}, "has level 'shout'; allowed: note, check_in, alert"),
        ({"severity": 4}, "has severity 4; allowed: 1, 2, 3"),
        ({"level": "alert", "severity": 1}, "has level alert with severity 1; an alert is 2 or 3"),
        ({"meaning": "unheard"}, "has meaning 'unheard'; allowed: "),
        ({"holds": ["unheard"]}, "holds against unknown kinds unheard"),
        ({"patterns": ["(open"]}, "opens a bracket that it does not close"),
        ({"patterns": ["~ ~"]}, "has no word that it could be looked up by; add one"),
        ({"patterns": ["@unheard words"]}, "unheard"),
        ({"unheard": 1}, "has unknown fields unheard"),
    ],
)
def test_a_rule_that_cannot_be_right_refuses_to_load(folder: Path, changed: dict[str, object], message: str) -> None:
    """The error names file, line and what is wrong."""
    append(folder, {**first_row(folder), "id": "third.en.wrong", "patterns": ["unheard of words"], **changed})
    with pytest.raises(ValueError) as refusal:
        load_rules(folder)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{ROWS}:")


def test_a_line_that_is_no_json_refuses_to_load(folder: Path) -> None:
    """Half a line, as after a bad merge."""
    with (folder / ROWS).open("a", encoding="utf-8") as file:
        file.write('{"id": "third\n')
    with pytest.raises(ValueError, match="is not JSON; write one object a line"):
        load_rules(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "needs a source and phrases"),
        ({"phrases": {}}, "needs a source and phrases"),
        ({"phrases": {"weather": ["rain"]}}, "has the unknown category 'weather'"),
        ({"phrases": {"self_harm": ["rain", "rain"]}}, "repeats 'rain'; remove one"),
    ],
)
def test_a_fixed_list_that_is_empty_repeated_or_sourceless_refuses_to_load(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    """The published list is held to the same."""
    path = tmp_path / "fixed_list.json"
    path.write_text(json.dumps({**json.loads(FIXED_LIST.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_fixed_list(path)
