"""Changes to who is told: contacts, channels, reply times, and the drills that show that it works.

The owner changes; what was changed is audited. A new channel gets a test message at once, because an address that was
mistyped is found out then or in a crisis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body
from litestar.response import Redirect

from bot.handoff import drills
from bot.portal.contexts import DrillPage
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import NotFound, Tx, contacts, people, practice

ADDRESS_MAX = 2_000
# A reply time longer than a day would be no hand-off.
MINUTES_MAX = 1_440
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]{2,}")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class ContactForm(msgspec.Struct):
    """A colleague who is told of alerts from now on."""

    person_id: Annotated[str, msgspec.Meta(max_length=32)]


class ChannelForm(msgspec.Struct):
    """A way to reach a contact. Apprise addresses hold passwords and come from the operator alone."""

    kind: Literal["email", "sms", "webhook"]
    address: Annotated[str, msgspec.Meta(max_length=ADDRESS_MAX)]


class RulesForm(msgspec.Struct):
    """Minutes to an answer by severity, and who answers outside the hours (a contact's id, or "nobody")."""

    minutes_1: str
    minutes_2: str
    minutes_3: str
    outside: Annotated[str, msgspec.Meta(max_length=32)]


@post("/practice/contacts", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def add_contact(request: Request[Any, Any, Any], who: SignedIn, data: Annotated[ContactForm, Form]) -> Redirect:
    """Makes a colleague a contact, last in order and without a channel yet."""
    at = datetime.now(UTC)

    def add(tx: Tx) -> str:
        if people.staff(tx, data.person_id).status != "active":
            raise NotFound("the account is closed")
        if any(contact.person_id == data.person_id for contact in contacts.contacts(tx)):
            return "person"
        contact_id = contacts.add_contact(tx, person_id=data.person_id, position=contacts.next_position(tx), at=at)
        _note(tx, who, "add_contact", contact_id, at)
        return ""

    return await _changed(request, add)


@post("/practice/contacts/{contact_id:str}/first", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def put_first(request: Request[Any, Any, Any], who: SignedIn, contact_id: str) -> Redirect:
    """Moves a contact to the head of the order. A client's own therapist is told before it, if a contact."""
    at = datetime.now(UTC)

    def move(tx: Tx) -> str:
        contacts.put_first(tx, contact_id)
        _note(tx, who, "order_contacts", contact_id, at)
        return ""

    return await _changed(request, move)


@post("/practice/contacts/{contact_id:str}/channels", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def add_channel(
    request: Request[Any, Any, Any], who: SignedIn, contact_id: str, data: Annotated[ChannelForm, Form]
) -> Redirect:
    """Adds a channel and sends a test message through all of the contact's channels."""
    at = datetime.now(UTC)
    address = data.address.strip()
    if not fits(data.kind, address, private=portal_of(request).settings.webhook_private_hosts):
        return _back("address")

    def add(tx: Tx) -> str:
        if all(contact.id != contact_id for contact in contacts.contacts(tx)):
            raise NotFound(f"no contact {contact_id}")
        contacts.add_channel(
            tx,
            contact_id=contact_id,
            kind=data.kind,
            address=address,
            position=contacts.next_position(tx, contact_id),
        )
        drills.send_test(tx, contact_id, at)
        _note(tx, who, "add_channel", contact_id, at, {"kind": data.kind})
        return ""

    return await _changed(request, add)


@post("/practice/channels/{channel_id:str}/remove", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def remove_channel(request: Request[Any, Any, Any], who: SignedIn, channel_id: str) -> Redirect:
    """Takes a channel out of use. What was sent through it stays in the history."""
    at = datetime.now(UTC)

    def remove(tx: Tx) -> str:
        contacts.remove_channel(tx, channel_id, at=at)
        _note(tx, who, "remove_channel", channel_id, at)
        return ""

    return await _changed(request, remove)


@post("/practice/rules", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def save_rules(request: Request[Any, Any, Any], who: SignedIn, data: Annotated[RulesForm, Form]) -> Redirect:
    """Reply times, and who answers outside the hours."""
    at = datetime.now(UTC)
    typed = {1: data.minutes_1, 2: data.minutes_2, 3: data.minutes_3}
    if not all(text.isdecimal() and 1 <= int(text) <= MINUTES_MAX for text in typed.values()):
        return _back("minutes")
    minutes = {severity: int(text) for severity, text in typed.items()}

    def save(tx: Tx) -> str:
        known = {contact.id for contact in contacts.contacts(tx)}
        outside = data.outside if data.outside in known else "nobody"
        practice.set_practice(tx, reply_minutes=minutes)
        contacts.set_coverage(tx, outside=outside)
        _note(tx, who, "change_rules", None, at, {f"minutes_{one}": many for one, many in minutes.items()})
        return ""

    return await _changed(request, save)


@post("/practice/contacts/{contact_id:str}/test", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def send_test(request: Request[Any, Any, Any], who: SignedIn, contact_id: str) -> Redirect:
    """A test message through every channel of one contact."""
    at = datetime.now(UTC)

    def send(tx: Tx) -> str:
        drills.send_test(tx, contact_id, at)
        _note(tx, who, "test_message", contact_id, at)
        return ""

    return await _changed(request, send)


@post("/practice/drill", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def start_drill(request: Request[Any, Any, Any], who: SignedIn) -> Redirect:
    """A drill for everybody; from then on it is repeated every 30 days."""
    at = datetime.now(UTC)

    def start(tx: Tx) -> str:
        drills.drill(tx, at)
        _note(tx, who, "drill", None, at)
        return ""

    return await _changed(request, start)


@get("/drills/{drill_id:str}", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def drill_page(request: Request[Any, Any, Any], who: SignedIn, drill_id: str) -> Response[str]:
    """What the link in a drill leads to. Opening it confirms nothing; a button does, as with an alert."""
    portal = portal_of(request)

    def read(tx: Tx) -> DrillPage:
        found = drills.own_drill(tx, drill_id, person_id=who.staff.id)
        return DrillPage(id=found.id, reference=found.id[:7].upper(), confirmed_at=found.confirmed_at)

    try:
        page = await portal.records.read(read)
    except NotFound as error:
        raise NotFoundException("no such drill") from error
    return portal.page("drill.html", page, staff=who.staff)


@post("/drills/{drill_id:str}/confirm", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def confirm_drill(request: Request[Any, Any, Any], who: SignedIn, drill_id: str) -> Redirect:
    """The person told says that it reached them."""
    at = datetime.now(UTC)

    def confirm(tx: Tx) -> None:
        drills.confirm(tx, drill_id, person_id=who.staff.id, at=at)

    try:
        await portal_of(request).records.write(confirm)
    except NotFound as error:
        raise NotFoundException("no such drill") from error
    return Redirect(f"/drills/{drill_id}", status_code=303)


def fits(kind: str, address: str, *, private: tuple[str, ...] = ()) -> bool:
    """Whether an address is one of its kind: an e-mail address, a number with its country code, an https address."""
    if kind == "email":
        return _EMAIL.fullmatch(address) is not None
    if kind == "sms":
        return _NUMBER.fullmatch(address.replace(" ", "").replace("-", "")) is not None
    parts = urlsplit(address)
    own = f"{parts.hostname}:{parts.port}" in private and parts.scheme in ("http", "https")
    return own or (parts.scheme == "https" and bool(parts.hostname) and parts.username is None)


async def _changed(request: Request[Any, Any, Any], change: Callable[[Tx], str]) -> Redirect:
    """Runs a change that returns a fault or nothing, and shows the page again. 404 for what is not there."""
    try:
        fault = await portal_of(request).records.write(change)
    except NotFound as error:
        raise NotFoundException("not there") from error
    return _back(fault)


def _back(fault: str) -> Redirect:
    return Redirect(f"/practice?fault={fault}" if fault else "/practice?saved=true", status_code=303)


def _note(
    tx: Tx, who: SignedIn, action: str, target: str | None, at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    audit.note(tx, actor=who.staff.id, action=action, client_id=None, target=target, data=data or {}, at=at)


HANDLERS = (
    add_contact,
    put_first,
    add_channel,
    remove_channel,
    save_rules,
    send_test,
    start_drill,
    drill_page,
    confirm_drill,
)
