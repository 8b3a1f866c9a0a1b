"""Coming in: what anybody may see, the invite, consent, one's own settings, leaving."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from limits import parse
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND, HTTP_409_CONFLICT, HTTP_429_TOO_MANY_REQUESTS

from bot.gateway import consenting
from bot.gateway.errors import Refused
from bot.gateway.guards import signed_in, somebody
from bot.gateway.identity import COOKIE, SIGN_IN_LASTS, sign_in_cookie
from bot.gateway.memory import Person
from bot.gateway.parts import Gateway, gateway_of
from bot.gateway.receiving import Incoming
from bot.gateway.views import iso, me_json
from bot.handoff import coverage as handoff_coverage
from bot.records import Tx, contacts, people, signing
from bot.web.tokens import new_token, normal_code, token_hash

# A code has 80 random bits; the limit keeps a guesser from loading the store, and tells nobody which codes exist.
_JOIN_LIMIT = parse("20/minute")
_BEGIN = uuid.UUID("0a5b6d3c-6b0e-4a52-8a3e-0e0c0f6f5d10")


class JoinBody(msgspec.Struct, forbid_unknown_fields=True):
    """An invite's code and a name for the device ("my phone")."""

    code: Annotated[str, msgspec.Meta(max_length=100)]
    device: Annotated[str, msgspec.Meta(max_length=60)] = ""


class ConsentBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the client agreed to, and the version of the text that they read."""

    version: Annotated[str, msgspec.Meta(max_length=64)]
    purposes: dict[str, bool]


class SettingsBody(msgspec.Struct, forbid_unknown_fields=True):
    """A client's own settings; what is absent stays."""

    language: Literal["en", "es"] | None = None
    address: Literal["tu", "usted"] | None = None
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None


@get("/api/open", opt={"door": "open"}, dependencies={"person": Provide(somebody)})
async def open_door(request: Request[Any, Any, Any], person: Person | None, language: str = "") -> dict[str, Any]:
    """Everything the widget needs before anybody has signed in, crisis lines first."""
    gateway = gateway_of(request)
    chosen = language if language in gateway.languages else person.language if person else gateway.languages[0]
    address = person.address if person else "tu"
    country = person.country if person else gateway.country
    at = datetime.now(UTC)

    def read(tx: Tx) -> dict[str, Any]:
        hours = contacts.coverage(tx)
        is_open = handoff_coverage.is_open(hours, at)
        said = handoff_coverage.describe(
            hours, at, texts=gateway.texts, language=chosen, address=address, practice_name=gateway.practice_name
        )
        return {"open": is_open, "text": said.text, "opens_at": iso(handoff_coverage.next_opening(hours, at))}

    return {
        "practice": {"name": gateway.practice_name},
        "language": chosen,
        "languages": list(gateway.languages),
        "signed_in": person is not None,
        "coverage": await gateway.records.read(read),
        "country": country,
        "lines": [asdict(line) for line in gateway.lines.of(country, language=chosen)],
        "strings": gateway.texts.topic("widget", language=chosen, address=address),
        "key": {"id": gateway.sealing.id, "jwk": gateway.sealing.jwk},
        "max_chars": gateway.settings.max_chars,
    }


@post("/api/join", status_code=HTTP_200_OK, opt={"door": "open"})
async def join(request: Request[Any, Any, Any], data: JoinBody) -> Response[dict[str, Any]]:
    """Uses up an invite and signs this device in, under a new token; an earlier sign-in of this device ends.

    One and the same 404 for a wrong, used or old code.
    """
    gateway = gateway_of(request)
    address = request.client.host if request.client else "unknown"
    if not await gateway.limiter.hit(_JOIN_LIMIT, "join", address):
        raise Refused(HTTP_429_TOO_MANY_REQUESTS, "too_many")
    token, at = new_token(), datetime.now(UTC)
    before = request.cookies.get(COOKIE)
    ended = token_hash(before) if before else None

    def use(tx: Tx) -> bool:
        client_id = signing.use_invite(tx, token_hash(normal_code(data.code)), at=at)
        if client_id is None:
            return False
        if ended:
            signing.end_sign_in(tx, ended, at=at)
        device_id = signing.add_device(tx, client_id, data.device, at=at)
        signing.create_sign_in(
            tx,
            person_id=client_id,
            door="client",
            device_id=device_id,
            token_hash=token_hash(token),
            expires_at=at + SIGN_IN_LASTS,
            at=at,
        )
        return True

    if not await gateway.records.write(use):
        raise Refused(HTTP_404_NOT_FOUND, "bad_code")
    if ended:
        gateway.memory.forget_sign_in(ended)
    return Response({"ok": True}, headers={"set-cookie": sign_in_cookie(token)})


