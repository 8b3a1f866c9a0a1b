"""A questionnaire in the browser: offered by the therapist's rhythm, question 9 marked, asked about, shared, read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.people import STEP_MS, ClientAtDoor, StaffAtDoor
from tests.stack import Stack

pytestmark = pytest.mark.journey

PHQ9 = "start:phq9"
SEVERAL_DAYS = "answer:several_days"


def test_a_questionnaire_goes_from_the_therapist_s_rhythm_to_the_brief(
    stack: Stack, client: ClientAtDoor, colleague: StaffAtDoor
) -> None:
    """Every step that a client and a therapist see, with the real engine behind it."""
    # Given a therapist who set a rhythm
    ada = stack.enrol("Ada Imaginary")
    colleague.signs_in("therapist", at=f"/clients/{ada.id}")
    colleague.page.locator("#weeks-phq9").select_option("2")
    colleague.page.get_by_role("button", name="Save: PHQ-9").click()
    expect(colleague.page.locator("#weeks-phq9")).to_have_value("2")

    # When the client comes in, it is offered, and says before what question 9 leads to
    client.comes_in(ada.invite_url)
    client.chooses(PHQ9)
    expect(client.by("continue")).to_be_visible(timeout=STEP_MS)
    expect(client.heard().last).to_contain_text("If you mark question 9, I ask one more question")
    client.by("continue").click()
    for number in range(1, 9):
        client.is_asked(number)
        client.chooses(SEVERAL_DAYS)

    # And marks question 9, then one direct question stands there, with what follows from it
    client.is_asked(9)
    expect(client.heard().last).to_contain_text("Thoughts that you would be better off dead")
    client.chooses(SEVERAL_DAYS)
    client.is_offered("risk_no")
    expect(client.heard().last).to_contain_text("are you thinking about killing yourself?")
    expect(client.heard().last).to_contain_text("nothing is sent")
    client.chooses("risk_no")

    # And the walk goes on to its sum, as arithmetic
    client.by("continue").click()
    summary = client.by("summary")
    expect(summary).to_be_visible(timeout=STEP_MS)
    expect(summary).to_contain_text("9 of 27, “mild” (5 to 9); 9 of 9 answered")
    assert "measure.total" in client.heard_ids()

    # When it is shared, the therapist reads it as change, and that a direct question was asked
    client.by("share").click()
    expect(client.by("unshare")).to_be_visible(timeout=STEP_MS)
    colleague.page.reload()
    expect(colleague.page.locator("[data-section=change]")).to_contain_text("PHQ-9: 9 of 27")
    expect(colleague.page.locator("[data-section=safety]")).to_contain_text(
        "Direct questions about danger: 1; answers: no"
    )
