"""What the browser gets: the page that works without script, files named by their content, the launcher's words."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import jinja2
import pytest

from bot.texts import load_lines, load_texts
from bot.widget import UnknownAsset, asset, asset_version, launcher, page
from bot.widget.assets import AT_ROOT, modules
from bot.widget.launching import STRINGS
from bot.widget.rendering import LINE_FIELDS, dialled, fill, sorted_lines

TEXTS, LINES = load_texts(), load_lines()


def rendered(**changes: Any) -> str:
    """The page of a practice."""
    given = {
        "frame": False,
        "language": "en",
        "strings": TEXTS.topic("widget", language="en", address="tu"),
        "lines": LINES.of("US", language="en"),
        "practice_name": "Test Practice",
        **changes,
    }
    return page(**given)


def test_help_is_on_the_page_before_any_script() -> None:
    """Crisis lines that a telephone dials, the steps of grounding, a way out."""
    text = rendered()
    assert 'href="tel:988"' in text
    assert 'href="sms:988"' in text
    assert text.count("<ol><li>") == 1
    assert 'href="https://www.wikipedia.org/"' in text


def test_the_page_has_no_inline_code_and_asks_nothing_from_elsewhere() -> None:
    """What the policy of the door would refuse is not there to begin with."""
    text = rendered()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son\w+=|javascript:|<style|style=", text)
    links = re.findall(r"<(?:script|link)[^>]*(?:src|href)=\"([^\"]+)\"", text)
    assert links
    assert {link.split("/")[1] for link in links} == {"static"}


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onload="x', "{{ 7 * 7 }}", "{practice}"])
def test_a_practices_name_is_text(name: str) -> None:
    """Wherever it stands, in markup or in an attribute."""
    text = rendered(practice_name=name)
    assert name not in text or name in ("{{ 7 * 7 }}", "{practice}")
    assert html.escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text


def test_the_strings_of_the_page_are_all_there_for_the_script() -> None:
    """One request for the first screen: every word of the language and every line, as data."""
    text = rendered()
    strings, lines = (re.search(rf'data-{name}="([^"]*)"', text) for name in ("strings", "lines"))
    assert strings
    assert lines
    assert json.loads(html.unescape(strings[1])) == TEXTS.topic("widget", language="en", address="tu")
    shown = json.loads(html.unescape(lines[1]))
    assert [set(line) for line in shown] == [set(LINE_FIELDS)] * len(shown)


def test_a_string_that_is_missing_is_an_error_and_not_a_gap() -> None:
    """A page with a hole in it is not shown."""
    strings = {**TEXTS.topic("widget", language="en", address="tu")}
    del strings["help_title"]
    with pytest.raises(jinja2.UndefinedError):
        rendered(strings=strings)


def test_only_the_frame_says_that_it_is_one() -> None:
    """The page behaves differently inside a practice's site."""
    assert 'data-frame="1"' in rendered(frame=True)
    assert "data-frame" not in rendered()


def test_files_are_found_by_any_version_and_nothing_else_is() -> None:
    """A page that was open during an update goes on working; no path leads outside."""
    for name in modules():
        assert asset(name) == asset(f"{asset_version()}/{name}") == asset(f"000000000000/{name}")
    for name in ("", "x.js", "../assets.py", "../../settings.py", "a/b/app.js", "/etc/passwd", "page.html"):
        with pytest.raises(UnknownAsset):
            asset(name)


def test_the_service_worker_keeps_the_files_of_its_version() -> None:
    """All but those at the root; the marks are filled in."""
    text = asset("sw.js")[0].decode()
    assert asset_version() in text
    assert all(f'"{name}"' in text for name in modules())
    assert not [name for name in AT_ROOT if f'"{name}"' in text.split("[", 1)[1].split("]")[0]]


def test_the_launcher_holds_its_words_and_lines_and_no_more() -> None:
    """In each language; ASCII alone, so that no line separator ends the script in an old browser."""
    strings = {language: TEXTS.topic("widget", language=language, address="tu") for language in ("en", "es")}
    lines = {language: LINES.of("US", language=language) for language in ("en", "es")}
    made = launcher(strings=strings, lines=lines)
    data = json.loads(re.search(rb"var DATA = (\{.*\});", made)[1])  # type: ignore[index]
    assert {language: set(topic) for language, topic in data["strings"].items()} == {
        key: set(STRINGS) for key in ("en", "es")
    }
    assert data["lines"]["es"][0]["number"] == "988"
    assert made[made.index(b"var DATA") : made.index(b"};")].isascii()
    with pytest.raises(KeyError):
        launcher(strings={"en": {"title": "x"}}, lines={})


def test_lines_are_in_the_order_of_need_and_numbers_as_dialled() -> None:
    """For everybody first, an emergency number second, an unknown kind last."""
    kinds = ["abuse", "new", "emergency", "youth", "general"]
    found = sorted_lines([{"kind": kind} for kind in kinds])
    assert [line["kind"] for line in found] == ["general", "emergency", "youth", "abuse", "new"]
    assert (dialled("1-800-273 8255"), dialled("+34 024"), dialled("*31#112")) == ("18002738255", "+34024", "*31#112")
    assert fill("{a} and {b}", a="x") == "x and {b}"
