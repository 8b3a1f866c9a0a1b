"""A person answers in the chat instead of the program, for an open alert whose details they have opened.

The client reads who joins before the person reads a word: the page begins at that line. Every look is audited once,
when the person steps in; the messages that follow are written to that person.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, Parameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_409_CONFLICT

from bot.handoff import takeover
from bot.portal.contexts import LiveMessage, LivePage
from bot.portal.episodes_page import has_opened, may_answer
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import Tx, conversations, people
from bot.records.takeovers import NotTaken, TakenAlready

FAULTS = frozenset({"empty"})
PAGE = 200
# Above every offset of a message; below what a store can compare.
MAX_OFFSET = 10**15

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class SayForm(msgspec.Struct):
    """What the person writes to the client."""

    text: Annotated[str, msgspec.Meta(max_length=takeover.MAX_CHARS)]


@post("/episodes/{episode_id:str}/take-over", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def take_over(request: Request[Any, Any, Any], who: SignedIn, episode_id: str) -> Redirect:
    """The person answers from now on. One wins; the other is told."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def take(tx: Tx) -> bool:
        episode = may_answer(tx, episode_id, who)
        if people.client(tx, episode.client_id).therapist_id != who.staff.id and not has_opened(tx, episode, who):
            return False
        takeover.take(tx, episode_id, person_id=who.staff.id, texts=portal.texts, at=at)
        audit.note(
            tx,
            actor=who.staff.id,
            action="take_over",
            client_id=episode.client_id,
            target=episode_id,
            data={},
            at=at,
        )
        return True

    try:
        opened = await portal.records.write(take)
    except TakenAlready:
        return _to_episode(episode_id, "taken")
    except takeover.NoAlert:
        return _to_episode(episode_id, "closed")
    if not opened:
        return _to_episode(episode_id, "reason_missing")
    return Redirect(f"/episodes/{episode_id}/live", status_code=303)


@get("/episodes/{episode_id:str}/live", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def live_page(request: Request[Any, Any, Any], who: SignedIn, episode_id: str, fault: str = "") -> Response[Any]:
    """The chat, from the line that told the client who joined."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def read(tx: Tx) -> LivePage:
        episode = may_answer(tx, episode_id, who)
        found = _messages(tx, episode_id, who, after=None, at=at)
        return LivePage(
            id=episode.id,
            reference=episode.reference,
            client_name=people.client(tx, episode.client_id).name,
            messages=found,
            max_chars=takeover.MAX_CHARS,
            fault=fault if fault in FAULTS else None,
        )

    try:
        page = await portal.records.write(read)
    except NotTaken:
        return _to_episode(episode_id, "not_taken")
    return portal.page("live.html", page, staff=who.staff)


@get("/episodes/{episode_id:str}/live/messages", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def live_messages(
    request: Request[Any, Any, Any],
    who: SignedIn,
    episode_id: str,
    after: Annotated[int, Parameter(ge=0, le=MAX_OFFSET)] = 0,
) -> Response[dict[str, Any]]:
    """New messages, as the page's script asks for them; asking says that the person is still there. 409 once it is
    over."""
    at = datetime.now(UTC)

    def read(tx: Tx) -> list[dict[str, Any]]:
        may_answer(tx, episode_id, who)
        return [
            {
                "offset": message.offset,
                "role": message.role,
                "mine": message.mine,
                "text": message.text,
                "at": message.at.isoformat(),
            }
            for message in _messages(tx, episode_id, who, after=after, at=at)
        ]

    try:
        return Response({"messages": await portal_of(request).records.write(read)})
    except NotTaken:
        return Response({"messages": []}, status_code=HTTP_409_CONFLICT)


@post("/episodes/{episode_id:str}/say", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def say(
    request: Request[Any, Any, Any], who: SignedIn, episode_id: str, data: Annotated[SayForm, Form]
) -> Redirect:
    """A message to the client."""
    at = datetime.now(UTC)
    if not data.text.strip():
        return Redirect(f"/episodes/{episode_id}/live?fault=empty", status_code=303)

    def write(tx: Tx) -> None:
        may_answer(tx, episode_id, who)
        takeover.say(tx, episode_id, person_id=who.staff.id, text=data.text, at=at)

    try:
        await portal_of(request).records.write(write)
    except NotTaken:
        return _to_episode(episode_id, "not_taken")
    return Redirect(f"/episodes/{episode_id}/live", status_code=303)


@post("/episodes/{episode_id:str}/hand-back", opt={"door": "answers"}, dependencies={"who": Provide(signed_in)})
async def hand_back(request: Request[Any, Any, Any], who: SignedIn, episode_id: str) -> Redirect:
    """The program answers again."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def give(tx: Tx) -> None:
        may_answer(tx, episode_id, who)
        takeover.hand_back(tx, episode_id, person_id=who.staff.id, texts=portal.texts, at=at)

    try:
        await portal.records.write(give)
    except NotTaken:
        return _to_episode(episode_id, "not_taken")
    return _to_episode(episode_id)


def _messages(tx: Tx, episode_id: str, who: SignedIn, *, after: int | None, at: datetime) -> tuple[LiveMessage, ...]:
    """What was said since the person joined (and after an offset). Raises NotTaken."""
    takeover.look(tx, episode_id, person_id=who.staff.id, at=at)
    joined = takeover.read_from(tx, episode_id, person_id=who.staff.id)
    conversation_id = may_answer(tx, episode_id, who).conversation_id
    since = joined - 1 if after is None else max(joined - 1, after)
    return tuple(
        LiveMessage(
            offset=message.offset,
            role=message.role,
            mine=message.by_person_id == who.staff.id,
            text=message.text,
            at=message.at,
        )
        for message in conversations.messages_after(tx, conversation_id, since, limit=PAGE)
    )


def _to_episode(episode_id: str, notice: str = "") -> Redirect:
    return Redirect(f"/episodes/{episode_id}" + (f"?notice={notice}" if notice else ""), status_code=303)


HANDLERS = (take_over, live_page, live_messages, say, hand_back)
