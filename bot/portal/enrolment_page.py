"""A therapist's own clients: enrolling one, a new invite, the next appointments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from bot.handoff import enrolment
from bot.portal.contacts_page import fits
from bot.portal.contexts import CodePage, EnrolPage
from bot.portal.identity import SignedIn, own_client, signed_in
from bot.portal.parts import Portal, portal_of
from bot.privacy import audit
from bot.records import NotFound, Tx, appointments, practice

FAULTS = frozenset({"name", "phone"})
# An appointment further away than this is a slip of the keyboard.
AHEAD_MAX = timedelta(days=400)
WEEKS_MAX = 26

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class EnrolForm(msgspec.Struct):
    """A new client, as the therapist knows them; the client changes name, language and address later."""

    name: Annotated[str, msgspec.Meta(max_length=80)]
    language: Literal["en", "es"]
    address: Literal["tu", "usted"] = "tu"
    pronouns: Annotated[str, msgspec.Meta(max_length=40)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""


class AppointmentForm(msgspec.Struct):
    """A date and time in the practice's time zone, and for how many weeks it is repeated weekly (1: once)."""

    starts_at: Annotated[str, msgspec.Meta(max_length=20)]
    weeks: Annotated[str, msgspec.Meta(max_length=3)] = "1"


@get("/clients/new", opt={"door": "therapist"}, dependencies={"who": Provide(signed_in)})
async def enrol_page(request: Request[Any, Any, Any], who: SignedIn, fault: str = "") -> Response[str]:
    """The form, or why nobody can be enrolled now."""
    portal = portal_of(request)

    def read(tx: Tx) -> EnrolPage:
        return EnrolPage(
            problems=enrolment.problems(tx, portal.settings),
            languages=portal.languages,
            fault=fault if fault in FAULTS else None,
        )

    return portal.page("enrol.html", await portal.records.read(read), staff=who.staff)


@post("/clients/new", opt={"door": "therapist"}, status_code=HTTP_200_OK, dependencies={"who": Provide(signed_in)})
async def enrol(request: Request[Any, Any, Any], who: SignedIn, data: Annotated[EnrolForm, Form]) -> Response[Any]:
    """Enrols the client with this therapist and shows the invite, once. Refused where nobody could be told."""
    portal = portal_of(request)
    name, phone = data.name.strip(), data.phone.strip()
    if not name:
        return Redirect("/clients/new?fault=name", status_code=303)
    if phone and not fits("sms", phone):
        return Redirect("/clients/new?fault=phone", status_code=303)
    at = datetime.now(UTC)

    def make(tx: Tx) -> enrolment.Invite:
        client_id = enrolment.enrol(
            tx,
            settings=portal.settings,
            name=name,
            pronouns=data.pronouns.strip() or None,
            language=data.language,
            address=data.address,
            country=practice.practice(tx).country,
            therapist_id=who.staff.id,
            phone=phone or None,
            at=at,
        )
        _note(tx, who, "enrol", client_id, at)
        return _invite(tx, portal, who, client_id, at)

    try:
        return _shown(portal, who, name, await portal.records.write(make), back="/")
    except enrolment.CannotEnrol:
        return Redirect("/clients/new", status_code=303)


@post(
    "/clients/{client_id:str}/invite",
    opt={"door": "therapist"},
    status_code=HTTP_200_OK,
    dependencies={"who": Provide(signed_in)},
)
async def invite(request: Request[Any, Any, Any], who: SignedIn, client_id: str) -> Response[Any]:
    """A further invite: another device, or the first one was lost."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def make(tx: Tx) -> tuple[str, enrolment.Invite]:
        client = own_client(tx, client_id, who)
        return client.name, _invite(tx, portal, who, client_id, at)

    name, made = await portal.records.write(make)
    return _shown(portal, who, name, made, back=f"/clients/{client_id}")


@post("/clients/{client_id:str}/appointments", opt={"door": "therapist"}, dependencies={"who": Provide(signed_in)})
async def add_appointments(
    request: Request[Any, Any, Any], who: SignedIn, client_id: str, data: Annotated[AppointmentForm, Form]
) -> Redirect:
    """Adds one appointment, or the same hour in the weeks that follow."""
    portal = portal_of(request)
    at = datetime.now(UTC)
    starts = starts_of(data.starts_at, data.weeks, zone=portal.zone, at=at)

    def add(tx: Tx) -> None:
        own_client(tx, client_id, who)
        known = {one.starts_at for one in appointments.all_after(tx, client_id, at)}
        for start in starts:
            if start not in known:
                appointments.add(tx, client_id=client_id, starts_at=start, at=at)
        _note(tx, who, "add_appointments", client_id, at)

    await portal.records.write(add)
    return _to_client(client_id, "" if starts else "appointment")


@post(
    "/clients/{client_id:str}/appointments/{appointment_id:str}/remove",
    opt={"door": "therapist"},
    dependencies={"who": Provide(signed_in)},
)
async def remove_appointment(
    request: Request[Any, Any, Any], who: SignedIn, client_id: str, appointment_id: str
) -> Redirect:
    """Takes an appointment away."""
    at = datetime.now(UTC)

    def remove(tx: Tx) -> None:
        own_client(tx, client_id, who)
        appointments.remove(tx, appointment_id, client_id=client_id)
        _note(tx, who, "remove_appointment", client_id, at)

    try:
        await portal_of(request).records.write(remove)
    except NotFound as error:
        raise NotFoundException("no such appointment") from error
    return _to_client(client_id, "")


def starts_of(typed: str, weeks: str, *, zone: str, at: datetime) -> list[datetime]:
    """The moments of a date and time typed in the practice's zone, weekly; none where it is no date ahead.

    Weekly means the same hour by the practice's clock, also over a change of that clock.
    """
    try:
        first = datetime.fromisoformat(typed)
        count = int(weeks)
    except ValueError:
        return []
    if first.tzinfo is not None or not 1 <= count <= WEEKS_MAX:
        return []
    local = [(first + timedelta(weeks=week)).replace(tzinfo=ZoneInfo(zone)) for week in range(count)]
    found = [one.astimezone(UTC) for one in local]
    return found if at < found[0] <= at + AHEAD_MAX else []


def _invite(tx: Tx, portal: Portal, who: SignedIn, client_id: str, at: datetime) -> enrolment.Invite:
    _note(tx, who, "invite", client_id, at)
    return enrolment.invite(tx, portal.settings, client_id, at=at)


def _shown(portal: Portal, who: SignedIn, name: str, made: enrolment.Invite, *, back: str) -> Response[str]:
    context = CodePage(
        name=name,
        code=made.code,
        address=made.url,
        days=enrolment.INVITE_LASTS.days,
        for_client=True,
        back=back,
    )
    return portal.page("code.html", context, staff=who.staff)


def _note(tx: Tx, who: SignedIn, action: str, client_id: str, at: datetime) -> None:
    audit.note(tx, actor=who.staff.id, action=action, client_id=client_id, target=None, data={}, at=at)


def _to_client(client_id: str, fault: str) -> Redirect:
    return Redirect(f"/clients/{client_id}" + (f"?fault={fault}" if fault else ""), status_code=303)


HANDLERS = (enrol_page, enrol, invite, add_appointments, remove_appointment)
