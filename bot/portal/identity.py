"""Who of the staff is asking, what they may do, and what their sign-in still lacks.

A sign-in begins with the password. Whether that is enough is asked at each request and never remembered: where the
account has a second factor, the sign-in lacks its code; where the practice needs one and the account has none, it lacks
the enrolment. So a factor that is set up, or made needed, counts at once for every sign-in that there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers.base import BaseRouteHandler

from bot.portal.parts import Portal, portal_of
from bot.privacy import second_factor
from bot.records import NotFound, Tx, people, signing
from bot.records.people import Client, Staff
from bot.records.signing import SignIn
from bot.web.policy import SAFE_METHODS, check_origin
from bot.web.tokens import token_hash

COOKIE = "__Host-interlude-staff"
_KEPT = "signed_in"
# Automatic logoff: a sign-in ends this long after its last use, and in any case after a working day.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# Time for the second step; what only had the password then ends.
HALF = timedelta(minutes=10)
# A use is noted at most this often: a page that is looked at need not wait for a write each time.
NOTE_EVERY = timedelta(minutes=1)


Lack = Literal["code", "enrolment"]


class OtherStepFirst(Exception):
    """This page is not the sign-in's next step. `lacks`: what is, None where it is past all of them."""

    def __init__(self, lacks: Lack | None) -> None:
        super().__init__(f"the sign-in lacks {lacks or 'nothing'}")
        self.lacks = lacks


@dataclass(frozen=True)
class SignedIn:
    """A staff member, and what their sign-in lacks before it opens anything: None, and it is whole."""

    staff: Staff
    token_hash: str
    sign_in_id: str
    lacks: Lack | None

    def has(self, *roles: str) -> bool:
        """Whether the person has one of these roles."""
        return any(role in self.staff.roles for role in roles)


def refuse_foreign(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Guard of the whole door: what changes something must come from our own pages."""
    own = connection.app.state.portal.settings.public_url_staff
    changes = connection.scope.get("method", "GET") not in SAFE_METHODS
    if changes:
        check_origin(connection, own=own, needed=True)


async def signed_in(request: Request[Any, Any, Any]) -> SignedIn:
    """Dependency of every page but those of the sign-in itself: a sign-in that lacks nothing.

    Raises NotAuthorizedException, which leads to the sign-in page, and OtherStepFirst, which leads to the next step.
    """
    who = await coming_in(request)
    if who.lacks is not None:
        raise OtherStepFirst(who.lacks)
    return who


async def coming_in(request: Request[Any, Any, Any]) -> SignedIn:
    """Dependency of the sign-in's own steps: whoever gave a password. Raises NotAuthorizedException.

    The guard asks first, the page's handler again: the second time what the first found is known.
    """
    found = request.scope["state"].get(_KEPT)
    if isinstance(found, SignedIn):
        return found
    token = request.cookies.get(COOKIE)
    if not token:
        raise NotAuthorizedException("no sign-in")
    portal: Portal = portal_of(request)
    hashed = token_hash(token)
    at = datetime.now(UTC)

    def read(tx: Tx) -> tuple[SignIn, Staff, Lack | None] | None:
        sign_in = signing.sign_in_by_hash(tx, hashed, "staff", at=at)
        if sign_in is None or sign_in.last_seen_at + IDLE <= at:
            return None
        return sign_in, people.staff(tx, sign_in.person_id), lack_of(tx, portal, sign_in)

    known = await portal.records.read(read)
    if known is None or known[1].status != "active":
        raise NotAuthorizedException("the sign-in has ended")
    sign_in, staff, lacks = known
    if sign_in.last_seen_at + NOTE_EVERY <= at:

        def note(tx: Tx) -> None:
            signing.touch_sign_in(tx, sign_in.id, at=at)

        await portal.records.write(note)
    who = SignedIn(staff=staff, token_hash=hashed, sign_in_id=sign_in.id, lacks=lacks)
    request.scope["state"][_KEPT] = who
    return who


def lack_of(tx: Tx, portal: Portal, sign_in: SignIn) -> Lack | None:
    """What a sign-in of the staff lacks."""
    if second_factor.is_on(tx, sign_in.person_id):
        return None if sign_in.second_at is not None else "code"
    return "enrolment" if second_factor.is_needed(tx, portal.settings) else None


def own_client(tx: Tx, client_id: str, who: SignedIn) -> Client:
    """A client of the signed-in therapist. 404 for anybody else's, as for none at all."""
    try:
        client = people.client(tx, client_id)
    except NotFound as error:
        raise NotFoundException("no such client") from error
    if not who.has("therapist") or client.therapist_id != who.staff.id:
        raise NotFoundException("no such client")
    return client


def cookie(token: str) -> str:
    """The staff door's Set-Cookie value; an empty token takes the cookie away. Lax: the link in an e-mail must work."""
    lasts = int(LONGEST.total_seconds()) if token else 0
    return f"{COOKIE}={token}; Path=/; Max-Age={lasts}; Secure; HttpOnly; SameSite=Lax"
