"""The staff's accounts: the owner opens and closes them; each person chooses a password of their own with a code."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from limits import parse
from litestar import Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_429_TOO_MANY_REQUESTS

from bot.portal.contacts_page import fits
from bot.portal.contexts import AccountLine, AccountsPage, CodePage, WelcomePage
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import Portal, portal_of
from bot.portal.sign_in import language_of
from bot.privacy import accounts, second_factor
from bot.records import NotFound, Tx, people, second_factors
from bot.web.passwords import hash_password

FAULTS = frozenset({"login", "login_taken", "email", "roles", "last_owner", "has_clients", "own_second_factor"})
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,79}")
# A code has 80 random bits; the limit keeps a guesser from loading the machine.
_BY_ADDRESS = parse("10/15minutes")

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class WelcomeForm(msgspec.Struct):
    """The code, and the new password twice."""

    code: Annotated[str, msgspec.Meta(max_length=100)]
    password: Annotated[str, msgspec.Meta(max_length=1_000)]
    again: Annotated[str, msgspec.Meta(max_length=1_000)]


@get("/people", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def accounts_page(request: Request[Any, Any, Any], who: SignedIn, fault: str = "") -> Response[str]:
    """Every account, the closed ones last."""
    portal = portal_of(request)

    def read(tx: Tx) -> AccountsPage:
        enrolled = second_factors.everybody_with_one(tx)
        everybody = sorted(people.all_staff(tx), key=lambda one: (one.status != "active", one.login))
        return AccountsPage(
            accounts=tuple(
                AccountLine(
                    id=one.id,
                    name=one.display_name,
                    login=one.login,
                    email=one.email,
                    roles=one.roles,
                    closed=one.status != "active",
                    second_factor=one.id in enrolled,
                )
                for one in everybody
            ),
            roles=accounts.ROLES,
            languages=portal.languages,
            fault=fault if fault in FAULTS else None,
        )

    return portal.page("accounts.html", await portal.records.read(read), staff=who.staff)


@post("/people", opt={"door": "owner"}, status_code=HTTP_200_OK, dependencies={"who": Provide(signed_in)})
async def open_account(request: Request[Any, Any, Any], who: SignedIn) -> Response[Any]:
    """Fields: login, name, email, role (several), language. Shows the code, once."""
    portal = portal_of(request)
    form = await request.form()
    login, email = str(form.get("login", "")).strip().lower(), str(form.get("email", "")).strip()
    name = str(form.get("name", "")).strip()[:200] or login
    roles = [role for role in accounts.ROLES if role in form.getall("role", [])]
    language = str(form.get("language", ""))
    if not _LOGIN.fullmatch(login):
        return _back("login")
    if not fits("email", email):
        return _back("email")
    if not roles:
        return _back("roles")
    at = datetime.now(UTC)

    def make(tx: Tx) -> str:
        return accounts.open_account(
            tx,
            login=login,
            display_name=name,
            email=email,
            roles=roles,
            language=language if language in portal.languages else portal.languages[0],
            by=who.staff.id,
            at=at,
        )[1]

    try:
        code = await portal.records.write(make)
    except people.LoginTaken:
        return _back("login_taken")
    return _shown(portal, who, name, code)


@post(
    "/people/{person_id:str}/code",
    opt={"door": "owner"},
    status_code=HTTP_200_OK,
    dependencies={"who": Provide(signed_in)},
)
async def give_code(request: Request[Any, Any, Any], who: SignedIn, person_id: str) -> Response[Any]:
    """A new code for somebody who cannot come in. Shows it, once."""
    portal = portal_of(request)
    at = datetime.now(UTC)

    def make(tx: Tx) -> tuple[str, str]:
        person = people.staff(tx, person_id)
        if person.status != "active":
            raise NotFound("the account is closed")
        return person.display_name, accounts.give_code(tx, person_id, by=who.staff.id, at=at)

    try:
        name, code = await portal.records.write(make)
    except NotFound as error:
        raise NotFoundException("no such account") from error
    return _shown(portal, who, name, code)


@post("/people/{person_id:str}/close", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def close_account(request: Request[Any, Any, Any], who: SignedIn, person_id: str) -> Redirect:
    """Ends an account and its sign-ins."""
    at = datetime.now(UTC)

    def close(tx: Tx) -> str:
        try:
            accounts.close_account(tx, person_id, by=who.staff.id, at=at)
        except accounts.CannotClose as refusal:
            return refusal.reason
        return ""

    try:
        fault = await portal_of(request).records.write(close)
    except NotFound as error:
        raise NotFoundException("no such account") from error
    return _back(fault)


@post("/people/{person_id:str}/second-factor/remove", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def take_second_factor(request: Request[Any, Any, Any], who: SignedIn, person_id: str) -> Redirect:
    """For a colleague whose phone and recovery codes are gone; ends their sign-ins. One's own needs a code of it."""
    at = datetime.now(UTC)

    def remove(tx: Tx) -> str:
        people.staff(tx, person_id)
        if person_id == who.staff.id:
            return "own_second_factor"
        second_factor.take_away(tx, person_id, by=who.staff.id, at=at)
        return ""

    try:
        fault = await portal_of(request).records.write(remove)
    except NotFound as error:
        raise NotFoundException("no such account") from error
    return _back(fault)


@get("/welcome", opt={"door": "open"})
async def welcome_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Where a person with a code chooses a password."""
    return _welcome(portal_of(request), request)


@post("/welcome", opt={"door": "open"})
async def welcome(request: Request[Any, Any, Any], data: Annotated[WelcomeForm, Form]) -> Response[Any]:
    """Sets the password; then the person signs in with it."""
    portal = portal_of(request)
    address = request.client.host if request.client else "unknown"
    if not await portal.limiter.hit(_BY_ADDRESS, "welcome", address):
        return _welcome(portal, request, fault="too_many", status=HTTP_429_TOO_MANY_REQUESTS)
    if data.password != data.again:
        return _welcome(portal, request, fault="different", status=HTTP_400_BAD_REQUEST)
    if not accounts.PASSWORD_MIN <= len(data.password) <= accounts.PASSWORD_MAX:
        return _welcome(portal, request, fault="length", status=HTTP_400_BAD_REQUEST)
    hashed = await asyncio.to_thread(hash_password, data.password)
    at = datetime.now(UTC)

    def choose(tx: Tx) -> bool:
        return accounts.choose_password(tx, data.code, hashed, at=at)

    if not await portal.records.write(choose):
        return _welcome(portal, request, fault="code", status=HTTP_400_BAD_REQUEST)
    return Redirect("/sign-in", status_code=303)


def _shown(portal: Portal, who: SignedIn, name: str, code: str) -> Response[str]:
    context = CodePage(
        name=name,
        code=code,
        address=f"{portal.settings.public_url_staff}/welcome",
        days=accounts.CODE_LASTS.days,
        for_client=False,
        back="/people",
    )
    return portal.page("code.html", context, staff=who.staff)


def _welcome(
    portal: Portal, request: Request[Any, Any, Any], *, fault: str | None = None, status: int = 200
) -> Response[str]:
    context = WelcomePage(fault=fault, least=accounts.PASSWORD_MIN, most=accounts.PASSWORD_MAX)
    language = language_of(request, portal.languages)
    return portal.page("welcome.html", context, staff=None, language=language, status=status)


def _back(fault: str) -> Redirect:
    return Redirect(f"/people?fault={fault}" if fault else "/people", status_code=303)


HANDLERS = (accounts_page, open_account, give_code, close_account, take_second_factor, welcome_page, welcome)
