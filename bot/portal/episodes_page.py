"""The page that a notification links to: what happened, and one button that promises something to a person (I2).

Opening it acknowledges nothing, because mail scanners open links; a POST does. The client's words open for their own
therapist, and for a colleague only after a reason is given (break-glass): audited, and shown to the client.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body
from litestar.response import Redirect

from bot.handoff import card
from bot.handoff import episodes as handoff_episodes
from bot.portal.contexts import (
    EpisodeDetails,
    EpisodePage,
    EvidenceLine,
    HistoryLine,
    MessageSeen,
)
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import NotFound, Tx, episodes, people, takeovers
from bot.records.episodes import AlreadyAcknowledged, Episode, EpisodeClosed, EpisodeMessage

OPENED = "opened_details"
LONGEST_PROMISE = timedelta(hours=12)
REASON_MAX, NOTE_MAX, WORDS_MAX = 300, 2_000, 140
NOTICES = frozenset({"already", "closed", "time_past", "reason_missing", "taken", "not_taken"})

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class AnswerForm(msgspec.Struct):
    """The answer to an alert. `by`: a local time HH:MM, for "calling by"; `words`: shown to the client as written."""

    next_step: Literal["calling_now", "calling_by", "pass_on"]
    by: Annotated[str, msgspec.Meta(max_length=5)] = ""
    words: Annotated[str, msgspec.Meta(max_length=WORDS_MAX)] = ""


class ReasonForm(msgspec.Struct):
    """Why somebody who is not the client's therapist opens the details."""

    reason: Annotated[str, msgspec.Meta(max_length=REASON_MAX)]


class CloseForm(msgspec.Struct):
    """How the episode ended."""

    outcome: Literal["reached_and_safe", "emergency_services", "could_not_reach", "not_a_crisis"]
    note: Annotated[str, msgspec.Meta(max_length=NOTE_MAX)] = ""


