"""Messages up, events down: the routes of the conversation."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import Parameter
from litestar.response import Stream
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_403_FORBIDDEN,
    HTTP_409_CONFLICT,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
)

from bot.gateway.errors import Refused, error_body
from bot.gateway.guards import consented, somebody
from bot.gateway.identity import COOKIE, StoreSilent
from bot.gateway.memory import Person
from bot.gateway.parts import Gateway, gateway_of
from bot.gateway.receiving import Incoming, Stranger
from bot.gateway.sealing import CannotOpen, Sealed
from bot.gateway.views import named_message_json
from bot.handoff import card, episodes
from bot.records import NotFound, Tx, conversations
from bot.records.conversations import SameIdOtherBody

_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_OPTION = re.compile(r"[a-z][a-z0-9_:.-]{0,79}")
_NUMBER = re.compile(r"[0-9]{1,15}")
HISTORY_LIMIT = 200
# Above every offset and event id; below what a store can compare.
MAX_NUMBER = 10**15


class SealedBody(msgspec.Struct, forbid_unknown_fields=True):
    """A message sealed on the device; see `sealing`. `holds`: whether a text or the id of a button is inside."""

    key: Annotated[str, msgspec.Meta(max_length=64)]
    epk: dict[str, str]
    iv: Annotated[str, msgspec.Meta(max_length=64)]
    body: str
    holds: Literal["text", "option"] = "text"


class MessageBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the widget posts: exactly one of text, option, sealed."""

    id: str
    text: str | None = None
    option: str | None = None
    sealed: SealedBody | None = None
    step: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    reflection_id: Annotated[str, msgspec.Meta(max_length=36)] | None = None


class NotMeantBody(msgspec.Struct, forbid_unknown_fields=True):
    """ "That is not what I meant": recorded and told, and undoes nothing."""

    episode_id: Annotated[str, msgspec.Meta(max_length=36)]


@post("/api/messages", status_code=HTTP_200_OK, opt={"door": "consented"})
async def send_message(request: Request[Any, Any, Any], data: MessageBody) -> Stream:
    """Receives one message; answers in JSON lines as things become true (see `receiving`)."""
    gateway = gateway_of(request)
    who = await _who(request, gateway)
    incoming = _checked(data, gateway)
    steps = gateway.receiver.receive(incoming, who)
    try:
        # The first line is awaited here, so that a refusal (409) is still an error answer and not half a stream.
        first = await anext(steps)
    except SameIdOtherBody as error:
        raise Refused(HTTP_409_CONFLICT, "same_id_other_body") from error

    async def lines() -> AsyncIterator[bytes]:
        yield _line(first)
        try:
            async for step in steps:
                yield _line(step)
        except SameIdOtherBody:
            # The card could not wait for this to be known.
            yield _line({"type": "refused", "id": incoming.id, **error_body("same_id_other_body")})

    return Stream(lines(), media_type="application/x-ndjson", headers={"x-accel-buffering": "no"})


