"""The incident register's counts by month: what the practice tells its supervisors, and a law asks for once a year."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import Provide
from litestar.params import Parameter

from bot.handoff import counts
from bot.portal.contexts import IncidentLine, IncidentsPage
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.records import Tx

FIRST_YEAR, LAST_YEAR = 2020, 2100


@get("/incidents", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def incidents_page(
    request: Request[Any, Any, Any],
    who: SignedIn,
    year: Annotated[int | None, Parameter(ge=FIRST_YEAR, le=LAST_YEAR)] = None,
) -> Response[str]:
    """One year, a line a month; groups of at least 20 alerts under it."""
    portal = portal_of(request)
    shown = year or datetime.now(UTC).year

    def read(tx: Tx) -> tuple[counts.Month, ...]:
        return counts.months(tx, year=shown)

    months = await portal.records.read(read)
    lines = []
    for month in months:
        lines.append(_line(month.month, None, month.counts))
        lines += [_line(month.month, language, found) for language, found in month.by_language.items()]
    page = IncidentsPage(year=shown, lines=tuple(lines), smallest=counts.SMALLEST_GROUP)
    return portal.page("incidents.html", page, staff=who.staff)


def _line(month: str, language: str | None, found: counts.Counts) -> IncidentLine:
    return IncidentLine(
        month=month,
        language=language,
        alerts=found.alerts,
        open=found.open,
        told_minutes=found.told_minutes,
        acknowledged_minutes=found.acknowledged_minutes,
        outcome_minutes=found.outcome_minutes,
        outcomes=tuple(sorted(found.outcomes.items())),
        questions=found.questions,
        silence_pages=found.silence_pages,
    )


HANDLERS = (incidents_page,)