@get("/api/me", opt={"door": "joined"}, dependencies={"person": Provide(signed_in)})
async def read_me(request: Request[Any, Any, Any], person: Person) -> dict[str, Any]:
    """Who the client is here, and what they have agreed to."""
    gateway = gateway_of(request)
    return await gateway.records.read(me_json, person.client_id, texts=gateway.texts, at=datetime.now(UTC))


@get("/api/consent", opt={"door": "joined"}, dependencies={"person": Provide(signed_in)})
async def read_consent(request: Request[Any, Any, Any], person: Person) -> dict[str, Any]:
    """The consent text in the client's language, in sections, with each purpose on its own."""
    gateway = gateway_of(request)

    def read(tx: Tx) -> dict[str, Any]:
        return consenting.text_json(tx, person.client_id, texts=gateway.texts, at=datetime.now(UTC))

    return await gateway.records.read(read)


@post("/api/consent", status_code=HTTP_200_OK, opt={"door": "joined"}, dependencies={"person": Provide(signed_in)})
async def give_consent(request: Request[Any, Any, Any], person: Person, data: ConsentBody) -> dict[str, Any]:
    """Records consent to the text that was read. 409 if the text has changed meanwhile: it is shown again."""
    gateway = gateway_of(request)
    if data.version != consenting.version(gateway.texts):
        raise Refused(HTTP_409_CONFLICT, "consent_changed")
    if not consenting.acceptable(data.purposes):
        raise Refused(HTTP_409_CONFLICT, "consent_needed")
    await gateway.records.write(
        consenting.give, person.client_id, purposes=data.purposes, texts=gateway.texts, at=datetime.now(UTC)
    )
    gateway.memory.forget_client(person.client_id)
    await _begin(gateway, await signed_in(request))
    return {"ok": True}


@post("/api/settings", status_code=HTTP_200_OK, opt={"door": "joined"}, dependencies={"person": Provide(signed_in)})
async def change_settings(request: Request[Any, Any, Any], person: Person, data: SettingsBody) -> dict[str, Any]:
    """Language, form of address, name: as the client sets them."""
    gateway = gateway_of(request)
    fields = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not None}

    def change(tx: Tx) -> None:
        people.set_client(tx, person.client_id, at=datetime.now(UTC), **fields)

    if fields:
        await gateway.records.write(change)
        gateway.memory.forget_client(person.client_id)
    return {"ok": True}


@post("/api/sign-out", status_code=HTTP_200_OK, opt={"door": "open"})
async def sign_out(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Ends this device's sign-in; harmless without one."""
    gateway = gateway_of(request)
    token = request.cookies.get(COOKIE)
    if token:
        hashed = token_hash(token)

        def end(tx: Tx) -> None:
            signing.end_sign_in(tx, hashed, at=datetime.now(UTC))

        await gateway.records.write(end)
        gateway.memory.forget_sign_in(hashed)
    headers = {"set-cookie": sign_in_cookie(""), "clear-site-data": '"cache"'}
    return Response({"ok": True}, headers=headers)


async def _begin(gateway: Gateway, person: Person) -> None:
    """The consent screen's button is also the first message: it asks for the menu, once a conversation."""
    said = gateway.texts.say("gateway.begin", language=person.language, address=person.address)
    first = Incoming(id=uuid.uuid5(_BEGIN, person.conversation_id).hex, text="", option="menu", label=said.text)
    async for _ in gateway.receiver.receive(first, person):
        pass


HANDLERS = (open_door, join, read_me, read_consent, give_consent, change_settings, sign_out)