@get("/api/events", opt={"door": "consented"}, dependencies={"person": Provide(consented)})
async def stream_events(
    request: Request[Any, Any, Any],
    person: Person,
    after: Annotated[int | None, Parameter(ge=0, le=MAX_NUMBER)] = None,
    last_event_id: Annotated[str | None, Parameter(header="Last-Event-ID")] = None,
) -> Stream:
    """The conversation's events from `Last-Event-ID` (or `after`) on, as server-sent events."""
    start = int(last_event_id) if last_event_id and _NUMBER.fullmatch(last_event_id) else after or 0
    gateway = gateway_of(request)

    async def allowed() -> bool:
        try:
            return (await gateway.identity.person(request)).consented
        except (NotAuthorizedException, StoreSilent):
            return False

    stream = gateway.follower.stream(person.conversation_id, after=start, allowed=allowed)
    return Stream(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


@get("/api/history", opt={"door": "consented"}, dependencies={"person": Provide(consented)})
async def read_history(
    request: Request[Any, Any, Any],
    person: Person,
    before: Annotated[int | None, Parameter(ge=1, le=MAX_NUMBER)] = None,
    limit: Annotated[int, Parameter(ge=1, le=HISTORY_LIMIT)] = 50,
) -> dict[str, Any]:
    """Messages before an offset (the newest without one), oldest first, and the open episode's card if there is one."""
    gateway = gateway_of(request)

    def read(tx: Tx) -> dict[str, Any]:
        messages = (
            conversations.messages_before(tx, person.conversation_id, before, limit=limit)
            if before
            else conversations.last_messages(tx, person.conversation_id, limit=limit)
        )
        open_card = episodes.current_card(tx, person.conversation_id, texts=gateway.texts, lines=gateway.lines)
        return {"messages": [named_message_json(tx, message) for message in messages], "card": open_card}

    return await gateway.records.read(read)


@post("/api/help", status_code=HTTP_200_OK, opt={"door": "open"}, dependencies={"person": Provide(somebody)})
async def show_help(request: Request[Any, Any, Any], person: Person | None, language: str = "en") -> dict[str, Any]:
    """ "Get help now": no consent and no sign-in needed, nothing recorded."""
    gateway = gateway_of(request)
    chosen = person.language if person else language if language in gateway.languages else gateway.languages[0]
    return card.help_card(
        gateway.texts,
        gateway.lines,
        language=chosen,
        address=person.address if person else "tu",
        country=person.country if person else gateway.country,
        practice_name=gateway.practice_name,
    )


@post("/api/not-meant", status_code=HTTP_200_OK, opt={"door": "consented"}, dependencies={"person": Provide(consented)})
async def say_not_meant(request: Request[Any, Any, Any], person: Person, data: NotMeantBody) -> dict[str, Any]:
    """The client says that an alert misread them. Told to whoever answers; the alert goes on."""
    gateway = gateway_of(request)

    def note(tx: Tx) -> None:
        episodes.not_meant(tx, data.episode_id, client_id=person.client_id, at=datetime.now(UTC))

    try:
        await gateway.records.write(note)
    except NotFound as error:
        raise NotFoundException("no such alert") from error
    return {"ok": True}


async def _who(request: Request[Any, Any, Any], gateway: Gateway) -> Person | Stranger:
    """The client, or a stranger while the store does not answer: a crisis gets its card even then (I3)."""
    try:
        person = await gateway.identity.person(request)
    except StoreSilent:
        if COOKIE not in request.cookies:
            raise NotAuthorizedException("no sign-in") from None
        language = "es" if request.headers.get("accept-language", "").lower().startswith("es") else "en"
        return Stranger(language=language, country=gateway.country, practice_name=gateway.practice_name)
    if not person.consented:
        raise Refused(HTTP_403_FORBIDDEN, "consent_needed")
    return person


def _checked(data: MessageBody, gateway: Gateway) -> Incoming:
    """Size and shape, before anything is assessed. Raises Refused with the limit named."""
    if not _ID.fullmatch(data.id):
        raise Refused(HTTP_400_BAD_REQUEST, "bad_id")
    if [data.text, data.option, data.sealed].count(None) != 2:
        raise Refused(HTTP_400_BAD_REQUEST, "malformed")
    option, text = data.option, data.text or ""
    if data.sealed is not None:
        try:
            sealed = Sealed(key=data.sealed.key, epk=data.sealed.epk, iv=data.sealed.iv, body=data.sealed.body)
            opened = gateway.sealing.open(sealed, message_id=data.id)
        except CannotOpen as error:
            raise Refused(HTTP_400_BAD_REQUEST, "cannot_open") from error
        option, text = (opened, "") if data.sealed.holds == "option" else (None, opened)
    if option is not None:
        if not _OPTION.fullmatch(option):
            raise Refused(HTTP_400_BAD_REQUEST, "bad_option")
        return Incoming(id=data.id, text="", option=option, step=data.step, reflection_id=data.reflection_id)
    if len(text) > gateway.settings.max_chars:
        raise Refused(HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_long", limit=gateway.settings.max_chars)
    if not text.strip():
        raise Refused(HTTP_400_BAD_REQUEST, "empty")
    # Half a character (a lone surrogate) can be stored, but nobody could be answered about it: no UTF-8 has one.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Incoming(id=data.id, text=whole, step=data.step, reflection_id=data.reflection_id)


def _line(step: dict[str, Any]) -> bytes:
    return json.dumps(step, ensure_ascii=True).encode() + b"\n"


HANDLERS = (send_message, stream_events, read_history, show_help, say_not_meant)
