"""(d) The line breaks and the engine dies in the middle of a reflection: nothing is lost, nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, expect

from bot.records import conversations, reflections
from tests.journeys.line import Line
from tests.journeys.people import CHECK_IN, STEP_MS, ClientAtDoor
from tests.stack import Enrolled, Stack, free_ports, wait_until

pytestmark = pytest.mark.journey

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ANSWERS = ("uneasy", "The meeting went on and on", "A walk by the canal", "How I say no at work")
# An engine that was killed takes its time to come back on a shared machine.
BACK_MS = 120_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Line]]:
    """A running practice, and the line through which its clients reach it."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    (port,) = free_ports(1)
    stack.values["PUBLIC_URL_CLIENT"] = f"http://localhost:{port}"
    stack.write_env()
    with Line(port=port, target_port=int(stack.values["GATEWAY_PORT"])) as line:
        try:
            yield stack.start(), line
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def stack(running: tuple[Stack, Line]) -> Stack:
    """The practice of this module."""
    return running[0]


@pytest.fixture
def line(running: tuple[Stack, Line]) -> Iterator[Line]:
    """The clients' line; whole again after each test."""
    yield running[1]
    running[1].mend()


@pytest.fixture
def enrolled(stack: Stack) -> Enrolled:
    """A client of the practice."""
    return stack.enrol("Nora Unlikely")


@pytest.fixture
def checking_in(enrolled: Enrolled, client: ClientAtDoor) -> ClientAtDoor:
    """A client in the middle of a check-in: the mood is answered, one word is asked."""
    client.comes_in(enrolled.invite_url)
    client.chooses(CHECK_IN)
    client.is_asked(1)
    client.rates(5)
    client.is_asked(2)
    return client


def everything_is_there_once(stack: Stack, enrolled: Enrolled, client: ClientAtDoor) -> None:
    """Records and page agree: each answer once and in order, each question once, one finished reflection."""
    with stack.records() as store, store.read() as tx:
        conversation = conversations.conversation_of(tx, enrolled.id, at=datetime.now(UTC))
        stored = conversations.last_messages(tx, conversation.id, limit=200)
        mine = [message.text for message in stored if message.role == "client"]
        asked = [message.text for message in stored if message.role == "bot" and message.kind == "prompt"]
        finished = reflections.reflections_of(tx, enrolled.id, LONG_AGO)
    assert [text for text in mine if text in ANSWERS] == list(ANSWERS)
    assert len(asked) == len(set(asked))
    assert [one.state for one in finished] == ["finished"]
    assert [text.strip() for text in client.said_texts() if text.strip() in ANSWERS] == list(ANSWERS)
    client.page.reload()
    expect(client.by("summary")).to_have_count(1)
    assert [text.strip() for text in client.said_texts() if text.strip() in ANSWERS] == list(ANSWERS)


@pytest.mark.fault(28)
def test_answer_arrives_once_when_the_line_was_cut_while_it_was_sent(
    stack: Stack, line: Line, enrolled: Enrolled, checking_in: ClientAtDoor
) -> None:
    """Written without a line: kept, called unsent with help beside it, sent when the line is back; then it goes on."""
    line.cut()
    message = checking_in.writes(ANSWERS[0])
    expect(message.locator("[data-state=waiting], [data-state=offline]")).to_be_visible(timeout=STEP_MS)
    expect(checking_in.by("offline-card")).to_be_visible()
    line.mend()
    checking_in.is_sent(message)
    expect(checking_in.by("offline-card")).to_have_count(0)
    checking_in.checks_in(5, *ANSWERS[1:], first=3)
    everything_is_there_once(stack, enrolled, checking_in)


@pytest.mark.fault(3)
def test_answer_is_there_once_when_its_acknowledgement_was_lost(
    stack: Stack, line: Line, enrolled: Enrolled, checking_in: ClientAtDoor
) -> None:
    """The message arrives and is stored, the answer to it does not come back: sent again, it is known by its id."""
    with line.losing_answers():
        message = checking_in.writes(ANSWERS[0])
        stored_once(stack, enrolled, ANSWERS[0])
        expect(message.locator("[data-state=sent]")).to_have_count(0)
    checking_in.is_sent(message)
    checking_in.checks_in(5, *ANSWERS[1:], first=3)
    everything_is_there_once(stack, enrolled, checking_in)


