"""A client's page: the brief since the last appointment, mood over twelve weeks, each shared entry in full (I5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.di import Provide

from bot.portal.brief_input import brief_of, reflection_of
from bot.portal.chart import chart_of
from bot.portal.contexts import ClientPage, SharedEntry, SharedLine
from bot.portal.identity import SignedIn, own_client, signed_in
from bot.portal.measures_page import rhythms_of
from bot.portal.parts import portal_of
from bot.portal.today import since_last_appointment
from bot.privacy import audit
from bot.records import Tx, appointments, conversations, episodes, summaries
from bot.records.people import Client
from bot.records.summaries import SharedSummary
from bot.summary.trend import WEEKS, mood_trend
from bot.texts import Texts


@get("/clients/{client_id:str}", opt={"door": "therapist"}, dependencies={"who": Provide(signed_in)})
async def client_page(request: Request[Any, Any, Any], who: SignedIn, client_id: str, fault: str = "") -> Response[str]:
    """What the client chose to share since the last appointment; safety on top."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def read(tx: Tx) -> ClientPage:
        client = own_client(tx, client_id, who)
        page = client_context(tx, client, texts=portal.texts, language=who.staff.language, zone=portal.zone, at=at)
        audit.note(
            tx,
            actor=who.staff.id,
            action="read_brief",
            client_id=client.id,
            target=None,
            data={"shared": len(page.entries)},
            at=at,
        )
        return replace(page, fault="appointment" if fault == "appointment" else None)

    return portal.page("client.html", await portal.records.write(read), staff=who.staff)


def client_context(tx: Tx, client: Client, *, texts: Texts, language: str, zone: str, at: datetime) -> ClientPage:
    """The page of a client for a reader of `language`, as it is at `at`."""
    since = since_last_appointment(tx, client.id, at)
    # A reading is shared after it was said, so what was shared since the chart begins holds all of its readings.
    drawn = summaries.shared_of(tx, client.id, min(since, at - timedelta(weeks=WEEKS, days=1)))
    shared = [one for one in drawn if one.shared_at >= since]
    trend = mood_trend((reflection_of(one) for one in drawn), until=at, zone=ZoneInfo(zone))
    ahead = appointments.all_after(tx, client.id, at)
    open_one = episodes.open_episode_of(tx, conversations.conversation_of(tx, client.id, at=at).id)
    return ClientPage(
        name=client.name,
        pronouns=client.pronouns,
        appointment_at=ahead[0].starts_at if ahead else None,
        brief=brief_of(tx, client, shared, texts=texts, language=language, since=since, at=at),
        mood=chart_of(trend, language=language) if trend else None,
        entries=tuple(_entry(one) for one in shared),
        open_episode_id=open_one.id if open_one else None,
        id=client.id,
        appointments=tuple((one.id, one.starts_at) for one in ahead),
        rhythms=rhythms_of(tx, client.id),
        zone=zone,
    )


def _entry(shared: SharedSummary) -> SharedEntry:
    return SharedEntry(
        id=shared.id,
        title=shared.body["title"],
        shared_at=shared.shared_at,
        lines=tuple(
            SharedLine(kind=line["kind"], label=line["label"], text=line["text"]) for line in shared.body["lines"]
        ),
    )


HANDLERS = (client_page,)
