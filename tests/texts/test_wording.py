"""Loading texts: what is said in which form, and what a file may not hold (I9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.texts import load_texts
from bot.texts.wording import read_texts

GOOD = """\
topic: demo
clinical_review: none
params: [practice]
reason: {en: "You wrote {word}.", es: "Escribiste {word}.", es_usted: "Usted escribió {word}."}
texts:
  asked:
    en: "What does {word} mean to you?"
    es: "¿Qué es {word} para ti?"
    es_usted: "¿Qué es {word} para usted?"
    source: own
    date: 2026-11-25
  told:
    en: "{word} is noted."
    es: "Queda anotado: {word}."
    source: own
    date: 2026-11-25
    reason: {en: "It is your word.", es: "Es tu palabra."}
"""


def write(folder: Path, text: str, name: str = "demo.yml") -> Path:
    """The folder, with one file of texts in it."""
    (folder / name).write_text(text, "utf-8")
    return folder


def test_say_fills_in_parameters_when_all_are_given(tmp_path: Path) -> None:
    """A text comes in the reader's language, with its own reason or its topic's."""
    texts = read_texts(write(tmp_path, GOOD))
    asked = texts.say("demo.asked", language="en", address="tu", word="rain")
    assert (asked.text, asked.reason) == ("What does rain mean to you?", "You wrote rain.")
    assert (asked.text_id, asked.params) == ("demo.asked", {"word": "rain"})
    assert texts.say("demo.told", language="es", address="tu", word="x").reason == "Es tu palabra."


def test_say_speaks_as_usted_when_the_client_chose_it(tmp_path: Path) -> None:
    """The form for usted is used where a text has one, the common one where it has none."""
    texts = read_texts(write(tmp_path, GOOD))
    asked = texts.say("demo.asked", language="es", address="usted", word="lluvia")
    assert (asked.text, asked.reason) == ("¿Qué es lluvia para usted?", "Usted escribió lluvia.")
    told = texts.say("demo.told", language="es", address="usted", word="lluvia")
    assert told.text == "Queda anotado: lluvia."
    assert texts.say("demo.asked", language="en", address="usted", word="rain").text == "What does rain mean to you?"


def test_say_takes_a_parameter_as_it_is_when_it_looks_like_a_placeholder(tmp_path: Path) -> None:
    """What a person wrote is never read as a placeholder."""
    texts = read_texts(write(tmp_path, GOOD))
    assert texts.say("demo.told", language="en", address="tu", word="{word} {0}").text == "{word} {0} is noted."


@pytest.mark.parametrize(
    ("text_id", "language", "address", "params", "message"),
    [
        ("demo.nothing", "en", "tu", {}, "no text has the id 'demo.nothing'"),
        ("demo.told", "en", "tu", {}, "demo.told needs the parameter word"),
        ("demo.told", "en", "tu", {"word": "a", "wrod": "b"}, "demo.told does not know the parameter wrod"),
        ("demo.told", "fr", "tu", {"word": "a"}, "'fr' is no language of the texts"),
        ("demo.told", "es", "vos", {"word": "a"}, "'vos' is no form of address"),
    ],
)
def test_say_refuses_when_half_a_sentence_would_be_shown(
    tmp_path: Path, text_id: str, language: str, address: str, params: dict[str, str], message: str
) -> None:
    """An id, a parameter or a language that does not fit raises and names what does not fit."""
    texts = read_texts(write(tmp_path, GOOD))
    with pytest.raises((KeyError, ValueError), match=message):
        texts.say(text_id, language=language, address=address, **params)


def test_say_accepts_a_parameter_of_the_topic_when_a_text_does_not_use_it(tmp_path: Path) -> None:
    """A caller may give every text of a topic the same parameters when the topic says so."""
    texts = read_texts(write(tmp_path, GOOD))
    assert texts.say("demo.told", language="en", address="tu", word="a", practice="b").text == "a is noted."


def test_topic_gives_every_key_when_asked_for_a_form(tmp_path: Path) -> None:
    """A page gets a whole topic at once, placeholders untouched; a topic nobody wrote raises."""
    texts = read_texts(write(tmp_path, GOOD))
    assert texts.topic("demo", language="es", address="usted") == {
        "asked": "¿Qué es {word} para usted?",
        "told": "Queda anotado: {word}.",
    }
    with pytest.raises(KeyError, match="no topic is called 'demos'"):
        texts.topic("demos", language="en", address="tu")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (GOOD, "", "demo.yml: file: holds nothing"),
        (GOOD, "- a list\n", "demo.yml: file: holds nothing"),
        (GOOD, "topic: [", "demo.yml: line 1: "),
        (GOOD[GOOD.index("texts:") :], "texts: {}\n", "demo.yml: texts: holds nothing"),
        ("topic: demo", "topic: other", "demo.yml: topic: is 'other'; a topic is named like its file: 'demo'"),
        ("clinical_review: none\n", "", "demo.yml: clinical_review: is missing"),
        ("params: [practice]", "params: practice", "demo.yml: params: is not a list of names"),
        ("clinical_review:", "clinical_reviews:", "demo.yml: file: has the unknown key 'clinical_reviews'"),
        ("  told:", "  asked:", "demo.yml: line 12: 'asked' is given twice"),
        ('    en: "{word} is noted."\n', "", "demo.yml: told: has no en; every text is in en and es"),
        ('    es: "Queda anotado: {word}."\n', "", "demo.yml: told: has no es; every text is in en and es"),
        ('en: "{word} is noted."', 'en: ""', "demo.yml: told: has an empty en"),
        ('en: "{word} is noted."', "en: 3", "demo.yml: told: has an empty en"),
        ('en: "{word} is noted."', 'en: "{word} is noted. "', "demo.yml: told: has spaces around its en"),
        ('en: "{word} is noted."', 'en: "{word} is {noted."', "demo.yml: told: has a brace in its en"),
        ("anotado: {word}", "anotado: {palabra}", "told: has the placeholders palabra in es and word in en"),
        ("anotado: {word}", "anotado", "told: has the placeholders none in es and word in en"),
        ("es {word} para usted", "es para usted", "asked: has the placeholders none in es_usted and word in en"),
        (
            "    source: own\n    date: 2026-11-25\n    reason",
            "    date: 2026-11-25\n    reason",
            "told: has no source",
        ),
        ("    source: own\n    date: 2026-11-25\n    reason", "    source: own\n    reason", "told: has no date"),
        ('es: "Es tu palabra."', 'fr: "Mot."', "demo.yml: told: reason: has the unknown key 'fr'"),
        (', es: "Es tu palabra."', "", "demo.yml: told: reason: has no es"),
        ('en: "It is your word."', 'en: "It is {yours}."', "told: reason: has the placeholders none in es and yours"),
        (
            'en: "It is your word.", es: "Es tu palabra."',
            'en: "{yours}", es: "{yours}"',
            "told: has a reason with the placeholder yours, which the text itself has not",
        ),
    ],
)
def test_reading_refuses_a_file_when_it_may_not_be_used(tmp_path: Path, old: str, new: str, message: str) -> None:
    """I9: a file that is empty, duplicate, without source or incomplete is refused by name, key and reason."""
    assert old in GOOD
    with pytest.raises(ValueError) as caught:
        read_texts(write(tmp_path, GOOD.replace(old, new, 1)))
    assert message in str(caught.value)


def test_reading_refuses_a_folder_when_it_holds_no_texts(tmp_path: Path) -> None:
    """I9: a product without words does not start."""
    with pytest.raises(ValueError, match="holds no texts"):
        read_texts(tmp_path)


def test_the_product_texts_load_when_read_as_shipped() -> None:
    """The files that ship pass their own checks, and are read once a process."""
    texts = load_texts()
    assert texts is load_texts()
    assert {text.id.partition(".")[0] for text in texts.all()} >= {"consent", "gateway", "portal", "widget"}