@pytest.mark.fault(5)
def test_reflection_goes_on_when_the_engine_was_killed_in_the_middle(
    stack: Stack, enrolled: Enrolled, checking_in: ClientAtDoor
) -> None:
    """kill -9, then an answer: it is kept, an honest line stands there, and the next question comes by itself."""
    stack.kill("engine")
    checking_in.says(ANSWERS[0])
    checking_in.page.wait_for_selector("[data-text-id='gateway.engine_silent']", timeout=STEP_MS)
    checking_in.checks_in(5, *ANSWERS[1:], first=3, timeout_ms=BACK_MS)
    everything_is_there_once(stack, enrolled, checking_in)


@pytest.mark.fault(2)
def test_reflection_goes_on_when_the_gateway_was_killed_in_the_middle(
    stack: Stack, enrolled: Enrolled, checking_in: ClientAtDoor
) -> None:
    """kill -9 of the door itself: what is written meanwhile waits on the device."""
    stack.kill("gateway")
    message = checking_in.writes(ANSWERS[0])
    checking_in.is_sent(message)
    checking_in.checks_in(5, *ANSWERS[1:], first=3)
    everything_is_there_once(stack, enrolled, checking_in)


def test_reflection_goes_on_at_the_same_question_when_the_page_is_opened_again(
    stack: Stack, line: Line, enrolled: Enrolled, checking_in: ClientAtDoor
) -> None:
    """Closed with an unsent answer on the device: opened again, it is sent from there and the reflection goes on."""
    line.cut()
    message = checking_in.writes(ANSWERS[0])
    expect(message.locator("[data-state=waiting], [data-state=offline]")).to_be_visible(timeout=STEP_MS)
    context = checking_in.page.context
    checking_in.page.close()
    line.mend()
    again = ClientAtDoor(context.new_page())
    again.page.goto(stack.client_url)
    again.checks_in(5, *ANSWERS[1:], first=3)
    everything_is_there_once(stack, enrolled, again)


@pytest.mark.fault(29)
def test_two_tabs_show_the_same_when_both_write(
    stack: Stack, line: Line, enrolled: Enrolled, checking_in: ClientAtDoor, new_context: Callable[..., BrowserContext]
) -> None:
    """Two tabs of one client, the line cut under both: each ends up with every message once, in one order."""
    other = ClientAtDoor(checking_in.page.context.new_page())
    other.page.goto(stack.client_url)
    other.is_asked(2)
    line.cut()
    line.mend()
    checking_in.says(ANSWERS[0])
    other.is_asked(3)
    other.says(ANSWERS[1])
    checking_in.checks_in(5, *ANSWERS[2:], first=4)
    expect(other.by("summary")).to_be_visible(timeout=STEP_MS)
    assert other.said_texts() == checking_in.said_texts()
    everything_is_there_once(stack, enrolled, checking_in)


@pytest.mark.fault(24)
def test_card_says_that_it_may_be_old_when_the_line_is_lost(stack: Stack, line: Line, client: ClientAtDoor) -> None:
    """During an alert a silent line looks like a quiet one: the card says since when it heard nothing."""
    client.joins(stack.enrol("Wilhelmina Void").invite_url)
    client.agrees()
    client.says("I am going to kill myself tonight")
    client.card().is_in_state("telling", "told")
    line.cut()
    expect(client.by("card-line-lost")).to_be_visible(timeout=2 * STEP_MS)
    line.mend()
    expect(client.by("card-line-lost")).to_be_hidden(timeout=2 * STEP_MS)


def stored_once(stack: Stack, enrolled: Enrolled, text: str) -> None:
    """The records hold this message of the client."""

    def look() -> bool:
        with stack.records() as store, store.read() as tx:
            conversation = conversations.conversation_of(tx, enrolled.id, at=datetime.now(UTC))
            return [one.text for one in conversations.last_messages(tx, conversation.id, limit=50)].count(text) == 1

    wait_until(look, timeout_s=20, what="the message is stored")
