"""Nobody is enrolled where nobody could be told (FAULTS 25)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.handoff import enrolment
from bot.records import Store, contacts, people
from bot.settings import Settings
from tests.handoff.house import ALWAYS, AT, House

SETTINGS = Settings()


def _fields(therapist_id: str) -> dict[str, Any]:
    return {
        "name": "Kim Demo", "pronouns": None, "language": "en", "address": "tu", "country": "US",
        "therapist_id": therapist_id, "phone": None, "at": AT,
    }  # fmt: skip


def _staff(store: Store) -> str:
    with store.write() as tx:
        return people.create_staff(
            tx, login="wren", display_name="Dr. Wren Fable", password_hash="-", roles=["therapist"],
            email="wren@example.org", language="en", at=AT,
        )  # fmt: skip


@pytest.mark.fault(25)
def test_a_practice_without_contacts_enrols_nobody(store: Store) -> None:
    """The refusal names everything that is missing, and no client is there afterwards."""
    therapist = _staff(store)
    with pytest.raises(enrolment.CannotEnrol) as refused, store.write() as tx:
        enrolment.enrol(tx, settings=SETTINGS, **_fields(therapist))
    assert str(refused.value) == ("no client can be enrolled: no_contact, no_hours; set contacts and hours first")
    with store.read() as tx:
        assert people.clients_of(tx, therapist) == []


@pytest.mark.fault(25)
@pytest.mark.parametrize("kind", [None, "sms", "apprise"])
def test_a_contact_that_cannot_be_reached_from_here_does_not_count(store: Store, kind: str | None) -> None:
    """No channel, or only one that this deployment has not set up."""
    therapist = _staff(store)
    with store.write() as tx:
        contacts.set_coverage(tx, hours=ALWAYS)
        contact_id = contacts.add_contact(tx, person_id=therapist, position=0, at=AT)
        if kind:
            contacts.add_channel(tx, contact_id=contact_id, kind=kind, address="+12025550100", position=0)
        assert enrolment.problems(tx, SETTINGS) == ("no_channel",)


@pytest.mark.fault(25)
def test_hours_or_a_contact_outside_them_are_needed(house: House) -> None:
    """Without either nobody ever looks; an on-call contact for all hours is enough."""
    house.hours(())
    with house.write() as tx:
        assert enrolment.problems(tx, SETTINGS) == ("no_hours",)
        contacts.set_coverage(tx, outside=house.contacts[1])
        assert enrolment.problems(tx, SETTINGS) == ()
        contacts.set_coverage(tx, outside="nobody-we-know")
        assert enrolment.problems(tx, SETTINGS) == ("no_hours",)


def test_a_reachable_practice_enrols(house: House, tmp_path: Path) -> None:
    """The client is there."""
    with house.write() as tx:
        client_id = enrolment.enrol(tx, settings=SETTINGS, **_fields(house.staff[0]))
        assert people.client(tx, client_id).name == "Kim Demo"


def test_which_channels_can_be_used_follows_the_settings() -> None:
    """SMS needs the operator's gateway; nothing is promised for a kind that is not there."""
    with_gateway = Settings(sms_gateway_url="https://sms.example/send")
    assert [enrolment.usable(kind, with_gateway) for kind in ("email", "webhook", "sms", "apprise")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert not enrolment.usable("sms", SETTINGS)
