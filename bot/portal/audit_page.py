"""Who looked at what, and whether the chain of rows still verifies (I8)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.di import Provide

from bot.portal.contexts import AuditLine, AuditPage
from bot.portal.identity import SignedIn, signed_in
from bot.portal.parts import portal_of
from bot.privacy import audit
from bot.records import Tx, audit_rows, people

SHOWN = 200


@get("/audit", opt={"door": "owner"}, dependencies={"who": Provide(signed_in)})
async def audit_page(request: Request[Any, Any, Any], who: SignedIn) -> Response[str]:
    """The newest rows. Clients by their id only: this page is about the staff."""
    portal = portal_of(request)

    def read(tx: Tx) -> AuditPage:
        names = {person.id: person.display_name for person in people.all_staff(tx)}
        last, _ = audit_rows.head(tx)
        rows = audit_rows.rows_after(tx, max(0, last - SHOWN))
        lines = tuple(
            AuditLine(
                at=row.at,
                actor=names.get(row.actor, row.actor),
                action=row.action,
                client=row.client_id,
                detail=", ".join(f"{name}: {value}" for name, value in sorted(row.data.items())),
            )
            for row in reversed(rows)
        )
        return AuditPage(lines=lines, broken_at=audit.verify(tx).broken)

    return portal.page("audit.html", await portal.records.read(read), staff=who.staff)


HANDLERS = (audit_page,)
