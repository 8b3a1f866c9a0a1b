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
    """The newest rows that verify. Clients by their id only: this page is about the staff."""
    portal = portal_of(request)

    def read(tx: Tx) -> AuditPage:
        names = {person.id: person.display_name for person in people.all_staff(tx)}
        whole = audit.verify(tx)
        # Up to the first row that does not fit: what comes after it may be anything.
        last = audit_rows.head(tx)[0] if whole.broken is None else whole.rows
        rows = audit_rows.rows_after(tx, max(0, last - SHOWN), limit=min(SHOWN, last)) if last else []
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
        return AuditPage(lines=lines, broken_at=whole.broken)

    return portal.page("audit.html", await portal.records.read(read), staff=who.staff)


HANDLERS = (audit_page,)
