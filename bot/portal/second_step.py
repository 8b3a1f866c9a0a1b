"""The second step of a sign-in: a code of the app, or a recovery code. One answer for every refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from limits import parse
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_429_TOO_MANY_REQUESTS

from bot.portal.contexts import SecondStepPage
from bot.portal.identity import SignedIn, coming_in
from bot.portal.parts import Portal, portal_of
from bot.portal.sign_in import begin, own_path, with_cookie
from bot.privacy import second_factor
from bot.records import Tx
from bot.web.tokens import token_hash

# Whoever is here knows the password. Three codes of a million fit at any moment: thirty tries a day leave a guesser one
# chance in ten thousand each day, and every refusal leaves a row in the audit.
_LIMITS = tuple(parse(limit) for limit in ("5/15minutes", "30/day"))


class CodeForm(msgspec.Struct):
    """A code, and where to go then."""

    code: Annotated[str, msgspec.Meta(max_length=100)]
    next: Annotated[str, msgspec.Meta(max_length=200)] = "/"


@get("/sign-in/code", opt={"door": "code"}, dependencies={"who": Provide(coming_in)})
async def code_page(request: Request[Any, Any, Any], who: SignedIn, next: str = "/") -> Response[str]:
    """The form."""
    return _form(portal_of(request), who, next=own_path(next))


@post("/sign-in/code", opt={"door": "code"}, dependencies={"who": Provide(coming_in)})
async def give_code(
    request: Request[Any, Any, Any],
    who: SignedIn,
    data: Annotated[CodeForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Checks the code. What is signed in then has a new token; the one that only had the password ends."""
    portal, to = portal_of(request), own_path(data.next)
    if not await may_try(portal, who):
        return _form(portal, who, next=to, too_many=True, status=HTTP_429_TOO_MANY_REQUESTS)
    at = datetime.now(UTC)

    def check(tx: Tx) -> str | None:
        if second_factor.accept(tx, who.staff.id, data.code, at=at) is None:
            return None
        return begin(tx, request, who.staff.id, at=at, second_at=at)

    token = await portal.records.write(check)
    if token is None:
        return _form(portal, who, next=to, failed=True, status=HTTP_401_UNAUTHORIZED)
    await forget_tries(portal, who)
    return with_cookie(Redirect(to, status_code=303), token)


async def may_try(portal: Portal, who: SignedIn) -> bool:
    """Counts a try of this person; False where there were too many."""
    for limit in _LIMITS:
        if not await portal.limiter.hit(limit, *_counted(who)):
            return False
    return True


async def forget_tries(portal: Portal, who: SignedIn) -> None:
    """After a code that fits only failures count again from none."""
    for limit in _LIMITS:
        await portal.limiter.clear(limit, *_counted(who))


def _counted(who: SignedIn) -> tuple[str, str, str]:
    # With the password: a new one is a new start, else a thief of the old one could keep its owner out for a day.
    return "second step", who.staff.id, token_hash(who.staff.password_hash)


def _form(
    portal: Portal,
    who: SignedIn,
    *,
    next: str,
    failed: bool = False,
    too_many: bool = False,
    status: int = 200,
) -> Response[str]:
    context = SecondStepPage(failed=failed, too_many=too_many, next=next)
    return portal.page("second_step.html", context, staff=None, language=who.staff.language, status=status)


HANDLERS = (code_page, give_code)