@get("/episodes/{episode_id:str}", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def episode_page(
    request: Request[Any, Any, Any], who: SignedIn, episode_id: str, notice: str = ""
) -> Response[str]:
    """The episode. For the client's therapist with the words; for others without, until a reason is given."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def read(tx: Tx) -> EpisodePage:
        episode = may_answer(tx, episode_id, who)
        mine = people.client(tx, episode.client_id).therapist_id == who.staff.id
        opened = mine or has_opened(tx, episode, who)
        _look(tx, episode, who, action="read_episode" if opened else "read_alert", data={}, at=at)
        if opened:
            _tell_seen(tx, episode, who, at)
        return _page(tx, episode, who, opened=opened, notice=notice)

    return portal.page("episode.html", await portal.records.write(read), staff=who.staff)


@post("/episodes/{episode_id:str}/open", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def open_details(
    request: Request[Any, Any, Any], who: SignedIn, episode_id: str, data: Annotated[ReasonForm, Form]
) -> Redirect:
    """Break-glass: this episode only, with a reason, audited and shown to the client."""
    at = datetime.now(UTC)
    reason = data.reason.strip()
    if not reason:
        return _back(episode_id, "reason_missing")

    def note(tx: Tx) -> None:
        episode = may_answer(tx, episode_id, who)
        episodes.add_step(tx, episode.id, kind=OPENED, at=at, person_id=who.staff.id, words=reason)
        _look(tx, episode, who, action="break_glass", data={"reason_characters": len(reason)}, at=at)
        _tell_seen(tx, episode, who, at)

    await portal_of(request).records.write(note)
    return _back(episode_id)


@post("/episodes/{episode_id:str}/answer", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def answer(
    request: Request[Any, Any, Any], who: SignedIn, episode_id: str, data: Annotated[AnswerForm, Form]
) -> Redirect:
    """Acknowledges with a next step. The first person wins; the other is told who."""
    portal = portal_of(request)
    at = datetime.now(UTC)
    by = None
    if data.next_step == "calling_by":
        by = next_time(data.by, at=at, zone=portal.zone)
        if by is None:
            return _back(episode_id, "time_past")

    def acknowledge(tx: Tx) -> None:
        episode = may_answer(tx, episode_id, who)
        handoff_episodes.acknowledge(
            tx,
            episode_id,
            person_id=who.staff.id,
            next_step=data.next_step,
            next_step_at=by,
            words=data.words.strip() or None,
            at=at,
        )
        _look(tx, episode, who, action="acknowledge", data={"next_step": data.next_step}, at=at)

    try:
        await portal.records.write(acknowledge)
    except AlreadyAcknowledged:
        return _back(episode_id, "already")
    except EpisodeClosed:
        return _back(episode_id, "closed")
    return _back(episode_id)


@post("/episodes/{episode_id:str}/close", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def close(
    request: Request[Any, Any, Any], who: SignedIn, episode_id: str, data: Annotated[CloseForm, Form]
) -> Redirect:
    """Ends the episode with a recorded outcome."""
    at = datetime.now(UTC)

    def end(tx: Tx) -> None:
        episode = may_answer(tx, episode_id, who)
        handoff_episodes.close(
            tx, episode_id, person_id=who.staff.id, outcome=data.outcome, note=data.note.strip() or None, at=at
        )
        _look(tx, episode, who, action="close_episode", data={"outcome": data.outcome}, at=at)

    try:
        await portal_of(request).records.write(end)
    except EpisodeClosed:
        return _back(episode_id, "closed")
    return _back(episode_id)


def next_time(typed: str, *, at: datetime, zone: str) -> datetime | None:
    """The next moment with this local time of day, at most LONGEST_PROMISE away; None if it is no time, or further."""
    try:
        wanted = time.fromisoformat(typed)
    except ValueError:
        return None
    here = at.astimezone(ZoneInfo(zone))
    days = (here.date(), here.date() + timedelta(days=1))
    moments = (datetime.combine(day, wanted, ZoneInfo(zone)).astimezone(UTC) for day in days)
    return next((moment for moment in moments if timedelta(0) < moment - at <= LONGEST_PROMISE), None)


def _back(episode_id: str, notice: str = "") -> Redirect:
    return Redirect(f"/episodes/{episode_id}" + (f"?notice={notice}" if notice else ""), status_code=303)


def may_answer(tx: Tx, episode_id: str, who: SignedIn) -> Episode:
    """The episode, for the client's therapist and for whoever answers alerts; 404 for all others."""
    try:
        episode = episodes.episode(tx, episode_id)
    except NotFound as error:
        raise NotFoundException("no such episode") from error
    mine = people.client(tx, episode.client_id).therapist_id == who.staff.id
    if not (mine or who.has("on_call", "owner")):
        raise NotFoundException("no such episode")
    return episode


def has_opened(tx: Tx, episode: Episode, who: SignedIn) -> bool:
    return any(step.kind == OPENED and step.person_id == who.staff.id for step in episodes.history(tx, episode.id))


def _look(tx: Tx, episode: Episode, who: SignedIn, *, action: str, data: dict[str, Any], at: datetime) -> None:
    """Leaves the row about a person who looked or acted (I8)."""
    audit.note(tx, actor=who.staff.id, action=action, client_id=episode.client_id, target=episode.id, data=data, at=at)


def _tell_seen(tx: Tx, episode: Episode, who: SignedIn, at: datetime) -> None:
    """Lets the client know that somebody has read what they wrote."""
    if episode.state in {"open", "told"}:
        episodes.see(tx, episode.id, who.staff.id, at)


def _page(tx: Tx, episode: Episode, who: SignedIn, *, opened: bool, notice: str) -> EpisodePage:
    names = {person.id: person.display_name for person in people.all_staff(tx)}
    taken = takeovers.current(tx, episode.conversation_id)
    return EpisodePage(
        id=episode.id,
        reference=episode.reference,
        severity=episode.severity,
        state=episode.state,
        opened_at=episode.opened_at,
        answered_by=names.get(episode.acknowledged_by) if episode.acknowledged_by else None,
        next_step=episode.next_step,
        next_step_at=episode.next_step_at,
        details=_details(tx, episode, names, who.staff.language) if opened else None,
        history=tuple(
            HistoryLine(
                at=step.at,
                kind=step.kind,
                who=names.get(step.person_id) if step.person_id else None,
                # What colleagues wrote may name the client: it opens with the details.
                # A colleague's note may quote the client; one's own is no news.
                detail=step.words if opened or step.person_id == who.staff.id else None,
            )
            for step in episodes.history(tx, episode.id)
        ),
        answered_by_me=episode.state == "acknowledged" and episode.acknowledged_by == who.staff.id,
        taken_by=names.get(taken.person_id) if taken else None,
        taken_by_me=taken is not None and taken.person_id == who.staff.id,
        # Whoever reads this person's messages or hears the telephone may be the one who does harm.
        unsafe_to_call=card.ABUSE in episode.categories,
        notice=notice if notice in NOTICES else None,
    )


def _details(tx: Tx, episode: Episode, names: dict[str, str], language: str) -> EpisodeDetails:
    client = people.client(tx, episode.client_id)
    return EpisodeDetails(
        client_name=client.name,
        pronouns=client.pronouns,
        phone=client.phone,
        therapist=names[client.therapist_id],
        messages=tuple(_seen(message, language) for message in episodes.episode_messages(tx, episode.id)),
    )


def _seen(message: EpisodeMessage, language: str) -> MessageSeen:
    """A message with the spans that raised it. Spans are of the original text, so nothing is searched for here."""
    found = (message.assessment or {}).get("evidence", ())
    lines = []
    for piece in found:
        if piece["turn"] != 0:
            continue  # evidence of an earlier turn: that message stands on its own line
        start, end = piece["start"], piece["end"]
        before, after = message.text[max(0, start - 60) : start], message.text[end : end + 60]
        meaning = piece["meaning"].get(language) or piece["meaning"]["en"]
        lines.append(EvidenceLine(before=before, span=message.text[start:end], after=after, meaning=meaning))
    return MessageSeen(at=message.at, text=message.text, evidence=tuple(lines))


HANDLERS = (episode_page, open_details, answer, close)
