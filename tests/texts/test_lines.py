"""Crisis lines: which are shown where, and what the file may not hold (I9)."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from bot.texts import load_lines, load_texts
from bot.texts.lines import KINDS, read_lines
from bot.widget import rendering

GOOD = """\
clinical_review: none
countries:
  XA:
    - id: xa-youth
      kind: youth
      name: {en: "Young people", es: "Jóvenes"}
      number: "555 0100"
      hours: {en: "At any hour", es: "A cualquier hora"}
      languages: [en]
      sources: ["https://example.org/youth"]
      checked_on: 2026-11-25
      page_date: unknown
    - id: xa-general
      kind: general
      name: {en: "Listeners", es: "Escucha"}
      number: "555 0101"
      text_number: "555 0102"
      text_body: {en: "", es: "AYUDA"}
      url: "https://example.org/"
      hours: {en: "At any hour", es: "A cualquier hora"}
      languages: [en, es]
      sources: ["https://example.org/general"]
      checked_on: 2026-11-25
      page_date: 2026-01-31
  ANY:
    - id: any
      kind: emergency
      name: {en: "Emergency", es: "Emergencias"}
      number: "112"
      hours: {en: "At any hour", es: "A cualquier hora"}
      languages: [en, es]
      sources: ["https://example.org/any"]
      checked_on: 2026-11-25
      page_date: unknown
"""


def written(folder: Path, text: str = GOOD) -> Path:
    """A file of lines."""
    path = folder / "lines.yml"
    path.write_text(text, "utf-8")
    return path


def test_lines_come_in_the_readers_language_when_asked_by_country(tmp_path: Path) -> None:
    """Names, hours and the word to send are in the language asked for; the country may be in small letters."""
    lines = read_lines(written(tmp_path))
    general = lines.of("xa", language="es")[0]
    assert (general.id, general.name, general.text_body) == ("xa-general", "Escucha", "AYUDA")
    assert lines.of("XA", language="en")[0].text_body == ""
    assert general.page_date == "2026-01-31"


def test_lines_for_everybody_come_first_when_both_kinds_answer_in_the_language(tmp_path: Path) -> None:
    """The order is that of KINDS among lines that speak the reader's language; the others follow."""
    lines = read_lines(written(tmp_path))
    assert [line.id for line in lines.of("XA", language="en")] == ["xa-general", "xa-youth"]
    assert [line.id for line in lines.of("XA", language="es")] == ["xa-general", "xa-youth"]


def test_lines_that_answer_in_the_language_come_first_when_others_are_more_general(tmp_path: Path) -> None:
    """A line that nobody can speak to is not the first one shown."""
    text = GOOD.replace("languages: [en, es]", "languages: [fr]", 1)
    assert [line.id for line in read_lines(written(tmp_path, text)).of("XA", language="en")] == [
        "xa-youth",
        "xa-general",
    ]


def test_an_unknown_country_gets_the_lines_for_anywhere(tmp_path: Path) -> None:
    """Nobody is shown an empty list."""
    assert [line.id for line in read_lines(written(tmp_path)).of("XZ", language="es")] == ["any"]


def test_a_language_without_texts_raises_when_asked_for(tmp_path: Path) -> None:
    """A mistyped language is refused, not answered in another."""
    with pytest.raises(ValueError, match="'fr' is no language of the lines"):
        read_lines(written(tmp_path)).of("XA", language="fr")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (GOOD, "", "lines.yml: file: holds nothing"),
        (GOOD[GOOD.index("countries:") :], "countries: {}\n", "lines.yml: countries: holds nothing"),
        (GOOD[GOOD.index("  ANY:") :], "", "lines.yml: countries: has no ANY"),
        ("  XA:", "  Xaland:", "lines.yml: Xaland: is no country code"),
        ("  XA:", "  no:", "lines.yml: False: is no country code of two capital letters (quote NO)"),
        (GOOD[GOOD.index("    - id: xa-youth") : GOOD.index("  ANY:")], "", "lines.yml: XA: has no lines"),
        ("id: xa-general", "id: xa-youth", "lines.yml: XA: xa-youth: is given twice"),
        ('"555 0101"', '"555 0100"', "lines.yml: XA: xa-general: has the number 555 0100 of another line"),
        ("      sources: [", "      source: [", "lines.yml: XA: xa-youth: has the unknown key 'source'"),
        ('      sources: ["https://example.org/youth"]\n', "", "XA: xa-youth: has no sources"),
        ("https://example.org/youth", "a friend", "XA: xa-youth: has a source that is no address of a page"),
        ('url: "https', 'url: "http', "XA: xa-general: has a url that is no https:// address"),
        ("      checked_on: 2026-11-25\n", "", "XA: xa-youth: has no checked_on"),
        ("      page_date: unknown\n", "", "XA: xa-youth: has no page_date"),
        ("kind: youth", "kind: children", "XA: xa-youth: has the unknown kind 'children'"),
        ('      number: "555 0100"\n', "", "XA: xa-youth: has no number and no text_number"),
        ('number: "555 0100"', "number: 5550100", "XA: xa-youth: has a number that is not text; put it in quotes"),
        (
            'name: {en: "Young people", es: "Jóvenes"}',
            'name: {en: "Young people"}',
            "has a name that is not in en and es",
        ),
        ('name: {en: "Young people", es: "Jóvenes"}', 'name: ""', "XA: xa-youth: has no name"),
        ("languages: [en]", "languages: []", "XA: xa-youth: has no languages"),
    ],
)
def test_reading_refuses_the_file_when_it_may_not_be_used(tmp_path: Path, old: str, new: str, message: str) -> None:
    """I9: an empty, duplicate, unchecked or source-less crisis line is refused by name and reason."""
    assert old in GOOD
    with pytest.raises(ValueError) as caught:
        read_lines(written(tmp_path, GOOD.replace(old, new, 1)))
    assert message in str(caught.value)


def test_the_product_has_lines_for_the_countries_that_it_names() -> None:
    """What ships: a line for everybody and an emergency number in each country, in the form that the widget expects."""
    lines = load_lines()
    assert lines is load_lines()
    assert set(lines.countries()) >= {"US", "GB", "IE", "AU", "ES", "MX", "AR", "CA", "ANY"}
    for country in lines.countries():
        for language in ("en", "es"):
            shown = lines.of(country, language=language)
            assert {"emergency"} | ({"general"} if country != "ANY" else set()) <= {line.kind for line in shown}
            for line in shown:
                plain = rendering.plain_line(line)
                assert set(asdict(line)) >= set(rendering.LINE_FIELDS)
                assert plain["name"]
                assert plain["hours"]
                assert rendering.dialled(line.number) == "".join(c for c in line.number if c not in " -")
                assert date.fromisoformat(line.checked_on)


def test_the_kinds_of_lines_are_those_that_the_page_sorts_by() -> None:
    """A kind that the page does not know would be shown last."""
    assert KINDS == rendering.KINDS


def test_spanish_speakers_in_the_us_reach_988_in_spanish() -> None:
    """The first line for a Spanish speaker answers in Spanish, by phone and by text."""
    first = load_lines().of("US", language="es")[0]
    assert (first.number, first.text_number, first.text_body) == ("988", "988", "AYUDA")


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
