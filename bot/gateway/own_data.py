"""A client's rights over what is stored: see who looked, take it away, have it erased (I7, I8)."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from bot.gateway.errors import Refused
from bot.gateway.guards import signed_in
from bot.gateway.identity import sign_in_cookie
from bot.gateway.memory import Person
from bot.gateway.parts import Gateway, gateway_of
from bot.gateway.views import iso
from bot.privacy import audit, erasure, export
from bot.privacy.erasure import Receipt
from bot.records import NotFound, Tx, conversations, episodes, erasing, reflections


class EraseBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is to go. `id`: of the reflection or message; nothing for all of it."""

    kind: Literal["all", "reflection", "message"]
    id: Annotated[str, msgspec.Meta(max_length=36)] | None = None


@get("/api/data", opt={"door": "joined"}, dependencies={"person": Provide(signed_in)})
async def read_data(request: Request[Any, Any, Any], person: Person) -> dict[str, Any]:
    """How much stays in the practice record, and who looked at what."""

    def read(tx: Tx) -> dict[str, Any]:
        return {"kept": asdict(erasing.kept_of(tx, person.client_id)), "looks": export.looks(tx, person.client_id)}

    return await gateway_of(request).records.read(read)


@get("/api/export", opt={"door": "joined"}, dependencies={"person": Provide(signed_in)}, include_in_schema=True)
async def take_away(request: Request[Any, Any, Any], person: Person) -> Response[bytes]:
    """Everything stored about the client, as a ZIP of JSON, a page and a SQLite file."""
    gateway = gateway_of(request)
    at = datetime.now(UTC)

    def collect(tx: Tx) -> dict[str, list[dict[str, Any]]]:
        audit.note(
            tx,
            actor=person.client_id,
            action="export",
            client_id=person.client_id,
            target=None,
            data={},
            at=at,
        )
        return export.collect(tx, person.client_id, at=at)

    tables = await gateway.records.write(collect)
    strings = gateway.texts.topic("export", language=person.language, address=person.address)
    packed = await asyncio.to_thread(export.archive, tables, strings=strings, language=person.language, at=at)
    headers = {"content-disposition": 'attachment; filename="my-data.zip"'}
    return Response(packed, media_type="application/zip", headers=headers)


@post("/api/erase", status_code=HTTP_200_OK, opt={"door": "joined"}, dependencies={"person": Provide(signed_in)})
async def erase(request: Request[Any, Any, Any], person: Person, data: EraseBody) -> Response[dict[str, Any]]:
    """Destroys keys and rows of the client's own store, and answers with a receipt of what stays.

    All of it is refused while an alert is open (409 `alert_open`): somebody is on the way to this person.
    """
    gateway = gateway_of(request)
    kind = "client" if data.kind == "all" else data.kind
    erased_id = await gateway.records.read(_checked, person, data)
    receipt = await asyncio.to_thread(
        erasure.erase,
        gateway.records.store,
        kind=kind,
        erased_id=erased_id,
        client_id=person.client_id,
        actor=person.client_id,
        at=datetime.now(UTC),
    )
    return _answer(gateway, person, receipt, everything=kind == "client")


def _checked(tx: Tx, person: Person, data: EraseBody) -> str:
    """The id to erase, if it is this client's. Raises NotFoundException (404) or Refused."""
    if data.kind == "all":
        if episodes.open_episode_of(tx, person.conversation_id) is not None:
            raise Refused(HTTP_409_CONFLICT, "alert_open")
        return person.client_id
    if data.kind == "message":
        message = conversations.message(tx, data.id or "")
        owner = message.conversation_id if message else None
    else:
        try:
            owner = reflections.reflection(tx, data.id or "").conversation_id
        except NotFound:
            owner = None
    if owner != person.conversation_id or data.id is None:
        raise NotFoundException("nothing of this client has this id")
    return data.id


def _answer(gateway: Gateway, person: Person, receipt: Receipt, *, everything: bool) -> Response[dict[str, Any]]:
    """Forgets what this process remembers, and hands out the receipt."""
    gateway.memory.forget_talk(person.conversation_id)
    headers = {}
    if everything:
        gateway.memory.forget_client(person.client_id)
        headers = {"set-cookie": sign_in_cookie(""), "clear-site-data": '"cache"'}
    body = {"at": iso(receipt.at), "erased": asdict(receipt.erased), "kept": asdict(receipt.kept)}
    return Response(body, headers=headers)


HANDLERS = (read_data, take_away, erase)
