"""What the docs claim is there: every file, test and link that they name, every invariant, every need."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests/corpora").glob("*.md"))
    if path.is_file()
)
# Folders of the repository: what begins with one of them in a doc is a path, and must be there.
TOP = ("actions/", "bot/", "data/", "docs/", "models/", "tests/", "tools/")
STATES = ("works", "in part", "not yet")
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def claims(page: Path) -> list[str]:
    """The paths and test ids that a page names in code quotes; patterns and placeholders are none."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = [word for quote in _CODE.findall(text) for word in quote.split() if word.startswith(TOP)]
    return sorted({word for word in found if not re.search(r"[<>*{]", word)})


@functools.cache
def functions(path: Path) -> frozenset[str]:
    """The tests of a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def missing(claim: str) -> str | None:
    """Why a claim is not true, or None."""
    name, _, test = claim.partition("::")
    path = ROOT / name
    if not path.exists():
        return f"{name} does not exist"
    if test and test not in functions(path):
        return f"{name} has no {test}"
    return None


def rows(page: str) -> list[list[str]]:
    """The cells of a page's tables, without heads and rules."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| (?:I?\d+) \|", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_and_test_that_a_page_names_exists(page: Path) -> None:
    """A doc that points to nothing is a promise that nobody keeps."""
    assert [problem for claim in claims(page) if (problem := missing(claim))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """Links within the repository; addresses outside it are not asked."""
    targets = [link for link in _LINK.findall(page.read_text("utf-8")) if "://" not in link and "mailto:" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_invariant_names_the_code_that_keeps_it_and_a_test_that_breaks_it() -> None:
    """I1 to I10: the code cites the number where it keeps the promise."""
    table = rows("invariants.md")
    assert [row[0] for row in table] == [f"I{number}" for number in range(1, 11)]
    for number, _, code, tests in table:
        paths = [path for path in _CODE.findall(code) if path.startswith(TOP)]
        assert paths, number
        assert [path for path in paths if not re.search(rf"\b{number}\b", (ROOT / path).read_text("utf-8"))] == []
        assert any("::test_" in test for test in _CODE.findall(tests)), number


def test_every_need_says_how_far_it_is_met() -> None:
    """The thirty needs: what works or works in part names where, and a test."""
    table = rows("needs.md")
    assert [row[0] for row in table] == [str(number) for number in range(1, 31)]
    for number, _, state, _, where, tests in table:
        assert state in STATES, number
        if state != "not yet":
            assert [path for path in _CODE.findall(where) if path.startswith(TOP)], number
            assert any(test.startswith("tests/") for test in _CODE.findall(tests)), number


def test_decisions_are_numbered_without_a_gap() -> None:
    """docs/decisions/0001-... onwards, each with a number of its own."""
    found = sorted(path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md"))
    assert found == [f"{number:04}" for number in range(1, len(found) + 1)]
