"""The parts of one portal process, as its handlers find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from limits.aio.strategies import MovingWindowRateLimiter
from litestar import Request, Response

from bot.portal.rendering import page
from bot.records import Writer
from bot.records.people import Staff
from bot.settings import Settings
from bot.texts import Lines, Texts


@dataclass(frozen=True)
class Portal:
    """Everything that outlives a request."""

    settings: Settings
    records: Writer
    texts: Texts
    lines: Lines
    limiter: MovingWindowRateLimiter
    zone: str
    languages: tuple[str, ...]

    def page(
        self, template: str, context: Any, *, staff: Staff | None, language: str | None = None, status: int = 200
    ) -> Response[str]:
        """A page in the staff member's language and the practice's local time."""
        chosen = staff.language if staff else language or self.languages[0]
        return page(
            template,
            context,
            strings=self.texts.topic("portal", language=chosen, address="usted"),
            language=chosen,
            zone=self.zone,
            staff=staff,
            status=status,
        )


def portal_of(request: Request[Any, Any, Any]) -> Portal:
    """The parts behind a request."""
    portal = request.app.state.portal
    assert isinstance(portal, Portal)
    return portal
