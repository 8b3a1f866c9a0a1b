"""The rhythm of a questionnaire on a client's page: off, set by the own therapist, noted, taken away."""

from __future__ import annotations

import re

import pytest

from bot.records import audit_rows, schedules
from tests import doors
from tests.portal.conftest import Door


@pytest.fixture
def client(door: Door) -> str:
    """A client of Wren's."""
    return doors.enrol(door.store, door.people.wren)


def chosen(door: Door, client_id: str) -> dict[str, str]:
    """Questionnaire -> the rhythm that the page shows as chosen."""
    page = door.browser(door.people.wren).get(f"/clients/{client_id}").text
    selects = re.findall(r'<select id="weeks-(\w+)".*?</select>', page, re.DOTALL)
    found = {}
    for name in selects:
        options = page.partition(f'<select id="weeks-{name}"')[2].partition("</select>")[0]
        found[name] = re.findall(r'value="(\d)" selected', options)[0]
    return found


def test_no_rhythm_is_set_until_the_therapist_sets_one(door: Door, client: str) -> None:
    """Both questionnaires stand there, off."""
    assert chosen(door, client) == {"gad7": "0", "phq9": "0"}


def test_rhythm_is_set_shown_noted_and_taken_away(door: Door, client: str) -> None:
    """One for each questionnaire (I8)."""
    wren = door.browser(door.people.wren)
    answer = wren.post(f"/clients/{client}/measures/phq9", {"weeks": "2"})
    assert answer.headers["location"] == f"/clients/{client}#measures"
    with door.store.read() as tx:
        assert schedules.schedules_of(tx, client) == {"phq9": 2}
        last, _ = audit_rows.head(tx)
        (row,) = audit_rows.rows_after(tx, last - 1)
    assert (row.actor, row.action, row.client_id) == (door.people.wren, "set_measure", client)
    assert row.data == {"measure": "phq9", "weeks": 2}
    assert chosen(door, client) == {"gad7": "0", "phq9": "2"}
    wren.post(f"/clients/{client}/measures/phq9", {"weeks": "0"})
    assert chosen(door, client) == {"gad7": "0", "phq9": "0"}


@pytest.mark.parametrize(
    ("measure", "weeks", "status"), [("phq9", "3", 400), ("phq9", "", 400), ("who5", "2", 404), ("../x", "2", 404)]
)
def test_what_is_no_questionnaire_or_no_rhythm_changes_nothing(
    door: Door, client: str, measure: str, weeks: str, status: int
) -> None:
    """Refused before anything is written."""
    assert (
        door.browser(door.people.wren).post(f"/clients/{client}/measures/{measure}", {"weeks": weeks}).status_code
        == status
    )
    with door.store.read() as tx:
        assert schedules.schedules_of(tx, client) == {}
