"""(g) Somebody on call is woken by their first alert and has no second factor yet; then they come back with it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.privacy import totp
from bot.records import practice
from tests.journeys.people import STEP_MS, ClientAtDoor, StaffAtDoor, link_of, mail_arrives
from tests.journeys.screens import DANGER, sign_out
from tests.journeys.test_accessible import faults_of
from tests.stack import Stack

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running practice that needs a second factor of everybody; nothing here needs the engine."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    try:
        running.start(engine=False)
        with running.records() as store, store.write() as tx:
            practice.set_practice(tx, second_factor_needed=True)
        yield running
    finally:
        running.stop()


def code(secret: bytes, *, steps: int) -> str:
    """What the authenticator app shows so many steps from now."""
    return totp.code(secret, totp.step_of(datetime.now(UTC)) + steps)


def scanned(page: Page) -> bytes:
    """What the app knows after the button for the phone itself was pressed; the key in words is the same."""
    address = page.get_by_test_id("open-app").get_attribute("href") or ""
    (letters,) = parse_qs(urlsplit(address).query)["secret"]
    page.locator("summary").click()
    expect(page.get_by_test_id("secret")).to_have_text(totp.as_text(base64.b32decode(letters)))
    return base64.b32decode(letters)


def types(page: Page, label: str, text: str, button: str) -> None:
    """Fills in the one field and presses the one button."""
    page.get_by_label(label).fill(text)
    page.get_by_role("button", name=button).click()


def test_an_alert_is_opened_and_answered_by_somebody_who_enrols_on_the_way(
    stack: Stack, client: ClientAtDoor, new_context: Callable[..., BrowserContext]
) -> None:
    """From the e-mail's link through password and enrolment to the alert, on a small phone; the next time with a code.

    Every new page on the way is for everybody: axe, 320 px, targets for a thumb.
    """
    client.joins(stack.enrol("Quentin Nowhere").invite_url)
    client.agrees()
    client.says(DANGER["en"])
    link = link_of(mail_arrives(stack), stack)
    jo = StaffAtDoor(new_context(viewport={"width": 320, "height": 640}, has_touch=True).new_page(), stack)
    page, who, faults = jo.page, stack.staff("on_call"), {}

    page.goto(link)
    page.get_by_label("Login").fill(who["login"])
    types(page, "Password", who["password"], "Sign in")
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible(timeout=STEP_MS)
    secret = scanned(page)
    faults["enrol"] = faults_of(page)
    types(page, "The six digits that the app shows now", "000000", "Turn it on")
    expect(page.get_by_role("alert")).to_be_visible(timeout=STEP_MS)
    types(page, "The six digits that the app shows now", code(secret, steps=0), "Turn it on")
    expect(page.get_by_test_id("codes").locator("li")).to_have_count(8, timeout=STEP_MS)
    recovery = page.get_by_test_id("codes").locator("li").first.inner_text()
    faults["recovery-codes"] = faults_of(page)
    page.get_by_test_id("go-on").click()
    page.wait_for_url(link)
    jo.answers("calling_now", words="I am ringing you now")
    expect(client.card().root).to_contain_text("I am ringing you now", timeout=STEP_MS)

    page.get_by_role("link", name=jo.name()).click()
    expect(page.get_by_test_id("sign-in")).to_have_count(1)
    faults["sign-ins"] = faults_of(page)
    page.get_by_role("link", name="Recovery codes, new phone").click()
    faults["own-factor"] = faults_of(page)

    sign_out(page)
    page.goto(link)
    page.get_by_label("Login").fill(who["login"])
    types(page, "Password", who["password"], "Sign in")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible(timeout=STEP_MS)
    faults["second-step"] = faults_of(page)
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Sign in").first.click()
    expect(page.get_by_role("alert")).to_be_visible(timeout=STEP_MS)
    page.locator("summary").click()
    faults["second-step-refused"] = faults_of(page)
    page.get_by_label("Recovery code").fill(recovery)
    page.get_by_role("button", name="Sign in").last.click()
    page.wait_for_url(link)
    assert {name: found for name, found in faults.items() if found} == {}
