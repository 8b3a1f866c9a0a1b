"""Pages and files: the client's own page, the framed chat, the launcher, the service worker, health, the API's
schema."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from bot import widget
from bot.gateway.parts import actions_healthy, gateway_of
from bot.handoff.health import worker_state
from bot.records import StoreError, Tx, WriterTimeout

HEALTH_DEADLINE_S = 1.0
# The schema of the API is no secret: a practice may write its own client.
OPENAPI = OpenAPIConfig(
    title="Interlude, the client's door",
    version="1",
    render_plugins=[JsonRenderPlugin()],
    openapi_router=Router(path="/schema", route_handlers=[], opt={"door": "open"}),
)


def _language(request: Request[Any, Any, Any]) -> str:
    """The visitor's language among the practice's: `?language=` first, then what the browser prefers."""
    languages = gateway_of(request).languages
    asked = request.query_params.get("language")
    if asked in languages:
        return str(asked)
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in languages:
            return code
    return languages[0]


def _page(request: Request[Any, Any, Any], *, frame: bool) -> Response[str]:
    gateway = gateway_of(request)
    language = _language(request)
    html = widget.page(
        frame=frame,
        language=language,
        strings=gateway.texts.topic("widget", language=language, address="tu"),
        lines=gateway.lines.of(gateway.country, language=language),
        practice_name=gateway.practice_name,
    )
    return Response(html, media_type=MediaType.HTML)


@get("/", opt={"door": "open"}, include_in_schema=False)
async def full_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The main door: the chat on a page of its own, with the service worker."""
    return _page(request, frame=False)


@get("/join", opt={"door": "open"}, include_in_schema=False)
async def join_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The invite's link. The code is in the fragment: no server logs it, and opening the link uses nothing up."""
    return _page(request, frame=False)


@get("/chat", opt={"door": "open"}, include_in_schema=False)
async def framed_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The chat inside a frame of the practice's site."""
    return _page(request, frame=True)


@get("/widget.js", opt={"door": "open"}, include_in_schema=False)
async def launcher(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The launcher for the practice's own site, with its words and crisis lines."""
    gateway = gateway_of(request)
    content = widget.launcher(
        strings={
            language: gateway.texts.topic("widget", language=language, address="tu") for language in gateway.languages
        },
        lines={language: gateway.lines.of(gateway.country, language=language) for language in gateway.languages},
    )
    return Response(content, media_type=widget.asset("widget.js")[1], headers={"cache-control": "no-cache"})


@get("/sw.js", opt={"door": "open"}, include_in_schema=False)
async def service_worker() -> Response[bytes]:
    """The service worker, at the root because its scope is the whole door."""
    content, media_type = widget.asset("sw.js")
    return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})


@get("/static/{name:path}", opt={"door": "open"}, include_in_schema=False)
async def static_file(name: str) -> Response[bytes]:
    """Scripts, styles and pictures, under names with a hash of their content."""
    try:
        content, media_type = widget.asset(name.lstrip("/"))
    except KeyError as error:
        raise NotFoundException("no such file") from error
    return Response(content, media_type=media_type, headers={"cache-control": "public, max-age=31536000, immutable"})


@get("/healthz", opt={"door": "open"}, include_in_schema=False)
async def health(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """This part and each that it depends on. 200 as long as the door itself works."""
    gateway = gateway_of(request)

    def read(tx: Tx) -> str:
        return worker_state(tx)

    try:
        worker = await gateway.records.read(read, timeout_s=HEALTH_DEADLINE_S)
        records = "ok"
    except (StoreError, WriterTimeout):
        worker, records = "unknown", "silent"
    parts = {
        "records": records,
        "worker": worker,
        "engine": "ok" if await gateway.engine.healthy() else "silent",
        "actions": "ok" if await actions_healthy(gateway.http, gateway.settings) else "silent",
    }
    return {"status": "ok" if set(parts.values()) == {"ok"} else "degraded", "parts": parts}


HANDLERS = (full_page, join_page, framed_page, launcher, service_worker, static_file, health)
