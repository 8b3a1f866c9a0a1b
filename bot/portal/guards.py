"""The policies of this door. Finer rules (whose client, which episode) live with the pages that know them."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotFoundException
from litestar.handlers.base import BaseRouteHandler

from bot.portal.identity import signed_in
from bot.web.policy import door_of

# Policy -> roles that pass. "open": anybody. "staff": anybody who is signed in.
_ROLES: dict[str, tuple[str, ...]] = {
    "therapist": ("therapist",),
    "answers": ("therapist", "on_call", "owner"),
    "owner": ("owner",),
}
POLICIES = ("open", "staff", *_ROLES)


async def require_role(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every route: a sign-in unless it is open, and one of the policy's roles. A wrong role reads 404."""
    door = door_of(handler)
    if door == "open":
        return
    who = await signed_in(Request(connection.scope))
    if door in _ROLES and not who.has(*_ROLES[door]):
        raise NotFoundException("not for this role")
