"""The client's own mood chart: their numbers, shared or not; the points are those of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.records import conversations, reflections, summaries
from tests.journeys.people import STEP_MS, ClientAtDoor
from tests.stack import Enrolled, Stack

pytestmark = pytest.mark.journey

# Days ago -> mood. Three days that follow each other, a gap, two readings of one day, and one from too long ago.
MOODS = ((90, 9), (40, 3), (39, 5), (38, 4), (12, 0), (5.1, 10), (5, 6))
DRAWN = [mood for _, mood in MOODS[1:]]
PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "timezone_id": "UTC", "has_touch": True}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running practice; nobody waits for the engine, which this page does not need."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    try:
        yield running.start(engine=False)
    finally:
        running.stop()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> ClientAtDoor:
    """The narrowest phone."""
    return ClientAtDoor(new_context(**PHONE).new_page())


def checked_in(stack: Stack, enrolled: Enrolled, moods: tuple[tuple[float, int], ...]) -> None:
    """Summaries of check-ins at noon, that many days ago; every second one is shared."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with stack.records() as store, store.write() as tx:
        conversation = conversations.conversation_of(tx, enrolled.id, at=noon)
        for number, (days, mood) in enumerate(moods):
            at = noon - timedelta(days=days)
            begun = reflections.start(
                tx, conversation_id=conversation.id, exercise="daily_check_in", exercise_version="1", language="en",
                first_step="mood", at=at,
            )  # fmt: skip
            reflections.finish(tx, begun.id, at)
            line = {
                "id": "mood", "kind": "score", "label": "Mood", "text": f"{mood} of 10", "step": "mood",
                "entry_id": "0" * 32, "at": at.isoformat(), "role": "mood", "value": mood,
            }  # fmt: skip
            body = {"title": "Daily check-in", "exercise": "daily_check_in", "finished": True, "lines": [line]}
            summary = summaries.add_summary(tx, begun.id, body=body, at=at)
            if number % 2:
                summaries.share(tx, summary.id, body=body, at=at)


def drawn(page: Page) -> list[float]:
    """The numbers of the points, by their height in the picture."""
    svg = page.locator("[data-testid=trend] svg")
    height = float((svg.get_attribute("viewBox") or "").split()[3])
    places = svg.locator(".point").evaluate_all("all => all.map(one => one.getAttribute('d'))")
    return [10 - 10 * float(place.removesuffix("h0").split()[1]) / height for place in places]


def summaries_page(client: ClientAtDoor) -> None:
    client.commands("summaries")
    expect(client.page.locator("#sheet .summary").first).to_be_visible(timeout=STEP_MS)


def test_a_client_sees_their_own_numbers_and_the_same_as_a_table(stack: Stack, phone: ClientAtDoor) -> None:
    """Shared or not, of twelve weeks, none joined over a day without one; on the narrowest phone."""
    ada = stack.enrol("Ada Imaginary")
    checked_in(stack, ada, MOODS)
    phone.joins(ada.invite_url)
    phone.agrees()
    summaries_page(phone)
    trend = phone.by("trend")
    assert drawn(phone.page) == DRAWN
    joined = trend.locator("polyline").evaluate_all(
        "all => all.map(one => one.getAttribute('points').split(' ').length)"
    )
    assert joined == [3, 2]
    trend.locator("summary").click()
    assert [float(text) for text in trend.locator("tbody td").all_inner_texts()] == DRAWN
    image = trend.get_by_role("img", name="My mood over twelve weeks")
    expect(image).to_be_visible()
    expect(image).to_have_accessible_description(
        "6 numbers. 0 is very low, 10 is very good. Lowest 0, highest 10, newest 6."
    )
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_one_number_is_no_picture(stack: Stack, phone: ClientAtDoor) -> None:
    """There is nothing to compare yet, and nothing is said of what is missing."""
    bo = stack.enrol("Bo Hypothetical")
    checked_in(stack, bo, MOODS[-1:])
    phone.joins(bo.invite_url)
    phone.agrees()
    summaries_page(phone)
    expect(phone.by("trend")).to_have_count(0)
