"""The client's summaries: read, share, take lines out, hide again (I5)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.status_codes import HTTP_200_OK, HTTP_403_FORBIDDEN

from bot.gateway.errors import Refused
from bot.gateway.guards import consented
from bot.gateway.memory import Person
from bot.gateway.parts import gateway_of
from bot.gateway.views import summary_json
from bot.records import NotFound, Tx, consents, summaries
from bot.records.summaries import Summary


class ShareBody(msgspec.Struct, forbid_unknown_fields=True):
    """Ids of the lines that the client takes out before sharing."""

    remove: Annotated[list[str], msgspec.Meta(max_length=200)] = msgspec.field(default_factory=list)


@get("/api/summaries", opt={"door": "consented"}, dependencies={"person": Provide(consented)})
async def list_summaries(request: Request[Any, Any, Any], person: Person) -> dict[str, Any]:
    """All summaries of the client, newest first."""

    def read(tx: Tx) -> list[dict[str, Any]]:
        return [summary_json(summary) for summary in summaries.summaries_of(tx, person.client_id)]

    return {"summaries": await gateway_of(request).records.read(read)}


@get("/api/summaries/{summary_id:str}", opt={"door": "consented"}, dependencies={"person": Provide(consented)})
async def read_summary(request: Request[Any, Any, Any], person: Person, summary_id: str) -> dict[str, Any]:
    """One summary; 404 for another client's, as for none at all."""

    def read(tx: Tx) -> dict[str, Any]:
        return summary_json(_own(tx, summary_id, person))

    return await gateway_of(request).records.read(read)


@post(
    "/api/summaries/{summary_id:str}/share",
    status_code=HTTP_200_OK,
    opt={"door": "consented"},
    dependencies={"person": Provide(consented)},
)
async def share_summary(
    request: Request[Any, Any, Any], person: Person, summary_id: str, data: ShareBody
) -> dict[str, Any]:
    """Shares exactly the lines that are left; what is shared is frozen in the practice record."""

    def share(tx: Tx) -> dict[str, Any]:
        summary = _own(tx, summary_id, person)
        given = consents.state(tx, person.client_id).get("share_summaries")
        if given is None or not given.given:
            raise Refused(HTTP_403_FORBIDDEN, "consent_needed")
        removed = set(data.remove)
        lines = [line for line in summary.body["lines"] if line["id"] not in removed]
        summaries.share(tx, summary_id, body={**summary.body, "lines": lines}, at=datetime.now(UTC))
        return summary_json(_own(tx, summary_id, person))

    return await gateway_of(request).records.write(share)


@post(
    "/api/summaries/{summary_id:str}/unshare",
    status_code=HTTP_200_OK,
    opt={"door": "consented"},
    dependencies={"person": Provide(consented)},
)
async def unshare_summary(request: Request[Any, Any, Any], person: Person, summary_id: str) -> dict[str, Any]:
    """Hides a shared summary from now on. What was read stays in the practice record, and the widget says so."""

    def unshare(tx: Tx) -> dict[str, Any]:
        _own(tx, summary_id, person)
        summaries.unshare(tx, summary_id, at=datetime.now(UTC))
        return summary_json(_own(tx, summary_id, person))

    return await gateway_of(request).records.write(unshare)


def _own(tx: Tx, summary_id: str, person: Person) -> Summary:
    try:
        summary = summaries.summary(tx, summary_id)
    except NotFound as error:
        raise NotFoundException("no such summary") from error
    if summary.client_id != person.client_id:
        raise NotFoundException("no such summary")
    return summary


HANDLERS = (list_summaries, read_summary, share_summary, unshare_summary)
