"""A client may be enrolled only where somebody can be told (FAULTS 25)."""

from __future__ import annotations

from typing import Any, Literal

from bot.handoff import coverage
from bot.records import RecordsRefusal, Tx, contacts, people
from bot.settings import Settings

type Problem = Literal["no_contact", "no_channel", "no_hours"]


class CannotEnrol(RecordsRefusal):
    """Nobody could be told about this client; `problems` says what is missing, for the portal to show."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"no client can be enrolled: {', '.join(problems)}; set contacts and hours first")
        self.problems = problems


def problems(tx: Tx, settings: Settings) -> tuple[Problem, ...]:
    """What keeps an alert from reaching a person here; empty when nothing does.

    "no_contact": nobody is a contact. "no_channel": no contact has a channel that this deployment can use. "no_hours":
    no hours were declared and no contact answers outside them.
    """
    found: list[Problem] = []
    people_told = contacts.contacts(tx)
    if not people_told:
        found.append("no_contact")
    elif not any(usable(channel.kind, settings) for contact in people_told for channel in contact.channels):
        found.append("no_channel")
    declared = contacts.coverage(tx)
    outside = {contact.id for contact in people_told if contact.channels}
    if not declared.hours and (declared.outside == coverage.NOBODY or declared.outside not in outside):
        found.append("no_hours")
    return tuple(found)


def usable(kind: str, settings: Settings) -> bool:
    """Whether this deployment can send through a kind of channel."""
    return {"email": bool(settings.smtp_host), "webhook": True, "sms": bool(settings.sms_gateway_url)}.get(kind, False)


def enrol(tx: Tx, *, settings: Settings, **fields: Any) -> str:
    """Enrols a client as `bot.records.people.create_client` does; the client's id. Raises CannotEnrol."""
    found = problems(tx, settings)
    if found:
        raise CannotEnrol(found)
    return people.create_client(tx, **fields)
