"""(c) The same alert while engine and action server are dead, and while they hang."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.people import ClientAtDoor, StaffAtDoor
from tests.journeys.stories import alert_is_heard
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running practice that nobody waits for the engine of."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    try:
        running.start(engine=False)
        wait_until(
            lambda: {"engine", "actions"} <= set(running.run_file()["parts"]), timeout_s=30, what="all parts run"
        )
        yield running
    finally:
        running.stop()


@pytest.mark.fault(5)
def test_a_person_answers_when_engine_and_action_server_hang(
    stack: Stack, client: ClientAtDoor, colleague: StaffAtDoor
) -> None:
    """Alive and answering nothing: the worst kind of dead."""
    iris = stack.enrol("Iris Makebelieve")
    client.joins(iris.invite_url)
    client.agrees()
    with stack.frozen("engine", "actions"):
        alert_is_heard(stack, iris, client, colleague)


@pytest.mark.fault(7)
def test_a_person_answers_when_engine_and_action_server_are_dead(
    stack: Stack, client: ClientAtDoor, colleague: StaffAtDoor
) -> None:
    """kill -9 of both, and neither comes back; the client also reads one honest line about ordinary answers."""
    bo = stack.enrol("Bo Hypothetical")
    client.joins(bo.invite_url)
    client.agrees()
    stack.kill_for_good("engine", "actions")
    alert_is_heard(stack, bo, client, colleague)
    assert stack.health("gateway")["status"] == "degraded"
    client.page.wait_for_selector("[data-text-id='gateway.engine_silent']")
