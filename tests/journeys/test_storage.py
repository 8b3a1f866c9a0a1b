"""(f) The store fails while somebody is in danger: the card comes all the same, and it does not lie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.faults import locked_records, no_room, small_disk
from tests.journeys.people import STEP_MS, ClientAtDoor, mail_arrives
from tests.stack import Stack

CRISIS = "I have the pills here and I am going to take them tonight"

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, bool]]:
    """A running practice on a small disk of its own, and whether that is a real one."""
    folder = tmp_path_factory.mktemp("disk")
    with small_disk(folder) as mounted:
        running = Stack(folder)
        try:
            yield running.start(engine=False), mounted
        finally:
            running.stop()


@pytest.fixture(scope="module")
def stack(disk: tuple[Stack, bool]) -> Stack:
    """The practice of this module; nothing here needs the engine."""
    return disk[0]


@pytest.fixture
def talking(stack: Stack, client: ClientAtDoor) -> ClientAtDoor:
    """A client who came in and has written something that is stored."""
    client.joins(stack.enrol("Sasha Unreal").invite_url)
    client.agrees()
    client.says("Good evening")
    return client


def card_tells_the_truth(client: ClientAtDoor, stack: Stack, mails: int) -> None:
    """The card is there with its lines; it says that nobody could be told; nothing is called stored; nobody was."""
    message = client.writes(CRISIS)
    card = client.card()
    card.offers_line("988")
    card.is_in_state("not_stored")
    expect(message.get_by_test_id("state")).to_have_attribute("data-state", "not_stored", timeout=STEP_MS)
    assert card.episode() == ""
    assert card.people() == ""
    assert len(stack.mail()) == mails


def card_is_corrected(client: ClientAtDoor, stack: Stack, mails: int) -> None:
    """The message is tried again by itself: it is stored once, somebody is told, and the card says so."""
    client.is_sent(client.said().last)
    card = client.card()
    card.is_in_state("telling", "told")
    assert card.episode()
    mail_arrives(stack, after=mails)
    assert [text for text in client.said_texts() if CRISIS in text] == [CRISIS]
    client.page.reload()
    expect(client.said().last).to_contain_text(CRISIS)
    assert [text for text in client.said_texts() if CRISIS in text] == [CRISIS]


@pytest.mark.fault(16)
def test_card_tells_the_truth_when_the_records_are_locked(stack: Stack, talking: ClientAtDoor) -> None:
    """Another program holds the records: a bounded wait, no acknowledgement, then everything catches up."""
    mails = len(stack.mail())
    with locked_records(stack):
        card_tells_the_truth(talking, stack, mails)
    card_is_corrected(talking, stack, mails)


@pytest.mark.fault(13)
def test_card_tells_the_truth_when_the_disk_is_full(disk: tuple[Stack, bool], talking: ClientAtDoor) -> None:
    """Not a byte can be written: the same truth; with room again everything catches up."""
    stack, mounted = disk
    mails = len(stack.mail())
    with no_room(stack, mounted=mounted):
        card_tells_the_truth(talking, stack, mails)
    card_is_corrected(talking, stack, mails)


def test_ordinary_message_is_not_called_sent_when_the_records_are_locked(talking: ClientAtDoor, stack: Stack) -> None:
    """No danger, no card; but nothing says "sent" before it is true."""
    with locked_records(stack):
        message = talking.writes("The soup was good")
        expect(message.get_by_test_id("state")).to_have_attribute("data-state", "not_stored", timeout=STEP_MS)
        expect(talking.by("safety-card")).to_have_count(0)
    talking.is_sent(message)
