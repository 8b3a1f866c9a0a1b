"""Signing in and out: argon2id, a limit on tries, one answer for every refusal, a new token at each sign-in.

The password is the first step. Where the account has a second factor, `bot.portal.second_step` is the next one.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from limits import parse
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_429_TOO_MANY_REQUESTS

from bot.portal.browsers import label_of
from bot.portal.contexts import SignInPage
from bot.portal.identity import COOKIE, HALF, LONGEST, SignedIn, coming_in, cookie
from bot.portal.parts import Portal, portal_of
from bot.privacy import audit, second_factor
from bot.records import Tx, people, signing
from bot.records.people import Staff
from bot.web.passwords import verify_password
from bot.web.tokens import new_token, token_hash

# For each address and for each login, so that neither one guesser nor many get far; says nothing of who exists.
_BY_ADDRESS, _BY_LOGIN = parse("30/15minutes"), parse("10/15minutes")
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]*")


class SignInForm(msgspec.Struct):
    """The sign-in page's form."""

    login: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=200)]
    next: Annotated[str, msgspec.Meta(max_length=200)] = "/"


@get("/sign-in", opt={"door": "open"})
async def sign_in_page(request: Request[Any, Any, Any], next: str = "/") -> Response[str]:
    """The form."""
    return _form(portal_of(request), request, next=own_path(next))


@post("/sign-in", opt={"door": "open"})
async def sign_in(
    request: Request[Any, Any, Any],
    data: Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Checks login and password. The same page and the same time for a wrong login and a wrong password."""
    portal = portal_of(request)
    login = data.login.strip().lower()
    address = request.client.host if request.client else "unknown"
    by_address = await portal.limiter.hit(_BY_ADDRESS, "address", address)
    by_login = await portal.limiter.hit(_BY_LOGIN, "login", login)
    if not (by_address and by_login):
        return _form(portal, request, next=own_path(data.next), too_many=True, status=HTTP_429_TOO_MANY_REQUESTS)
    staff = await portal.records.read(people.staff_by_login, login)
    good = await _verify(staff, data.password)
    if staff is None or not good or staff.status != "active":
        return _form(portal, request, next=own_path(data.next), failed=True, status=HTTP_401_UNAUTHORIZED)
    at = datetime.now(UTC)

    def start(tx: Tx) -> tuple[str, bool]:
        half = second_factor.is_on(tx, staff.id)
        if half:
            # Said also when no code follows: then somebody knows the password who has not got the phone.
            audit.note(tx, actor=staff.id, action="password_given", client_id=None, target=None, data={}, at=at)
        return begin(tx, request, staff.id, at=at, lasts=HALF if half else LONGEST, whole=not half), half

    token, half = await portal.records.write(start)
    to = own_path(data.next)
    return with_cookie(Redirect(f"/sign-in/code?next={quote(to)}" if half else to, status_code=303), token)


def begin(
    tx: Tx,
    request: Request[Any, Any, Any],
    person_id: str,
    *,
    at: datetime,
    lasts: timedelta = LONGEST,
    whole: bool = True,
    second_at: datetime | None = None,
) -> str:
    """Starts a sign-in under a new token, and ends the one that this browser had; the token.

    `whole`: no step is to come, so that it is noted as a sign-in. `second_at`: when the second factor was given.
    """
    old = request.cookies.get(COOKIE)
    if old:
        signing.end_sign_in(tx, token_hash(old), at=at)
    token = new_token()
    signing.create_sign_in(
        tx,
        person_id=person_id,
        door="staff",
        device_id=None,
        token_hash=token_hash(token),
        expires_at=at + lasts,
        at=at,
        second_at=second_at,
        label=label_of(request.headers.get("user-agent", "")),
    )
    if whole:
        audit.note(tx, actor=person_id, action="sign_in", client_id=None, target=None, data={}, at=at)
    return token


def with_cookie(answer: Response[Any], token: str) -> Response[Any]:
    """An answer that hands a token to the browser."""
    answer.headers["set-cookie"] = cookie(token)
    return answer


@post("/sign-out", opt={"door": "leave"}, dependencies={"who": Provide(coming_in)})
async def sign_out(request: Request[Any, Any, Any], who: SignedIn) -> Response[Any]:
    """Ends this sign-in."""

    def end(tx: Tx) -> None:
        signing.end_sign_in(tx, who.token_hash, at=datetime.now(UTC))

    await portal_of(request).records.write(end)
    return with_cookie(Redirect("/sign-in", status_code=303), "")


def language_of(request: Request[Any, Any, Any], languages: tuple[str, ...]) -> str:
    """The browser's language among the practice's, before anybody has signed in."""
    preferred = request.headers.get("accept-language", "").lower()[:2]
    return preferred if preferred in languages else languages[0]


async def _verify(staff: Staff | None, password: str) -> bool:
    return await asyncio.to_thread(verify_password, staff.password_hash if staff else None, password)


def _form(
    portal: Portal,
    request: Request[Any, Any, Any],
    *,
    next: str,
    failed: bool = False,
    too_many: bool = False,
    status: int = 200,
) -> Response[str]:
    context = SignInPage(failed=failed, too_many=too_many, next=next)
    language = language_of(request, portal.languages)
    return portal.page("sign_in.html", context, staff=None, language=language, status=status)


def own_path(path: str) -> str:
    """A path of this door, so that a link cannot send somebody elsewhere after the sign-in.

    What a browser may read as another host (`//host`, `/\\host`, `/<tab>/host`) has no place in an address of ours.
    """
    return path if _OWN_PATH.fullmatch(path) else "/"


HANDLERS = (sign_in_page, sign_in, sign_out)
