"""What people do at the two doors, in their words: a client with a browser, a colleague with another.

Every step waits for what it causes, so that a test reads as a story and never sleeps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack, wait_until

# Of one step of a page. The first answer of an engine that has just loaded takes seconds on a busy machine.
STEP_MS = 30_000
REQUIRED = ("keep_entries", "crisis_events")
CHECK_IN, PREPARATION, GROUNDING = "start:daily_check_in", "start:session_preparation", "start:grounding_54321"


class ClientAtDoor:
    """A client at the widget: the gateway's own page, or the frame on a practice's site."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(STEP_MS)

    # --- coming in ----------------------------------------------------------------------------------------------------

    def opens(self, url: str) -> None:
        """Opens an address and waits for the first screen."""
        self.page.goto(url)
        expect(self.by("begin")).to_be_visible(timeout=STEP_MS)

    def joins(self, invite_url: str) -> None:
        """Opens the invite's link and goes in with it."""
        self.opens(invite_url)
        self.by("begin").click()
        expect(self.by("consent-agree")).to_be_visible(timeout=STEP_MS)

    def agrees(self, *, shares: bool = True) -> None:
        """Ticks what is needed, and sharing if wanted; the chat opens."""
        for purpose in (*REQUIRED, *(["share_summaries"] if shares else [])):
            self.by(f"consent-{purpose}").check()
        self.by("consent-agree").click()
        expect(self.by("log")).to_be_visible(timeout=STEP_MS)

    def comes_in(self, invite_url: str, *, shares: bool = True) -> None:
        """Joins, agrees, and is offered what there is to do."""
        self.joins(invite_url)
        self.agrees(shares=shares)
        self.is_offered(CHECK_IN)

    # --- saying -------------------------------------------------------------------------------------------------------

    def writes(self, text: str) -> Locator:
        """Writes and sends; returns the message as it stands in the log."""
        # What was said before is on the page first: the greeting is the oldest of it.
        expect(self.by("message-bot").first).to_be_attached(timeout=STEP_MS)
        count = self.said().count()
        self.by("composer").fill(text)
        self.by("send").click()
        expect(self.said()).to_have_count(count + 1)
        return self.said().last

    def says(self, text: str) -> Locator:
        """Writes, sends, and sees that it is stored."""
        message = self.writes(text)
        self.is_sent(message)
        return message

    def chooses(self, option: str) -> None:
        """Presses a button of the question of the moment."""
        self.by(f"option-{option}").click()

    def rates(self, value: int) -> None:
        """Answers a scale."""
        self.by(f"scale-{value}").check()
        self.by("continue").click()

    def checks_in(self, mood: int, *words: str, first: int = 1, timeout_ms: float = STEP_MS) -> None:
        """A check-in from its question `first` on: mood, then a word, what happened, what helped, what to bring."""
        if first == 1:
            self.is_asked(1, timeout_ms=timeout_ms)
            self.rates(mood)
            first = 2
        for number, answer in enumerate(words, start=first):
            self.is_asked(number, timeout_ms=timeout_ms)
            self.says(answer)
        # The last step asks nothing: a moment in the here and now.
        self.by("continue").click()
        expect(self.by("summary")).to_be_visible(timeout=timeout_ms)

    def lists(self, *items: str) -> None:
        """Answers a list."""
        for number, item in enumerate(items, start=1):
            if number > 1 and self.by(f"list-item-{number}").count() == 0:
                self.by("list-more").click()
            self.by(f"list-item-{number}").fill(item)
        self.by("continue").click()

    def commands(self, name: str) -> None:
        """Presses skip or stop, or finds the command behind the three dots."""
        if not self.by(name).is_visible():
            self.by("more").click()
        self.by(name).click()

    # --- seeing -------------------------------------------------------------------------------------------------------

    def by(self, test_id: str) -> Locator:
        """What has this test id."""
        return self.page.get_by_test_id(test_id)

    def said(self) -> Locator:
        """The client's own messages."""
        return self.by("message-client")

    def heard(self) -> Locator:
        """The program's messages."""
        return self.by("message-bot")

    def heard_ids(self) -> list[str]:
        """The text ids of the program's messages, in order."""
        return [str(one) for one in self.heard().evaluate_all("all => all.map(one => one.dataset.textId || '')")]

    def said_texts(self) -> list[str]:
        """The client's messages in order, as shown."""
        return self.said().locator(".bubble").all_inner_texts()

    def is_sent(self, message: Locator) -> None:
        """The message says that it is stored."""
        expect(message.locator("[data-testid=state][data-state=sent]")).to_be_visible(timeout=STEP_MS)

    def is_offered(self, option: str) -> None:
        """A button can be pressed now."""
        expect(self.by(f"option-{option}")).to_be_visible(timeout=STEP_MS)

    def is_asked(self, number: int, *, timeout_ms: float = STEP_MS) -> None:
        """The question of the moment is the exercise's n-th."""
        expect(self.page.locator(f"#answer .progress[data-number='{number}']")).to_be_visible(timeout=timeout_ms)

    def card(self) -> SafetyCard:
        """The newest safety card, once it is there."""
        card = self.by("safety-card").last
        expect(card).to_be_visible(timeout=STEP_MS)
        return SafetyCard(card)


