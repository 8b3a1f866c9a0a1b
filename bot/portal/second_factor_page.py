"""A person's own second factor: setting it up, new recovery codes, taking it away.

Setting up is one page, because somebody may meet it at three in the morning on the way to an alert; it goes on to
where they were going. What is set up already changes only with a code, not with an open browser alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_429_TOO_MANY_REQUESTS

from bot.portal import qr
from bot.portal.contexts import EnrolFactorPage, OwnFactorPage, RecoveryCodesPage
from bot.portal.identity import SignedIn, coming_in, signed_in
from bot.portal.parts import Portal, portal_of
from bot.portal.second_step import CodeForm, forget_tries, may_try
from bot.portal.sign_in import begin, own_path, with_cookie
from bot.privacy import second_factor, totp
from bot.records import Tx, second_factors

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


@get("/second-factor", opt={"door": "enrol"}, dependencies={"who": Provide(coming_in)})
async def factor_page(request: Request[Any, Any, Any], who: SignedIn, next: str = "/") -> Response[str]:
    """How to set it up, or what is set up."""
    return await _page(portal_of(request), who, next=own_path(next))


@post("/second-factor", opt={"door": "enrol"}, status_code=HTTP_200_OK, dependencies={"who": Provide(coming_in)})
async def enrol(request: Request[Any, Any, Any], who: SignedIn, data: Annotated[CodeForm, Form]) -> Response[Any]:
    """A first code proves that the app has the secret. Shows the recovery codes, once; the sign-in goes on anew."""
    portal, to = portal_of(request), own_path(data.next)
    at = datetime.now(UTC)

    # No limit on tries: the secret is on the page, so there is nothing to guess, and somebody may be in a hurry.
    def keep(tx: Tx) -> tuple[tuple[str, ...], str] | None:
        codes = second_factor.enrol(tx, who.staff.id, who.sign_in_id, data.code, at=at)
        if codes is None:
            return None
        return codes, begin(tx, request, who.staff.id, at=at, whole=False, second_at=at)

    kept = await portal.records.write(keep)
    if kept is None:
        return await _page(portal, who, next=to, fault="wrong")
    codes, token = kept
    return with_cookie(_shown(portal, who, codes, to), token)


@post("/second-factor/codes", opt={"door": "staff"}, status_code=HTTP_200_OK, dependencies={"who": Provide(signed_in)})
async def new_codes(request: Request[Any, Any, Any], who: SignedIn, data: Annotated[CodeForm, Form]) -> Response[Any]:
    """New recovery codes, shown once; the earlier ones end."""
    portal = portal_of(request)
    if not await may_try(portal, who):
        return await _page(portal, who, next="/", fault="too_many")
    at = datetime.now(UTC)

    def make(tx: Tx) -> tuple[str, ...] | None:
        if second_factor.accept(tx, who.staff.id, data.code, at=at) is None:
            return None
        return second_factor.new_recovery_codes(tx, who.staff.id, at=at)

    codes = await portal.records.write(make)
    if codes is None:
        return await _page(portal, who, next="/", fault="wrong")
    await forget_tries(portal, who)
    return _shown(portal, who, codes, "/second-factor")


@post("/second-factor/remove", opt={"door": "staff"}, dependencies={"who": Provide(signed_in)})
async def take_own_away(
    request: Request[Any, Any, Any], who: SignedIn, data: Annotated[CodeForm, Form]
) -> Response[Any]:
    """For a new phone. All other sign-ins of the person end; this one goes on anew, to setting up again if needed."""
    portal = portal_of(request)
    if not await may_try(portal, who):
        return await _page(portal, who, next="/", fault="too_many")
    at = datetime.now(UTC)

    def remove(tx: Tx) -> str | None:
        if second_factor.accept(tx, who.staff.id, data.code, at=at) is None:
            return None
        second_factor.take_away(tx, who.staff.id, by=who.staff.id, at=at)
        return begin(tx, request, who.staff.id, at=at, whole=False)

    token = await portal.records.write(remove)
    if token is None:
        return await _page(portal, who, next="/", fault="wrong")
    await forget_tries(portal, who)
    return with_cookie(Redirect("/second-factor", status_code=303), token)


async def _page(portal: Portal, who: SignedIn, *, next: str, fault: str | None = None) -> Response[str]:
    def read(tx: Tx) -> EnrolFactorPage | OwnFactorPage:
        needed = second_factor.is_needed(tx, portal.settings)
        found = second_factors.second_factor(tx, who.staff.id)
        if found is not None:
            left = second_factors.recovery_codes_left(tx, who.staff.id)
            return OwnFactorPage(since=found.since, codes_left=left, needed=needed, fault=fault)
        secret = second_factor.offer(tx, who.staff.id, who.sign_in_id)
        uri = totp.uri(secret, login=who.staff.login)
        drawn = qr.draw(uri)
        return EnrolFactorPage(
            secret=totp.as_text(secret),
            uri=uri,
            qr_path=drawn.path,
            qr_size=drawn.size,
            needed=needed,
            next=next,
            fault=fault,
        )

    context = await portal.records.read(read)
    return portal.page(
        "enrol_factor.html" if isinstance(context, EnrolFactorPage) else "own_factor.html",
        context,
        # Without the enrolment no other page opens: no links to them.
        staff=who.staff if who.lacks is None else None,
        language=who.staff.language,
        status={"too_many": HTTP_429_TOO_MANY_REQUESTS, "wrong": HTTP_400_BAD_REQUEST}.get(fault or "", HTTP_200_OK),
    )


def _shown(portal: Portal, who: SignedIn, codes: tuple[str, ...], next: str) -> Response[str]:
    return portal.page("recovery_codes.html", RecoveryCodesPage(codes=codes, next=next), staff=who.staff)


HANDLERS = (factor_page, enrol, new_codes, take_own_away)
