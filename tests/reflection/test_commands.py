"""Commands are understood, and answers are not taken for them."""

from __future__ import annotations

import re

import pytest

from actions.talk import TEXTS
from bot.reflection import command_of, correction_of
from bot.reflection.commands import INTENTS, _rules
from tests.reflection.phrasings import COMMAND_FILES, answers, commands, corpus_messages

PHRASINGS = [row for name in COMMAND_FILES for row in commands(name)]


def test_phrasings_of_commands_are_understood_in_a_step_of_free_words() -> None:
    """At least .95 of 150 and more, both languages, by rules alone: the model is not asked there."""
    missed = [(want, text) for want, text in PHRASINGS if command_of(text, intent="tell", kind="text") != want]
    assert len(PHRASINGS) >= 150
    assert len(missed) <= 0.05 * len(PHRASINGS), missed


def test_answers_with_command_words_stay_answers() -> None:
    """At most 1 in 300 journal answers is taken for a command; the one is the bare word "help", which is one."""
    given = answers()
    taken = [text for text in given if command_of(text, intent="stop", kind="text")]
    assert len(given) >= 300
    assert taken == ["help"]


def test_answer_stays_one_in_a_list_step_too() -> None:
    """Several lines are never a command, and neither is a long line."""
    assert command_of("stop\nskip", intent="stop", kind="list") is None
    assert command_of("stop " * 13, intent="stop", kind="text") is None


def test_model_is_asked_where_a_number_or_a_button_is() -> None:
    """There its opinion costs little: the words could not be read as an answer's words."""
    assert command_of("I reckon that will do for the moment", intent="stop", kind="scale") == "stop"
    assert command_of("I reckon that will do for the moment", intent="stop", kind="text") is None
    assert command_of("word " * 9, intent="stop", kind="scale") is None


def test_messages_of_the_crisis_corpora_stay_answers() -> None:
    """Thousands of messages that were written for another purpose: fewer than 1 in 200 is taken for a command.

    Most of those few are commands ("stop", "who can read this?").
    """
    given = corpus_messages()
    taken = [text for text in given if command_of(text, intent="stop", kind="text")]
    assert len(given) > 3000
    assert len(taken) <= len(given) / 200, taken


@pytest.mark.parametrize(
    "text", ["no thanks", "no, gracias", "yes but please don't tell", "otra", "enough of this job"]
)
def test_answer_that_ends_like_a_command_stays_one(text: str) -> None:
    """What politeness at its end would make a command of."""
    assert command_of(text, intent="stop", kind="text") is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("no, I meant 3", "3"),
        ("sorry, I meant a 4", "a 4"),
        ("make that five", "five"),
        ("perdón, quise decir 2", "2"),
        ("no, quería decir siete", "siete"),
        ("change it to 8", "8"),
    ],
)
def test_correction_is_read(text: str, rest: str) -> None:
    """What stands in place of the last answer."""
    assert correction_of(text) == rest


@pytest.mark.parametrize("text", ["I know what you meant", "3", "no", "I was mean to her", "it meant a lot"])
def test_story_is_no_correction(text: str) -> None:
    """Words about meaning something."""
    assert correction_of(text) is None


def test_every_command_has_an_effect_or_an_answer() -> None:
    """No rule and no intent leads nowhere."""
    rules, *_ = _rules()
    known = set(TEXTS) | {"menu"}
    assert {rule.command for rule in rules} <= known
    assert set(INTENTS.values()) <= known


def test_rules_are_over_plain_text() -> None:
    """A pattern with a capital, an accent or punctuation could never match."""
    rules, *_ = _rules()
    for rule in rules:
        literal = re.sub(r"\\.|[\[\](){}|?*+.,0-9^$]", "", rule.pattern.pattern)
        assert literal == literal.casefold()
        assert literal.isascii(), literal
        assert not set("'’¿!\"") & set(literal)
