"""The policies of this door. Finer rules (whose client, which episode) live with the pages that know them."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotFoundException
from litestar.handlers.base import BaseRouteHandler

from bot.portal.identity import Lack, OtherStepFirst, coming_in
from bot.web.policy import door_of

# Policy -> roles that pass. "open": anybody. "staff": anybody whose sign-in is whole.
_ROLES: dict[str, tuple[str, ...]] = {
    "therapist": ("therapist",),
    "answers": ("therapist", "on_call", "owner"),
    "owner": ("owner",),
}
# The steps of a sign-in: policy -> what the sign-in may lack. All other policies let nobody in who lacks anything.
_STEPS: dict[str, tuple[Lack | None, ...]] = {
    "code": ("code",),
    "enrol": ("enrolment", None),
    "leave": ("code", "enrolment", None),
}
POLICIES = ("open", "staff", *_ROLES, *_STEPS)


async def require_role(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every route: a whole sign-in unless it is open, and one of the policy's roles.

    A wrong role reads 404; a sign-in that lacks a step is led to that step.
    """
    door = door_of(handler)
    if door == "open":
        return
    who = await coming_in(Request(connection.scope))
    if who.lacks not in _STEPS.get(str(door), (None,)):
        raise OtherStepFirst(who.lacks)
    if door in _ROLES and not who.has(*_ROLES[door]):
        raise NotFoundException("not for this role")
