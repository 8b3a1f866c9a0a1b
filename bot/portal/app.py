"""The portal as an application: its parts, its routes, its default deny."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from litestar import Litestar, Request, Response, get
from litestar.exceptions import HTTPException, NotFoundException
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_401_UNAUTHORIZED,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)
from litestar.types import ASGIApp

from bot.handoff.health import worker_state
from bot.logs import error_class
from bot.portal import (
    accounts_page,
    audit_page,
    clients,
    contacts_page,
    enrolment_page,
    episodes_page,
    incidents_page,
    measures_page,
    practice_page,
    second_factor_page,
    second_step,
    sign_in,
    sign_ins_page,
    takeover_page,
    today,
)
from bot.portal.contexts import MessagePage
from bot.portal.guards import POLICIES, require_role
from bot.portal.identity import OtherStepFirst, refuse_foreign
from bot.portal.parts import Portal, portal_of
from bot.portal.sign_in import language_of
from bot.privacy.opening import open_records
from bot.records import StoreError, Tx, Writer, WriterTimeout, practice
from bot.settings import Settings
from bot.texts import load_lines, load_texts
from bot.web.headers import content_security_policy, with_headers
from bot.web.policy import require_policies

log = structlog.get_logger()
HERE = Path(__file__).parent
HEALTH_DEADLINE_S = 1.0
# A form of this door is small; nothing is uploaded.
MAX_BODY_BYTES = 100_000


@get("/static/portal.css", opt={"door": "open"})
async def style() -> Response[bytes]:
    """The one style sheet."""
    content = (HERE / "static" / "portal.css").read_bytes()
    return Response(content, media_type="text/css", headers={"cache-control": "no-cache"})


@get("/static/live.js", opt={"door": "open"})
async def live_script() -> Response[bytes]:
    """The one script: it keeps the chat with a client current."""
    content = (HERE / "static" / "live.js").read_bytes()
    return Response(content, media_type="text/javascript", headers={"cache-control": "no-cache"})


@get("/healthz", opt={"door": "open"})
async def health(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """This part and each that it depends on."""

    def read(tx: Tx) -> str:
        return worker_state(tx)

    try:
        parts = {"records": "ok", "worker": await portal_of(request).records.read(read, timeout_s=HEALTH_DEADLINE_S)}
    except (StoreError, WriterTimeout):
        parts = {"records": "silent", "worker": "unknown"}
    return {"status": "ok" if set(parts.values()) == {"ok"} else "degraded", "parts": parts}


def create_app(settings: Settings) -> ASGIApp:
    """The portal for `settings`. It refuses to start with a route without policy."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        store = open_records(settings)
        records = Writer(store)
        here = await records.read(practice.practice)
        app.state.portal = Portal(
            settings=settings,
            records=records,
            texts=load_texts(),
            lines=load_lines(),
            limiter=MovingWindowRateLimiter(MemoryStorage()),
            zone=here.time_zone,
            languages=tuple(here.languages),
        )
        log.info("ready", port=settings.portal_port)
        try:
            yield
        finally:
            records.close()
            store.close()

    app = Litestar(
        route_handlers=[
            style,
            live_script,
            health,
            *sign_in.HANDLERS,
            *second_step.HANDLERS,
            *second_factor_page.HANDLERS,
            *sign_ins_page.HANDLERS,
            *today.HANDLERS,
            *accounts_page.HANDLERS,
            *enrolment_page.HANDLERS,
            *clients.HANDLERS,
            *measures_page.HANDLERS,
            *episodes_page.HANDLERS,
            *takeover_page.HANDLERS,
            *practice_page.HANDLERS,
            *contacts_page.HANDLERS,
            *incidents_page.HANDLERS,
            *audit_page.HANDLERS,
        ],
        lifespan=[lifespan],
        guards=[refuse_foreign, require_role],
        openapi_config=None,
        # Else the framework sets up logging of its own, with whole messages and tracebacks (I6).
        logging_config=None,
        exception_handlers={
            HTTPException: refused,
            OtherStepFirst: to_next_step,
            StoreError: silent,
            Exception: fault,
        },
        request_max_body_size=MAX_BODY_BYTES,
    )
    require_policies(app, allowed=POLICIES)
    headers = {
        "content-security-policy": content_security_policy(),
        "x-frame-options": "DENY",
        # With no-referrer a browser writes `Origin: null` on every form, and `refuse_foreign` could not tell it from a
        # foreign one. Other sites get no referrer either way.
        "referrer-policy": "same-origin",
    }

    def headers_for(path: str) -> dict[str, str]:
        return headers if path.startswith("/static/") else {**headers, "cache-control": "no-store"}

    return with_headers(app, headers_for)


def refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Without a sign-in: to the sign-in page and back. Otherwise one plain page that tells nothing of what exists."""
    if error.status_code == HTTP_401_UNAUTHORIZED:
        path = request.scope["path"] if request.method == "GET" else "/"
        return Redirect(f"/sign-in?next={quote(path)}", status_code=303)
    key = "not_here" if isinstance(error, NotFoundException) else "refused"
    return _message(request, key, error.status_code)


def to_next_step(request: Request[Any, Any, Any], error: OtherStepFirst) -> Response[Any]:
    """To what the sign-in lacks, and back to the page afterwards; to the first page when it lacks nothing."""
    if error.lacks is None:
        return Redirect("/", status_code=303)
    path = request.scope["path"] if request.method == "GET" else "/"
    step = "/sign-in/code" if error.lacks == "code" else "/second-factor"
    return Redirect(f"{step}?next={quote(path)}", status_code=303)


def silent(request: Request[Any, Any, Any], error: StoreError) -> Response[Any]:
    """The records did not answer, or could not write: said as "try again", without a detail."""
    log.error("store_silent", error=error_class(error), route=str(request.scope.get("path_template", "")))
    return _message(request, "fault", HTTP_503_SERVICE_UNAVAILABLE)


def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: the class is logged; the page says to try again."""
    log.error("fault", error=error_class(error), route=str(request.scope.get("path_template", "")))
    return _message(request, "fault", HTTP_500_INTERNAL_SERVER_ERROR)


def _message(request: Request[Any, Any, Any], key: str, status: int) -> Response[str]:
    portal = portal_of(request)
    language = language_of(request, portal.languages)
    strings = portal.texts.topic("portal", language=language, address="usted")
    context = MessagePage(title=strings[f"{key}_title"], text=strings[f"{key}_text"])
    return portal.page("message.html", context, staff=None, language=language, status=status)
