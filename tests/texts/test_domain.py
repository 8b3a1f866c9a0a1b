"""The two sentences that the engine holds itself, because they are needed when nobody can be asked for a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.texts import load_lines, load_texts

ROOT = Path(__file__).parents[2]
VARIANTS = [
    (name, variant)
    for name, variants in yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"].items()
    for variant in variants
]


@pytest.mark.parametrize(("name", "variant"), VARIANTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_sentence_of_the_engine_is_the_text_that_it_names(name: str, variant: dict) -> None:
    """Word for word, in each language and form of address."""
    slots = {condition["name"]: condition["value"] for condition in variant.get("condition", [])}
    said = load_texts().say(
        variant["custom"]["text_id"],
        language=slots.get("language", "en"),
        address=slots.get("address", "tu"),
    )
    assert variant["text"].strip() == said.text, name


@pytest.mark.parametrize("text_id", sorted({variant["custom"]["text_id"] for _, variant in VARIANTS}))
def test_the_engine_has_each_form_of_its_sentences(text_id: str) -> None:
    """English, Spanish with tú and with usted: a missing one would be said in English."""
    forms = {
        (slots.get("language", "en"), slots.get("address"))
        for _, variant in VARIANTS
        if variant["custom"]["text_id"] == text_id
        for slots in [{condition["name"]: condition["value"] for condition in variant.get("condition", [])}]
    }
    assert forms == {("en", None), ("es", "tu"), ("es", "usted")}


@pytest.mark.parametrize("text_id", ["talk.crisis_seen", "talk.not_read"])
def test_a_number_in_a_sentence_is_one_of_the_lines(text_id: str) -> None:
    """A telephone number that stands in a text is one that `lines.yml` knows with its source."""
    lines = load_lines()
    known = {line.number for country in lines.countries() for line in lines.of(country, language="en")}
    for language in ("en", "es"):
        text = load_texts().say(text_id, language=language, address="tu").text
        numbers = set(re.findall(r"\d[\d ]*\d", text))
        assert numbers
        assert numbers <= known
