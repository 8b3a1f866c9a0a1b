"""Hours, holidays and contacts: who is told, and when somebody answers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.response import Redirect

from bot.handoff import drills, enrolment
from bot.portal.contexts import ChannelLine, ContactLine, DrillLine, PracticePage
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import Tx, contacts, people, practice, second_factors
from bot.records.contacts import Channel, Contact
from bot.settings import Settings

FAULTS = frozenset({"hours", "holidays", "address", "minutes", "person"})
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


@get("/practice", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def practice_page(
    request: Request[Any, Any, Any], who: SignedIn, saved: bool = False, fault: str = ""
) -> Response[str]:
    """What every colleague may know; only the owner changes it."""
    portal = portal_of(request)

    def read(tx: Tx) -> PracticePage:
        here, coverage = practice.practice(tx), contacts.coverage(tx)
        told = contacts.contacts(tx)
        known = {contact.person_id for contact in told}
        enrolled = second_factors.everybody_with_one(tx)
        always = portal.settings.mode == "live"
        return PracticePage(
            name=here.name,
            time_zone=coverage.time_zone,
            hours=tuple((weekday, opens, closes) for weekday, opens, closes in coverage.hours),
            holidays=tuple(day.isoformat() for day in coverage.holidays),
            outside=next((contact.display_name for contact in told if contact.id == coverage.outside), None),
            outside_id=coverage.outside,
            reply_minutes=tuple(sorted(here.reply_minutes.items())),
            contacts=tuple(_contact(contact, portal.settings, enrolled) for contact in told),
            others=tuple(
                (person.id, person.display_name)
                for person in people.all_staff(tx)
                if person.status == "active" and person.id not in known
            ),
            drills=tuple(
                DrillLine(
                    name=result.name,
                    channel=result.channel,
                    at=result.at,
                    state=result.state,
                    code=result.code,
                    confirmed_at=result.confirmed_at,
                )
                for result in drills.results(tx)
            ),
            problems=enrolment.problems(tx, portal.settings),
            may_change=who.has("owner"),
            second_factor="always" if always else "needed" if here.second_factor_needed else "optional",
            saved=saved,
            fault=fault if fault in FAULTS else None,
        )

    return portal.page("practice.html", await portal.records.read(read), staff=who.staff)


@post("/practice/coverage", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def save_coverage(request: Request[Any, Any, Any], who: SignedIn) -> Redirect:
    """Replaces hours and holidays. Fields: opens_0..6, closes_0..6 (empty: closed), holidays (ISO dates)."""
    portal = portal_of(request)
    form = await request.form()
    hours = []
    for weekday in range(7):
        opens, closes = (str(form.get(f"{name}_{weekday}", "")).strip() for name in ("opens", "closes"))
        if not opens and not closes:
            continue
        if not (_HOURS.fullmatch(opens) and _HOURS.fullmatch(closes)) or opens >= closes:
            return Redirect("/practice?fault=hours", status_code=303)
        hours.append((weekday, opens, closes))
    try:
        holidays = [date.fromisoformat(day) for day in str(form.get("holidays", "")).replace(",", " ").split()]
    except ValueError:
        return Redirect("/practice?fault=holidays", status_code=303)

    def save(tx: Tx) -> None:
        contacts.set_coverage(tx, hours=hours, holidays=holidays)
        audit.note(
            tx,
            actor=who.staff.id,
            action="change_coverage",
            client_id=None,
            target=None,
            data={"days": len(hours), "holidays": len(holidays)},
            at=datetime.now(UTC),
        )

    await portal.records.write(save)
    return Redirect("/practice?saved=true", status_code=303)


@post("/practice/second-factor", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def save_second_factor(request: Request[Any, Any, Any], who: SignedIn) -> Redirect:
    """Field: needed ("yes", else no). Counts at once, for who is signed in as well; with real clients it always is."""
    needed = (await request.form()).get("needed") == "yes"

    def save(tx: Tx) -> None:
        practice.set_practice(tx, second_factor_needed=needed)
        audit.note(
            tx,
            actor=who.staff.id,
            action="change_second_factor",
            client_id=None,
            target=None,
            data={"needed": needed},
            at=datetime.now(UTC),
        )

    await portal_of(request).records.write(save)
    return Redirect("/practice?saved=true", status_code=303)


def _shown(channel: Channel) -> str:
    """A way to reach somebody. Addresses of programs hold secrets: only their host is shown."""
    return channel.address if channel.kind in ("email", "sms") else urlsplit(channel.address).hostname or ""


def _contact(contact: Contact, settings: Settings, enrolled: frozenset[str]) -> ContactLine:
    ways = tuple(
        ChannelLine(
            id=channel.id,
            kind=channel.kind,
            address=_shown(channel),
            usable=enrolment.usable(channel.kind, settings),
        )
        for channel in contact.channels
    )
    return ContactLine(
        id=contact.id,
        name=contact.display_name,
        channels=ways,
        second_factor=contact.person_id in enrolled,
    )


HANDLERS = (practice_page, save_coverage, save_second_factor)
