"""The wording of every text that a person reads, in both languages: trauma-informed, plain, complete, short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest

from tests.texts.collected import EXERCISES, Sentence, everything, incomplete
from tests.texts.readability import PASSAGE_WORDS, english_grade, spanish_ease, words
from tests.texts.wording_rules import RULES

# (rule, id of the text) -> why the rule does not hold there. An exception that is no longer needed fails too.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# Age 12: a US reader has five more years than school grades; Fernández-Huerta calls 70 the sixth year of school.
ENGLISH_GRADE_MAX = 7.0
SPANISH_EASE_MIN = 70.0

Rule = Callable[[Sentence], str | None]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_text_keeps_the_rule(rule: Rule) -> None:
    """No text in any file breaks a rule of wording, but for the exceptions listed with their reason."""
    found = [
        f"{sentence.id} ({sentence.form}): {problem}"
        for sentence in everything()
        if (problem := rule(sentence)) and (rule.__name__, sentence.id) not in EXCEPTIONS
    ]
    assert found == []


def test_an_exception_goes_when_its_text_keeps_the_rule() -> None:
    """The list of exceptions holds nothing that is not needed."""
    rules = {rule.__name__: rule for rule in RULES}
    needed = {(name, sentence.id) for sentence in everything() for name, rule in rules.items() if rule(sentence)}
    assert set(EXCEPTIONS) - needed == set()
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def test_every_passage_can_be_read_at_twelve() -> None:
    """A text long enough for the formulas, and each file as a whole, reads at the age of twelve or below."""
    passages: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sentence in everything():
        passages[sentence.topic, sentence.form].append(sentence.text)
        if len(words(sentence.text)) >= PASSAGE_WORDS:
            passages[sentence.id, sentence.form].append(sentence.text)
    hard = []
    for (name, form), texts in sorted(passages.items()):
        passage = "\n".join(texts)
        if len(words(passage)) < PASSAGE_WORDS:
            continue
        if form == "en" and (grade := english_grade(passage)) > ENGLISH_GRADE_MAX:
            hard.append(f"{name} ({form}): grade {grade:.1f}; at most {ENGLISH_GRADE_MAX}")
        if form != "en" and (ease := spanish_ease(passage)) < SPANISH_EASE_MIN:
            hard.append(f"{name} ({form}): ease {ease:.0f}; at least {SPANISH_EASE_MIN:.0f}")
    assert hard == []


def test_every_exercise_is_complete_in_both_languages() -> None:
    """No step, label or option of an exercise is in one language alone."""
    assert list(EXERCISES.glob("*.yml"))
    assert incomplete() == []


def test_spanish_says_the_same_in_both_forms_of_address() -> None:
    """A text with a form for usted asks as many questions in it, and differs from the other form."""
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for sentence in everything():
        forms[sentence.id][sentence.form] = sentence.whole
    wrong = [
        text_id
        for text_id, of_text in forms.items()
        if "es_usted" in of_text
        and (of_text["es_usted"] == of_text["es"] or of_text["es_usted"].count("?") != of_text["es"].count("?"))
    ]
    assert wrong == []


def test_questions_are_the_same_in_both_languages() -> None:
    """A text that asks in English asks in Spanish too, with the signs of Spanish around the question."""
    wrong = []
    for sentence in everything():
        if sentence.language == "es" and sentence.text.count("¿") != sentence.text.count("?"):
            wrong.append(f"{sentence.id} ({sentence.form}): ¿ without ?")
    english = {sentence.id: sentence.text.count("?") for sentence in everything() if sentence.form == "en"}
    for sentence in everything():
        if sentence.form == "es" and english.get(sentence.id, 0) != sentence.text.count("?"):
            wrong.append(
                f"{sentence.id}: {english.get(sentence.id, 0)} questions in en, {sentence.text.count('?')} in es"
            )
    assert wrong == []
