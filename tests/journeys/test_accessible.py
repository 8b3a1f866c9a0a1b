"""(e) Every screen of both doors for everybody: WCAG 2.2 AA, 320 px, keyboard alone, Spanish, dark, without motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.people import CHECK_IN, STEP_MS, ClientAtDoor, StaffAtDoor
from tests.journeys.screens import WORDS, client_screens, settle, staff_screens
from tests.stack import Stack

pytestmark = pytest.mark.journey

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a thumb presses, in CSS pixels. A link inside a sentence, and "why?" under each message, may be lower.
TAP_PX = 44
MEASURE = """() => {
  const wide = (one) => one && one.scrollWidth > one.clientWidth + 1;
  const scrollers = [document.scrollingElement, ...document.querySelectorAll("#log, #answer, .more-panel, main")];
  const controls = "button:not(.why), a.btn, a.call, .help-open, input:not([type=hidden]), textarea, select, summary";
  const small = [...document.querySelectorAll(controls)]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest(".sr, .hidden"))
    .filter((one) => {
      const box = (one.closest("label.choice, .tick") || one).getBoundingClientRect();
      return box.width > 0 && box.height < TAP_PX - 0.5;
    }).map((one) => one.outerHTML.slice(0, 120));
  return {wide: scrollers.filter(wide).map((one) => one.id || one.localName), small};
}""".replace("TAP_PX", str(TAP_PX))


@dataclass(frozen=True)
class Reader:
    """Somebody's device and what they prefer."""

    name: str
    language: str
    options: dict[str, Any]


READERS = (
    Reader("small-phone", "en", {"viewport": {"width": 320, "height": 640}, "has_touch": True}),
    Reader("desk-dark", "en", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
    Reader(
        "small-phone-spanish-still",
        "es",
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "reduced_motion": "reduce"},
    ),
)


def faults_of(page: Page) -> list[str]:
    """What is wrong with a screen: axe's violations, sideways scrolling, controls too small for a thumb."""
    settle(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    faults = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    measured = page.evaluate(MEASURE)
    faults += [f"scrolls sideways: {one}" for one in measured["wide"]]
    return faults + [f"lower than {TAP_PX} px: {one}" for one in measured["small"]]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_screen_is_for_everybody(
    stack: Stack, new_context: Callable[..., BrowserContext], reader: Reader
) -> None:
    """One client's whole way, and the same client seen by each role of the staff."""
    enrolled = stack.enrol("Zelda Fantasia", language=reader.language)
    client = ClientAtDoor(new_context(**reader.options, locale=reader.language).new_page())
    faults = {}
    for name in client_screens(client, stack, enrolled, language=reader.language):
        faults[name] = faults_of(client.page)
    colleague = StaffAtDoor(new_context(**reader.options).new_page(), stack)
    for name in staff_screens(colleague, stack, enrolled, client.card().episode()):
        faults[name] = faults_of(colleague.page)
    assert {name: found for name, found in faults.items() if found} == {}


def test_a_check_in_is_done_and_shared_with_the_keyboard_alone(stack: Stack, client: ClientAtDoor) -> None:
    """From the invite's link to the shared summary without a pointer, focus always in sight."""
    client.opens(stack.enrol("Yorick Imagined").invite_url)
    keys = Keyboard(client.page)
    keys.press("begin")
    expect(client.by("consent-agree")).to_be_visible(timeout=STEP_MS)
    for purpose in ("keep_entries", "crisis_events", "share_summaries"):
        keys.press(f"consent-{purpose}", "Space")
    keys.press("consent-agree")
    client.is_offered(CHECK_IN)
    keys.press(f"option-{CHECK_IN}")
    client.is_asked(1)
    keys.reach("scale-0")
    for _ in range(3):
        client.page.keyboard.press("ArrowRight")
    expect(client.by("scale-3")).to_be_checked()
    keys.press("continue")
    for number, words in enumerate(WORDS["en"], start=2):
        client.is_asked(number)
        keys.reach("composer")
        client.page.keyboard.type(words)
        keys.press("send")
    expect(client.by("continue")).to_be_visible(timeout=STEP_MS)
    keys.press("continue")
    expect(client.by("share")).to_be_visible(timeout=STEP_MS)
    keys.press("share")
    expect(client.by("unshare")).to_be_visible(timeout=STEP_MS)


class Keyboard:
    """Tab until it is there, then press."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def reach(self, test_id: str) -> None:
        """Moves focus to a control; each stop on the way shows where it is."""
        for _ in range(80):
            self._page.keyboard.press("Tab")
            seen = self._page.evaluate(
                """() => {
                  const one = document.activeElement, drawn = getComputedStyle(one);
                  const beside = one.nextElementSibling && getComputedStyle(one.nextElementSibling);
                  return {id: one.dataset.testid, shown: [drawn, beside].some((s) => s && s.outlineStyle !== "none"),
                    what: one.outerHTML.slice(0, 80), body: one === document.body};
                }"""
            )
            assert seen["shown"] or seen["body"], f"focus is not seen on {seen['what']}"
            if seen["id"] == test_id:
                return
        raise AssertionError(f"{test_id} is not reached with the Tab key")

    def press(self, test_id: str, key: str = "Enter") -> None:
        """Presses a control."""
        self.reach(test_id)
        self._page.keyboard.press(key)


def test_nothing_moves_when_less_motion_is_wanted(stack: Stack, new_context: Callable[..., BrowserContext]) -> None:
    """New messages stand there at once, and the breathing picture stays still."""
    client = ClientAtDoor(new_context(reduced_motion="reduce").new_page())
    client.comes_in(stack.enrol("Xenia Nil").invite_url)
    assert client.page.evaluate("document.getAnimations().length") == 0
    client.by("help-now").click()
    client.by("ground-breath").click()
    client.by("timer-start").click()
    assert client.page.evaluate("document.getAnimations().length") == 0


def test_the_page_does_not_jump_when_somebody_reads_further_up(
    stack: Stack, new_context: Callable[..., BrowserContext]
) -> None:
    """Scrolled up to read again: what arrives meanwhile moves nothing."""
    client = ClientAtDoor(new_context(viewport={"width": 320, "height": 640}).new_page())
    client.comes_in(stack.enrol("Wanda Blank").invite_url)
    for _ in range(6):
        client.says("A line of my own that takes some room on a small screen, so that there is something to scroll")
    client.by("log").evaluate("log => { log.scrollTop = 0; }")
    first = client.said().first
    before = first.bounding_box()
    other = ClientAtDoor(client.page.context.new_page())
    other.page.goto(stack.client_url)
    other.says("Something from another tab")
    expect(client.by("log")).to_contain_text("Something from another tab", timeout=STEP_MS)
    assert first.bounding_box() == before
