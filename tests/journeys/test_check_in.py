"""(a) From the invite to the therapist's page: a check-in, shared line by line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bot.records import audit_rows
from tests.journeys.people import CHECK_IN, STEP_MS, ClientAtDoor, StaffAtDoor
from tests.stack import Stack

pytestmark = pytest.mark.journey

WORD, EVENT, HELPED, TOPIC = "heavy", "I missed the bus", "Tea with my neighbour", "The call with my brother"


def test_a_shared_check_in_reaches_the_therapist_line_by_line(
    stack: Stack, client: ClientAtDoor, colleague: StaffAtDoor
) -> None:
    """Invite, consent, check-in, share without one line; the therapist reads the rest, and nothing before or after."""
    # Given a client who was invited, agreed, and did a check-in
    ada = stack.enrol("Ada Imaginary")
    client.comes_in(ada.invite_url)
    client.chooses(CHECK_IN)
    client.checks_in(4, WORD, EVENT, HELPED, TOPIC)
    summary = client.by("summary")
    for words in ("4", WORD, EVENT, HELPED, TOPIC):
        expect(summary).to_contain_text(words)

    # Then the therapist sees nothing of it
    colleague.signs_in("therapist", at=f"/clients/{ada.id}")
    main = colleague.page.locator("main")
    expect(main).to_contain_text("Ada Imaginary")
    for words in (WORD, EVENT, HELPED, TOPIC):
        expect(main).not_to_contain_text(words)

    # When the client takes one line out and shares
    summary.locator("li", has_text=EVENT).get_by_role("checkbox").uncheck()
    client.by("share").click()
    expect(client.by("unshare")).to_be_visible(timeout=STEP_MS)
    expect(summary).not_to_contain_text(EVENT)

    # Then the therapist reads what is left, in the client's own words, and it is on the first page too
    colleague.opens("/")
    line = colleague.page.locator("ul.clients li", has_text="Ada Imaginary")
    expect(line).to_contain_text("Shared since last time: 1")
    colleague.opens(f"/clients/{ada.id}")
    for words in (WORD, HELPED, TOPIC):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text(EVENT)
    expect(main.locator("[data-section=safety]")).to_be_visible()

    # And safety stands above everything else
    sections = main.locator("[data-section]").evaluate_all("all => all.map(one => one.dataset.section)")
    assert sections.index("safety") <= 2

    # When the client takes it back, it is gone
    client.by("unshare").click()
    expect(client.by("share")).to_be_visible(timeout=STEP_MS)
    colleague.page.reload()
    expect(main).not_to_contain_text(TOPIC)

    # And every look is in the audit trail
    with stack.records() as store, store.read() as tx:
        rows = [row for row in audit_rows.rows_after(tx, 0) if row.client_id == ada.id]
    assert [row.action for row in rows].count("read_brief") == 3


def test_nothing_is_stored_before_consent(stack: Stack, client: ClientAtDoor) -> None:
    """Joined but not agreed: no message can be sent, and help is in reach all the same."""
    client.joins(stack.enrol("Balthasar Nobody").invite_url)
    client.by("consent-agree").click()
    expect(client.page.get_by_role("alert").first).not_to_be_empty()
    expect(client.by("log")).not_to_be_visible()
    status = client.page.evaluate(
        """async () => (await fetch("/api/messages", {
            method: "POST", headers: {"Content-Type": "application/json", "X-Interlude": "1"},
            body: JSON.stringify({id: "0".repeat(32), text: "x"})})).status"""
    )
    assert status == 403
    client.by("help-now").click()
    expect(client.by("help").locator("a[href='tel:988']").first).to_be_visible()
    client.by("help-back").click()
    expect(client.by("consent-agree")).to_be_visible()


def test_an_invite_works_once(stack: Stack, client: ClientAtDoor) -> None:
    """The second device with the same link is refused in plain words; opening the link alone uses nothing up."""
    invite_url = stack.enrol("Cosima Fabled").invite_url
    client.opens(invite_url)
    client.joins(invite_url)
    assert "#" not in client.page.url
    client.page.context.clear_cookies()
    client.page.goto("about:blank")
    client.opens(invite_url)
    client.by("begin").click()
    expect(client.page.locator("#join-problem")).not_to_be_empty()


def test_help_works_without_a_line(stack: Stack, client: ClientAtDoor) -> None:
    """The page was open once; without a connection help, its lines and grounding are still there."""
    client.opens(stack.client_url)
    client.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    client.page.context.set_offline(True)
    client.page.reload()
    client.by("help-now").click()
    expect(client.by("help").locator("a[href='tel:988']").first).to_be_visible()
    client.by("ground-senses").click()
    client.by("ground-next").click()
    client.page.context.set_offline(False)


def test_a_spanish_client_is_spoken_to_in_spanish(stack: Stack, client: ClientAtDoor) -> None:
    """Every word of a check-in, and of the summary, in the client's language."""
    client.comes_in(stack.enrol("Leocadia Ficticia", language="es").invite_url)
    assert client.page.locator("html").get_attribute("lang") == "es"
    client.chooses(CHECK_IN)
    client.checks_in(6, "cansancio", "Nada especial", "Un paseo", "La llamada")
    english = re.compile(r"\b(the|you|your|what|and)\b", re.IGNORECASE)
    for text in client.heard().all_inner_texts():
        assert not english.search(text), text
