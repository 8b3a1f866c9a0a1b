"""(b) Somebody writes that they are in danger: a person hears of it, answers, and the client sees who."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.records import episodes
from tests.journeys.people import CHECK_IN, ClientAtDoor, StaffAtDoor
from tests.journeys.stories import WORDS, alert_is_heard
from tests.stack import Stack

pytestmark = pytest.mark.journey


def test_a_person_answers_when_a_client_is_in_danger_in_the_middle_of_a_check_in(
    stack: Stack, client: ClientAtDoor, colleague: StaffAtDoor
) -> None:
    """The whole path, while the engine is asking about something else."""
    # Given a client in the middle of a check-in
    ada = stack.enrol("Ottilie Invented")
    client.comes_in(ada.invite_url)
    client.chooses(CHECK_IN)
    client.is_asked(1)

    episode_id = alert_is_heard(stack, ada, client, colleague)

    # And one alert stands in the records, answered by that person
    with stack.records() as store, store.read() as tx:
        episode = episodes.episode(tx, episode_id)
        assert (episode.state, episode.next_step) == ("acknowledged", "calling_now")
        assert episode.client_id == ada.id


def test_alert_stays_one_when_more_is_written_and_the_page_is_loaded_again(stack: Stack, client: ClientAtDoor) -> None:
    """A second message of the same kind joins the alert; after a reload the card says the same."""
    client.comes_in(stack.enrol("Quentin Fictive").invite_url)
    client.says(WORDS)
    card = client.card()
    card.is_in_state("telling", "told")
    episode = card.episode()
    client.says("I mean it, I want to die")
    assert client.card().episode() == episode
    client.page.reload()
    card = client.card()
    card.is_in_state("telling", "told")
    assert card.episode() == episode
    expect(client.by("safety-card")).to_have_count(1)


def test_words_open_to_the_person_on_call_only_with_a_reason(
    stack: Stack, client: ClientAtDoor, colleague: StaffAtDoor
) -> None:
    """Break-glass: no name and no word before a reason is given; with one, both, and the evidence."""
    client.comes_in(stack.enrol("Perpetua Nonesuch").invite_url)
    client.says(WORDS)
    card = client.card()
    card.is_in_state("telling", "told")
    colleague.signs_in("on_call", at=f"/episodes/{card.episode()}")
    expect(colleague.page.locator("main")).not_to_contain_text("Perpetua")
    expect(colleague.page.locator("main")).not_to_contain_text("goodbye")
    colleague.page.get_by_label("Reason").fill("I answer this alert and need to call")
    colleague.page.locator("form[action$='/open'] button").click()
    expect(colleague.page.get_by_test_id("words")).to_contain_text(WORDS)
    expect(colleague.page.locator("main")).to_contain_text("Perpetua Nonesuch")
    expect(colleague.page.locator("main mark").first).to_be_visible()
