"""Where a person is signed in, and ending it: one, or all but this one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from bot.portal.contexts import SignInLine, SignInsPage
from bot.portal.identity import IDLE, SignedIn, lack_of, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit, second_factor
from bot.records import Tx, signing


@get("/sign-ins", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def sign_ins_page(request: Request[Any, Any, Any], who: SignedIn) -> Response[str]:
    """The person's own, the last used first; those that automatic logoff has ended are none."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def read(tx: Tx) -> SignInsPage:
        return SignInsPage(
            sign_ins=tuple(
                SignInLine(
                    id=one.id,
                    label=one.label,
                    since=one.created_at,
                    used_at=one.last_seen_at,
                    this=one.id == who.sign_in_id,
                    half=lack_of(tx, portal, one) == "code",
                )
                for one in signing.sign_ins_of(tx, who.staff.id, "staff", at=at)
                if one.last_seen_at + IDLE > at
            ),
            second_factor=second_factor.is_on(tx, who.staff.id),
        )

    return portal.page("sign_ins.html", await portal.records.read(read), staff=who.staff)


@post("/sign-ins/{sign_in_id:str}/end", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def end_one(request: Request[Any, Any, Any], who: SignedIn, sign_in_id: str) -> Redirect:
    """Ends one of the person's own; 404 for anybody else's, as for none at all."""
    at = datetime.now(UTC)

    def end(tx: Tx) -> bool:
        ended = signing.end_own_sign_in(tx, sign_in_id, person_id=who.staff.id, at=at)
        if ended:
            _note(tx, who, "end_sign_in", sign_in_id, at)
        return ended

    if not await portal_of(request).records.write(end):
        raise NotFoundException("no such sign-in")
    return Redirect("/sign-ins", status_code=303)


@post("/sign-ins/end-others", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def end_others(request: Request[Any, Any, Any], who: SignedIn) -> Redirect:
    """Ends all of the person's but the one that asks."""
    at = datetime.now(UTC)

    def end(tx: Tx) -> None:
        signing.end_sign_ins(tx, who.staff.id, at=at, but=who.sign_in_id)
        _note(tx, who, "end_other_sign_ins", None, at)

    await portal_of(request).records.write(end)
    return Redirect("/sign-ins", status_code=303)


def _note(tx: Tx, who: SignedIn, action: str, target: str | None, at: datetime) -> None:
    audit.note(tx, actor=who.staff.id, action=action, client_id=None, target=target, data={}, at=at)


HANDLERS = (sign_ins_page, end_one, end_others)
