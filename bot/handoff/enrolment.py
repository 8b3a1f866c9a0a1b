"""A client may be enrolled only where somebody can be told (FAULTS 25)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from bot.handoff import coverage
from bot.records import RecordsRefusal, Tx, contacts, people, signing
from bot.settings import Settings
from bot.web.tokens import new_code, token_hash

INVITE_LASTS = timedelta(days=14)

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


class Invite(NamedTuple):
    """A single-use way in: a link, and the code in it for whoever types."""

    url: str
    code: str


def invite(tx: Tx, settings: Settings, client_id: str, *, at: datetime) -> Invite:
    """A new invite for a client, valid for INVITE_LASTS. The code is in the fragment, which no server sees."""
    code = new_code()
    signing.create_invite(tx, client_id=client_id, token_hash=token_hash(code), expires_at=at + INVITE_LASTS, at=at)
    return Invite(url=f"{settings.public_url_client}/join#{code}", code=code)
