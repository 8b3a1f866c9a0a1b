"""The policies of this door, as functions that a handler calls through its dependencies."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers.base import BaseRouteHandler
from litestar.status_codes import HTTP_403_FORBIDDEN, HTTP_503_SERVICE_UNAVAILABLE

from bot.gateway.errors import Refused
from bot.gateway.identity import StoreSilent
from bot.gateway.memory import Person
from bot.gateway.parts import gateway_of
from bot.web.policy import SAFE_METHODS, check_origin, door_of

# A header that no form and no foreign site can add without asking first.
OWN_HEADER = "x-interlude"


def refuse_foreign(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of the whole door: what changes something, and what streams, must come from our own page."""
    own = connection.app.state.gateway.settings.public_url_client
    method = connection.scope.get("method", "GET")
    changes = method not in SAFE_METHODS
    if changes or door_of(handler) != "open":
        check_origin(connection, own=own, needed=changes)
    if changes and connection.headers.get(OWN_HEADER) != "1":
        raise Refused(HTTP_403_FORBIDDEN, "refused")


async def signed_in(request: Request[Any, Any, Any]) -> Person:
    """Dependency of "joined" routes. 401 without a sign-in, 503 while the store does not answer."""
    try:
        return await gateway_of(request).identity.person(request)
    except StoreSilent as error:
        raise Refused(HTTP_503_SERVICE_UNAVAILABLE, "store_silent") from error


async def consented(request: Request[Any, Any, Any]) -> Person:
    """Dependency of "consented" routes. 403 `consent_needed` before the client agreed to the current text."""
    person = await signed_in(request)
    if not person.consented:
        raise Refused(HTTP_403_FORBIDDEN, "consent_needed")
    return person


async def somebody(request: Request[Any, Any, Any]) -> Person | None:
    """The client if there is one; used by doors that are open but may know the visitor."""
    try:
        return await gateway_of(request).identity.person(request)
    except (NotAuthorizedException, StoreSilent):
        return None
