"""Every screen of both doors, reached as people reach them: for accessibility, for pictures, for looking at.

A walk yields the name of each screen when it stands there, and goes on when it is asked for the next.
"""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.journeys.people import CHECK_IN, GROUNDING, PREPARATION, STEP_MS, ClientAtDoor, StaffAtDoor
from tests.stack import Enrolled, Stack

# What a client of each language writes on the way: word, event, help, topic; a wish that is asked about; a danger.
WORDS = {
    "en": ("restless", "A long day at work", "Ten minutes of music", "The call with my brother"),
    "es": ("inquietud", "Un día largo en el trabajo", "Diez minutos de música", "La llamada con mi hermano"),
}
UNSURE = {"en": "What's the point of living", "es": "No le veo sentido a seguir"}
DANGER = {
    "en": "I wrote the letters already, I want to die tonight",
    "es": "Ya escribí las cartas, quiero morir esta noche",
}
TOPICS = {"en": ("My brother", "Sleep"), "es": ("Mi hermano", "El sueño")}


def client_screens(client: ClientAtDoor, stack: Stack, enrolled: Enrolled, *, language: str) -> Iterator[str]:
    """The client's door, from the first screen to an alert."""
    client.opens(f"{stack.client_url}/?language={language}")
    yield "start"
    client.by("begin").click()
    expect(client.page.locator("#join-problem")).not_to_be_empty()
    yield "start-without-code"
    client.by("help-now").click()
    expect(client.by("help")).to_be_visible()
    yield "help"
    client.by("ground-senses").click()
    yield "help-grounding"
    client.opens(enrolled.invite_url)
    yield "join"
    client.by("begin").click()
    expect(client.by("consent-agree")).to_be_visible(timeout=STEP_MS)
    yield "consent"
    client.by("consent-agree").click()
    expect(client.page.locator("#consent .problem")).not_to_be_empty()
    yield "consent-missing"
    client.agrees()
    client.is_offered(CHECK_IN)
    yield "menu"
    client.by("more").click()
    yield "more"
    client.page.keyboard.press("Escape")
    yield from _exercises(client, language)
    client.says(UNSURE[language])
    client.is_offered("risk_no")
    yield "question"
    client.says(DANGER[language])
    client.card().is_in_state("told")
    yield "card"
    client.by("help-now").click()
    expect(client.by("help")).to_be_visible()
    yield "help-known"
    client.by("help-back").click()


def _exercises(client: ClientAtDoor, language: str) -> Iterator[str]:
    """Each kind of question once."""
    words = WORDS[language]
    client.chooses(CHECK_IN)
    client.is_asked(1)
    yield "scale"
    client.by("continue").click()
    yield "scale-nothing-picked"
    client.rates(4)
    client.is_asked(2)
    client.by("why").last.click()
    yield "text"
    client.checks_in(4, *words, first=2)
    yield "summary"
    client.by("share").click()
    expect(client.by("unshare")).to_be_visible(timeout=STEP_MS)
    yield "summary-shared"
    client.commands("summaries")
    expect(client.page.locator("#sheet .summary")).to_be_visible(timeout=STEP_MS)
    yield "summaries"
    client.by("sheet-back").click()
    _menu(client)
    client.chooses(PREPARATION)
    client.is_asked(1)
    client.says(words[1])
    client.is_asked(2)
    yield "choice"
    client.chooses("answer:done")
    expect(client.by("list-item-1")).to_be_visible(timeout=STEP_MS)
    client.by("list-more").click()
    yield "list"
    client.lists(*TOPICS[language])
    client.is_asked(4)
    client.commands("stop")
    _menu(client)
    client.chooses(GROUNDING)
    client.is_asked(1)
    client.rates(9)
    for number in range(2, 7):
        client.is_asked(number)
        client.commands("skip")
    client.is_asked(7)
    client.rates(8)
    client.is_offered("answer:breathe")
    client.chooses("answer:breathe")
    expect(client.by("timer-start")).to_be_visible(timeout=STEP_MS)
    client.by("timer-start").click()
    yield "timer"
    client.by("timer-end").click()
    client.by("continue").click()
    client.is_asked(10)
    client.by("continue").click()
    client.is_offered(CHECK_IN)


def _menu(client: ClientAtDoor) -> None:
    """What there is to do, asked for if it is not shown."""
    if not client.by(f"option-{CHECK_IN}").is_visible():
        client.commands("menu")
    client.is_offered(CHECK_IN)


def staff_screens(colleague: StaffAtDoor, stack: Stack, enrolled: Enrolled, episode: str) -> Iterator[str]:
    """The staff's door: a client who shared something and has an open alert, seen by each role."""
    page = colleague.page
    page.goto(stack.staff_url)
    yield "sign-in"
    page.get_by_label("Login").fill("wren")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "sign-in-failed"
    colleague.signs_in("on_call", at=f"/episodes/{episode}")
    yield "episode-closed-words"
    sign_out(page)
    colleague.signs_in("therapist")
    yield "today"
    colleague.opens(f"/clients/{enrolled.id}")
    yield "client"
    colleague.opens(f"/episodes/{episode}")
    yield "episode"
    colleague.answers("calling_now", words="I am ringing you now")
    yield "episode-answered"
    colleague.opens("/clients/new")
    yield "enrol"
    colleague.opens("/practice")
    yield "practice"
    colleague.opens("/nothing-here")
    yield "not-here"
    colleague.opens("/")
    sign_out(page)
    colleague.signs_in("owner", at="/practice")
    yield "practice-owner"
    page.locator("form[action='/practice/coverage'] button").click()
    expect(page.get_by_role("status")).to_be_visible()
    yield "practice-saved"
    colleague.opens("/people")
    yield "people"
    page.locator("form[action$='/code'] button").first.click()
    expect(page.get_by_test_id("code")).to_be_visible()
    yield "code"
    colleague.opens("/welcome")
    yield "welcome"
    colleague.opens("/audit")
    yield "audit"
    colleague.opens(f"/episodes/{episode}")
    page.locator("#outcome").select_option("reached_and_safe")
    page.locator("form[action$='/close'] button").click()
    expect(page.locator("form[action$='/close']")).to_have_count(0)
    yield "episode-closed"


def sign_out(page: Page) -> None:
    """Ends the sign-in with the button in the head."""
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url("**/sign-in")


def settle(page: Page) -> None:
    """Waits until nothing fades in any more: a picture, or a measured contrast, of half a fade is wrong."""
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
