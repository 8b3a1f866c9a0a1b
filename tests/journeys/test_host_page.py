"""(g) The chat on a practice's own page: the page's scripts cannot read it, and other sites cannot show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.journeys.host import HostSite
from tests.journeys.people import REQUIRED, STEP_MS
from tests.stack import Stack, free_ports, wait_until

pytestmark = pytest.mark.journey

SECRET = "the heron at the weir"
# What a script of the page can try. Each returns what it got to read; a refusal by the browser is told as such.
ATTACKS = {
    "the frame's document": "() => frame().contentDocument && frame().contentDocument.documentElement.outerHTML",
    "the frame's window": "() => frame().contentWindow.document.documentElement.outerHTML",
    "the window by its number": "() => window[0].document.documentElement.outerHTML",
    "the frame's storage": "() => JSON.stringify(frame().contentWindow.localStorage)",
    "a script put into the frame": "() => frame().contentWindow.eval('document.body.innerText')",
    "the history, with cookies": "async () => (await fetch(G + '/api/history', {credentials: 'include'})).text()",
    "the history, with our header": (
        "async () => (await fetch(G + '/api/history', {credentials: 'include', headers: {'X-Interlude': '1'}})).text()"
    ),
    "the live stream": (
        "async () => { const answer = await fetch(G + '/api/events?after=0', {credentials: 'include'});"
        " return new TextDecoder().decode((await answer.body.getReader().read()).value); }"
    ),
    "the history, opaque": (
        "async () => (await fetch(G + '/api/history', {credentials: 'include', mode: 'no-cors'})).text()"
    ),
    "what the frame posts": "() => window.heard.join()",
    "this page itself": "() => document.documentElement.outerHTML + host().shadowRoot.innerHTML",
}
PRELUDE = "const G = %r; const host = () => document.querySelector('interlude-launcher');" + (
    " const frame = () => host().shadowRoot.querySelector('iframe');"
)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, HostSite, HostSite]]:
    """A running practice, a site on its list (another site, not only another port), and one that is not listed."""
    listed_port, other_port = free_ports(2)
    listed = f"http://127.0.0.1:{listed_port}"
    stack = Stack(tmp_path_factory.mktemp("stack"))
    stack.values["WIDGET_ORIGINS"] += f",{listed}"
    stack.write_env()
    gateway = stack.client_url
    with (
        HostSite(host="127.0.0.1", port=listed_port, gateway=gateway) as one,
        HostSite(host="127.0.0.1", port=other_port, gateway=gateway) as other,
    ):
        try:
            yield stack.start(engine=False), one, other
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def stack(sites: tuple[Stack, HostSite, HostSite]) -> Stack:
    """The practice of this module; nothing here needs the engine."""
    return sites[0]


def open_panel(page: Page) -> None:
    """Presses the launcher's button, as somebody without a mouse does: its shadow root is closed to us as well."""
    page.wait_for_function("customElements.get('interlude-launcher') !== undefined")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement && document.activeElement.localName === 'interlude-launcher'"):
            page.keyboard.press("Enter")
            return
    raise AssertionError("the launcher is not reached with the Tab key")


def chat_of(page: Page, stack: Stack) -> Frame:
    """The chat's frame, once it is there. The browser is asked: frames are learnt of only while it is listened to."""
    for _ in range(600):
        found = next((one for one in page.frames if one.url.startswith(stack.client_url + "/chat")), None)
        if found is not None:
            return found
        page.wait_for_timeout(50)
    raise AssertionError("the chat's frame is not there within 30 s")


def write_secret(frame: Frame, invite_url: str) -> None:
    """Somebody joins inside the frame with a printed code and writes what is nobody else's business."""
    frame.get_by_test_id("join-code").fill(invite_url.rpartition("#")[2], timeout=STEP_MS)
    frame.get_by_test_id("begin").click()
    for purpose in REQUIRED:
        frame.get_by_test_id(f"consent-{purpose}").check(timeout=STEP_MS)
    frame.get_by_test_id("consent-agree").click()
    frame.get_by_test_id("composer").fill(SECRET, timeout=STEP_MS)
    frame.get_by_test_id("send").click()
    expect(frame.locator("[data-testid=message-client] [data-state=sent]").last).to_be_visible(timeout=STEP_MS)
    expect(frame.get_by_test_id("message-client").last).to_contain_text(SECRET)


def test_a_listed_page_shows_the_chat_and_its_script_reads_none_of_it(
    sites: tuple[Stack, HostSite, HostSite], new_context: Callable[..., BrowserContext]
) -> None:
    """Every way that a hostile script of the page has: refused by the browser, or empty-handed."""
    stack, listed, _ = sites
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(listed.url)
    open_panel(page)
    write_secret(chat_of(page, stack), stack.enrol("Thea Nowhere").invite_url)
    prelude = PRELUDE % stack.client_url
    got = {name: attack(page, prelude, script) for name, script in ATTACKS.items()}
    assert {name: text for name, text in got.items() if SECRET in text} == {}
    # These answer at all; the others are refused.
    readable = {name for name, text in got.items() if not text.startswith("refused: ")}
    assert readable <= {"the frame's document", "what the frame posts", "the history, opaque", "this page itself"}


def attack(page: Page, prelude: str, script: str) -> str:
    """What a script of the page gets, or the browser's refusal."""
    said: Any = page.evaluate(
        f"async () => {{ {prelude} try {{ return String(await ({script})()); }}"
        " catch (error) { return 'refused: ' + error.name; } }"
    )
    return str(said)


def test_an_unlisted_page_cannot_show_the_chat(
    sites: tuple[Stack, HostSite, HostSite], new_context: Callable[..., BrowserContext]
) -> None:
    """The browser refuses the frame; the launcher says so and offers the crisis lines that it brought along."""
    stack, _, other = sites
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    with page.expect_event("requestfailed", lambda request: "/chat" in request.url):
        page.goto(other.url)
        open_panel(page)
    shadow = page.locator("interlude-launcher")
    expect(shadow.get_by_role("link", name=re.compile("988")).first).to_be_visible()
    assert [one.url for one in page.frames if one.url.startswith(stack.client_url)] == []


def test_the_main_page_can_be_framed_by_nobody(
    sites: tuple[Stack, HostSite, HostSite], new_context: Callable[..., BrowserContext]
) -> None:
    """Only /chat is for frames; the full page with the invite's code is not, on a listed site either."""
    stack, listed, _ = sites
    page = new_context().new_page()
    page.goto(listed.url)
    with page.expect_event("requestfailed", lambda request: request.url.startswith(stack.client_url + "/join")):
        page.evaluate(
            "address => { const f = document.createElement('iframe'); f.src = address; document.body.append(f); }",
            f"{stack.client_url}/join",
        )
    assert [one.url for one in page.frames if one.url.startswith(stack.client_url)] == []


def test_the_demo_site_shows_the_chat_under_a_strict_policy(
    stack: Stack, new_context: Callable[..., BrowserContext]
) -> None:
    """A page with a Content-Security-Policy of its own needs the gateway's origin in two places and nothing more."""
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    wait_until(lambda: stack.health("site"), timeout_s=60, what="the demo site answers")
    page.goto(stack.url("site"))
    open_panel(page)
    write_secret(chat_of(page, stack), stack.enrol("Ulf Neverwas").invite_url)
    assert refused == []