class SafetyCard:
    """What the card says and who answered."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    def is_in_state(self, *states: str) -> None:
        """The card has one of these states."""
        expect(self.root).to_have_attribute("data-state", re.compile(f"^({'|'.join(states)})$"), timeout=STEP_MS)

    def episode(self) -> str:
        """The id of the alert that it belongs to; empty while there is none."""
        return self.root.get_attribute("data-episode") or ""

    def people(self) -> str:
        """Who was told and what they answered."""
        return self.root.get_by_test_id("card-people").inner_text()

    def offers_line(self, number: str) -> None:
        """A line can be called with one press."""
        expect(self.root.locator(f"a[href='tel:{number}']").first).to_be_visible()


class StaffAtDoor:
    """A colleague at the portal."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self._stack = stack
        page.set_default_timeout(STEP_MS)

    def signs_in(self, role: str, *, at: str = "/") -> None:
        """Opens a page of the portal, is asked to sign in, does, and is where they wanted to be."""
        url = at if at.startswith("http") else self._stack.staff_url + at
        who = self._stack.staff(role)
        self.page.goto(url)
        self.page.get_by_label("Login").fill(who["login"])
        self.page.get_by_label("Password").fill(who["password"])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(url)

    def name(self) -> str:
        """Who is signed in, as the head of the page says."""
        return self.page.locator("header form .soft").inner_text()

    def opens(self, path: str) -> None:
        """Opens a page of the portal."""
        self.page.goto(self._stack.staff_url + path)

    def answers(self, step: str = "calling_now", *, words: str = "") -> None:
        """Acknowledges the alert on the page with a next step."""
        form = self.page.get_by_test_id("answer")
        form.locator(f"input[value={step}]").check()
        form.locator("input[name=words]").fill(words)
        form.get_by_role("button").click()
        expect(self.page.locator("ol.history li").last).to_contain_text(words or self.name(), timeout=STEP_MS)


def mail_arrives(stack: Stack, *, after: int = 0, timeout_s: float = 60.0) -> dict[str, Any]:
    """The newest e-mail of the demo mailbox, once there are more than `after`."""
    messages = wait_until(
        lambda: (found := stack.mail()) and len(found) > after and found, timeout_s=timeout_s, what="an e-mail arrives"
    )
    newest: dict[str, Any] = messages[-1]
    return newest


def link_of(mail: dict[str, Any], stack: Stack) -> str:
    """The address of the portal in an e-mail."""
    found = re.search(re.escape(stack.staff_url) + r"/\S+", mail["text"])
    assert found, f"no link to the portal in the e-mail {mail['subject']!r}"
    return found[0]


def words_in(content: object, words: Sequence[str]) -> list[str]:
    """Which of these words stand anywhere in something that was sent or stored."""
    return [word for word in words if re.search(rf"\b{re.escape(word)}\b", str(content), re.IGNORECASE)]
