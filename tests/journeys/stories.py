"""The story of an alert, from the message to the answer that the client sees; told with and without an engine."""

from __future__ import annotations

import time
from collections.abc import Sequence

from playwright.sync_api import expect

from tests.journeys.people import STEP_MS, ClientAtDoor, StaffAtDoor, link_of, mail_arrives, words_in
from tests.stack import Enrolled, Stack

WORDS = "I wrote the goodbye letters already and I am going to kill myself tonight"
# What must stand in no notification: the client's words and name.
PRIVATE = ("goodbye", "letters", "kill", "tonight")
# A person waits for this card; tests share their machine, so the limit is wide and the figure is printed.
CARD_LIMIT_S = 3.0


def alert_is_heard(stack: Stack, ada: Enrolled, client: ClientAtDoor, colleague: StaffAtDoor) -> str:
    """Tells the whole story for a client who is in the chat; returns the id of the alert."""
    mails = len(stack.mail())

    # When the client writes that they are in danger
    message, card_s = card_time(client)
    print(f"safety card after {card_s * 1000:.0f} ms")
    assert card_s < CARD_LIMIT_S

    # Then the card is there with a way to reach a person, and soon says who is being told
    card = client.card()
    card.offers_line("988")
    client.is_sent(message)
    card.is_in_state("telling", "told")
    episode = card.episode()
    assert episode

    # And the first contact gets an e-mail that holds neither words nor name
    mail = mail_arrives(stack, after=mails)
    told = role_of(stack, mail["to"])
    assert words_in(mail, [*PRIVATE, *ada.name.split()]) == []
    card.is_in_state("told")

    # When they open its link and sign in, nothing is acknowledged by that
    link = link_of(mail, stack)
    colleague.signs_in(told, at=link)
    assert episode in colleague.page.url
    colleague.page.reload()
    expect(colleague.page.get_by_test_id("answer")).to_be_visible()
    card.is_in_state("told", "seen")

    # When they answer with a next step, the client sees it without doing anything
    colleague.answers("calling_now", words="I am ringing you from the practice")
    card.is_in_state("acknowledged")
    answer = card.root.get_by_test_id("card-people")
    expect(answer).to_contain_text(colleague.name(), timeout=STEP_MS)
    expect(answer).to_contain_text("I am ringing you from the practice")

    # And the chat is still open
    client.says("Thank you")
    return episode


def role_of(stack: Stack, addresses: Sequence[str]) -> str:
    """The role of the staff member whose mail this is; their login is the address's local part in the demo."""
    (login,) = (address.partition("@")[0] for address in addresses)
    return next(one["role"] for one in stack.run_file()["staff"] if one["login"] == login)


def card_time(client: ClientAtDoor) -> tuple[object, float]:
    """Sends the words; the message, and the seconds until the card stands there."""
    client.by("composer").fill(WORDS)
    began_s = time.monotonic()
    client.by("send").click()
    expect(client.by("safety-card").last).to_be_visible(timeout=STEP_MS)
    card_s = time.monotonic() - began_s
    return client.said().last, card_s
