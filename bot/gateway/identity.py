"""Who is asking: the sign-in behind the cookie, from memory first and from records if need be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException

from bot.gateway.consenting import has_consented
from bot.gateway.memory import Memory, Person
from bot.records import StoreError, Tx, Writer, WriterTimeout, consents, conversations, people, practice, signing
from bot.texts import Texts
from bot.web.tokens import token_hash

COOKIE = "__Host-interlude-client"
SIGN_IN_LASTS = timedelta(days=180)
# A sign-in that cannot be looked up in this time is treated as a stranger's: help and an honest card, no storing.
LOOK_UP_DEADLINE_S = 0.5
# A sign-in that was ended elsewhere, or a consent withdrawn, is noticed this soon. Until records answer again, and for
# no longer than this a message, what is remembered counts (I3).
FRESH_FOR = timedelta(seconds=15)
REFRESH_DEADLINE_S = 0.05


class StoreSilent(RuntimeError):
    """The sign-in could not be looked up, because the store does not answer."""


class Identity:
    """Looks sign-ins up. A policy of this door ("joined") is a call of `person`."""

    def __init__(
        self,
        *,
        records: Writer,
        memory: Memory,
        texts: Texts,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._records, self._memory, self._texts = records, memory, texts
        self._now = now

    async def person(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Person:
        """The client behind the request. Raises NotAuthorizedException (401), or StoreSilent."""
        token = connection.cookies.get(COOKIE)
        if not token:
            raise NotAuthorizedException("no sign-in")
        hashed, at = token_hash(token), self._now()
        known = self._memory.person(hashed)
        if known is not None and at >= known.expires_at:
            known = None
        if known is not None and at - known.read_at < FRESH_FOR:
            return known
        deadline_s = LOOK_UP_DEADLINE_S if known is None else REFRESH_DEADLINE_S
        try:
            person = await self._records.read(load_person, hashed, texts=self._texts, at=at, timeout_s=deadline_s)
        except (StoreError, WriterTimeout) as error:
            if known is not None:
                return known
            raise StoreSilent("the store does not answer") from error
        if person is None:
            self._memory.forget_sign_in(hashed)
            raise NotAuthorizedException("the sign-in has ended")
        self._memory.remember_person(hashed, person)
        return person


def load_person(tx: Tx, hashed: str, *, texts: Texts, at: datetime) -> Person | None:
    """The client of a sign-in that is still good, or None."""
    sign_in = signing.sign_in_by_hash(tx, hashed, "client", at=at)
    if sign_in is None:
        return None
    client = people.client(tx, sign_in.person_id)
    here = practice.practice(tx)
    given = consents.state(tx, client.id)
    crisis_events = given.get("crisis_events")
    return Person(
        client_id=client.id,
        conversation_id=conversations.conversation_of(tx, client.id, at=at).id,
        language=client.language,
        address=client.address,
        country=client.country,
        practice_name=here.name,
        consented=has_consented(given, texts),
        free_text=crisis_events is not None and crisis_events.given,
        expires_at=sign_in.expires_at,
        read_at=at,
    )


def sign_in_cookie(token: str) -> str:
    """The client door's Set-Cookie value; an empty token takes the cookie away.

    SameSite=None and Partitioned, because the chat also lives in a frame of the practice's site: the cookie is then
    kept apart for each site that shows the frame.
    """
    lasts = int(SIGN_IN_LASTS.total_seconds()) if token else 0
    return f"{COOKIE}={token}; Path=/; Max-Age={lasts}; Secure; HttpOnly; SameSite=None; Partitioned"
