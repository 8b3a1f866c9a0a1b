"""The first page after signing in: open alerts, then today's clients."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import Provide

from bot.handoff.health import worker_state
from bot.portal.contexts import ClientLine, EpisodeLine, TodayPage
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import Tx, appointments, conversations, episodes, people, summaries
from bot.records.episodes import Episode

# What is shared is counted from the last appointment; without one, from so long ago.
FIRST_PERIOD = timedelta(days=28)


@get("/", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def today(request: Request[Any, Any, Any], who: SignedIn) -> Response[str]:
    """Open episodes first. A therapist sees the own clients; on-call and owner every open episode, without names."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def read(tx: Tx) -> TodayPage:
        mine = people.clients_of(tx, who.staff.id) if who.has("therapist") else []
        ids = {client.id for client in mine}
        answers_all = who.has("on_call", "owner")
        open_ones = [e for e in episodes.open_episodes(tx) if answers_all or e.client_id in ids]
        lines = [_client_line(tx, client.id, client.name, at) for client in mine]
        # One row for the list, which names the therapist's own clients; opening one of them leaves its own.
        audit.note(
            tx,
            actor=who.staff.id,
            action="read_list",
            client_id=None,
            target=None,
            data={"clients": len(lines), "alerts": len(open_ones)},
            at=at,
        )
        return TodayPage(
            now=at,
            episodes=tuple(_episode_line(tx, episode) for episode in open_ones),
            clients=tuple(sorted(lines, key=_soonest)),
            worker=worker_state(tx, at),
            is_therapist=who.has("therapist"),
        )

    return portal.page("today.html", await portal.records.write(read), staff=who.staff)


def since_last_appointment(tx: Tx, client_id: str, at: datetime) -> datetime:
    """Where the period of a brief begins."""
    last = appointments.last_before(tx, client_id, at)
    return last.starts_at if last else at - FIRST_PERIOD


def _soonest(line: ClientLine) -> tuple[bool, datetime, str]:
    """Next appointment first; clients without one last, by name."""
    return line.appointment_at is None, line.appointment_at or datetime.max.replace(tzinfo=UTC), line.name


def _client_line(tx: Tx, client_id: str, name: str, at: datetime) -> ClientLine:
    following = appointments.next_after(tx, client_id, at)
    shared = summaries.shared_of(tx, client_id, since_last_appointment(tx, client_id, at))
    episode = episodes.open_episode_of(tx, conversations.conversation_of(tx, client_id, at=at).id)
    return ClientLine(
        id=client_id,
        name=name,
        appointment_at=following.starts_at if following else None,
        shared=len(shared),
        open_episode_id=episode.id if episode else None,
    )


def _episode_line(tx: Tx, episode: Episode) -> EpisodeLine:
    return EpisodeLine(
        id=episode.id,
        reference=episode.reference,
        severity=episode.severity,
        state=episode.state,
        opened_at=episode.opened_at,
        answer=people.staff(tx, episode.acknowledged_by).display_name if episode.acknowledged_by else None,
    )


HANDLERS = (today,)
