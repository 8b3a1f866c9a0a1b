"""The rhythm of each questionnaire for a client: how often the chat puts it first. Off unless the therapist sets it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body
from litestar.response import Redirect

from bot.portal.identity import SignedIn, own_client, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import Tx, schedules
from bot.reflection.measuring import load_measures

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class RhythmForm(msgspec.Struct):
    """Every how many weeks; 0 takes the rhythm away."""

    weeks: Literal["0", "1", "2", "4"]


@post(
    "/clients/{client_id:str}/measures/{measure:str}",
    opt={"door": "therapist"},
    dependencies={"who": Provide(signed_in)},
)
async def set_rhythm(
    request: Request[Any, Any, Any], who: SignedIn, client_id: str, measure: str, data: Annotated[RhythmForm, Form]
) -> Redirect:
    """Sets the rhythm of one questionnaire; the client reads who suggested it, and may pass it by."""
    at = datetime.now(UTC)

    def change(tx: Tx) -> None:
        own_client(tx, client_id, who)
        if measure not in load_measures():
            raise NotFoundException("no such questionnaire")
        weeks = int(data.weeks)
        schedules.set_schedule(tx, client_id, measure, weeks=weeks or None, by=who.staff.id, at=at)
        audit.note(
            tx,
            actor=who.staff.id,
            action="set_measure",
            client_id=client_id,
            target=None,
            data={"measure": measure, "weeks": weeks},
            at=at,
        )

    await portal_of(request).records.write(change)
    return Redirect(f"/clients/{client_id}#measures", status_code=303)


def rhythms_of(tx: Tx, client_id: str) -> tuple[tuple[str, str, int], ...]:
    """Of each questionnaire its id, its title, and every how many weeks it is put first (0: never)."""
    found = schedules.schedules_of(tx, client_id)
    return tuple((one.id, one.title, found.get(one.id, 0)) for one in load_measures().values())


HANDLERS = (set_rhythm,)
