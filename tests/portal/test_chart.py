"""The mood chart of a client's page: what is drawn is what the table says, and both are what is shared (I5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from xml.etree import ElementTree as Tree

import pytest

from bot.brief_command import DEMO, DEMO_UNTIL, demo_store
from bot.demo.life import MOODS
from bot.portal.clients import client_context
from bot.portal.contexts import ClientPage
from bot.portal.rendering import day_and_time, page
from bot.records import Store, people, summaries
from bot.texts import load_texts

ZONE = "America/New_York"
TEXTS = load_texts()
DRAWN = [mood for week in MOODS if week is not None for mood in week]


@dataclass(frozen=True)
class Drawn:
    """What stands on a page: values by the height of the points, their own words, the table's rows, lines' points."""

    values: list[float]
    said: list[str]
    rows: list[tuple[str, str]]
    joined: list[int]
    svg: Tree.Element


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """The twelve weeks of the demo."""
    with demo_store() as opened:
        yield opened


def context(store: Store) -> ClientPage:
    with store.read() as tx:
        return client_context(
            tx, people.client(tx, DEMO), texts=TEXTS, language="en", zone=ZONE, at=DEMO_UNTIL + timedelta(hours=1)
        )


def html_of(found: ClientPage, language: str = "en") -> str:
    strings = TEXTS.topic("portal", language=language, address="usted")
    return str(page("client.html", found, strings=strings, language=language, zone=ZONE, staff=None).content)


def drawn(html: str) -> Drawn:
    match = re.search(r"<svg .*?</svg>", html, re.DOTALL)
    assert match is not None
    svg = Tree.fromstring(match[0])
    height = float(svg.attrib["viewBox"].split()[3])
    points = svg.findall("path[@class='point']")
    where = [re.fullmatch(r"M([\d.]+) ([\d.]+)h0", point.attrib["d"]) for point in points]
    table = re.search(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    assert table is not None
    return Drawn(
        values=[10 - 10 * float(place[2]) / height for place in where if place],
        said=[point.findtext("title") or "" for point in points],
        rows=re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table[1]),
        joined=[len(line.attrib["points"].split()) for line in svg.findall("polyline")],
        svg=svg,
    )


def test_points_are_those_of_the_table(store: Store) -> None:
    """One point a row, at the height of its number, in the same order; and they are what the client shared."""
    found = drawn(html_of(context(store)))
    assert [float(value) for _, value in found.rows] == found.values == DRAWN
    assert [f"{when}: {value}" for when, value in found.rows] == found.said


def test_points_stand_in_the_order_of_their_moments(store: Store) -> None:
    """From left to right, within the picture, and each table row names the moment of its point."""
    found = context(store)
    assert found.mood is not None
    places = [point.x for point in found.mood.points]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= found.mood.width
    rows = drawn(html_of(found)).rows
    assert [when for when, _ in rows] == [day_and_time(p.at, language="en", zone=ZONE) for p in found.mood.points]


def test_no_line_crosses_a_day_without_a_reading(store: Store) -> None:
    """The demo never checks in two days running: points, and not one line between them."""
    assert drawn(html_of(context(store))).joined == []


def test_picture_has_a_name_and_a_description(store: Store) -> None:
    """Whoever does not see it reads how many, from when to when, lowest, highest, newest."""
    svg = drawn(html_of(context(store))).svg
    assert svg.attrib["role"] == "img"
    assert [child.tag for child in svg[:2]] == ["title", "desc"]
    assert (svg.attrib["aria-labelledby"], svg.attrib["aria-describedby"]) == (svg[0].attrib["id"], svg[1].attrib["id"])
    assert svg[1].text == (
        f"Readings from 10 Dec to 3 Mar: {len(DRAWN)}. 0 is very low, 10 is very good. Lowest {min(DRAWN)}, highest"
        f" {max(DRAWN)}, newest {DRAWN[-1]}."
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_chart_needs_neither_script_nor_inline_style(store: Store, language: str) -> None:
    """What the door's security policy forbids is not asked for."""
    html = html_of(context(store), language)
    assert "<script" not in html
    assert not re.search(r"<[^>]*\sstyle=", html)


def test_page_without_a_mood_has_no_chart(store: Store) -> None:
    """Neither an empty picture nor a table without rows."""
    html = html_of(replace(context(store), mood=None))
    assert "<svg" not in html
    assert "<tbody" not in html


def test_reading_that_is_hidden_again_is_in_neither() -> None:
    """And one that the client takes out of a shared entry: gone from picture, table and description."""
    with demo_store() as own:
        hide_the_last_two(own)
        found = drawn(html_of(context(own)))
    assert found.values == DRAWN[:-2]
    assert len(found.rows) == len(DRAWN) - 2
    assert f"newest {DRAWN[-3]}." in (found.svg[1].text or "")


def hide_the_last_two(store: Store) -> None:
    """One entry is hidden, of the one before it only the mood."""
    with store.write() as tx:
        shared = [one for one in summaries.shared_of(tx, DEMO, DEMO_UNTIL - timedelta(weeks=13)) if moods_in(one.body)]
        newest, before = shared[-1], shared[-2]
        summaries.unshare(tx, newest.summary_id, at=DEMO_UNTIL)
        kept = [line for line in before.body["lines"] if line["role"] != "mood"]
        summaries.share(tx, before.summary_id, body={**before.body, "lines": kept}, at=DEMO_UNTIL)


def moods_in(body: object) -> bool:
    assert isinstance(body, dict)
    return any(line["role"] == "mood" for line in body["lines"])
