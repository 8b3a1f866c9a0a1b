"""Default deny: a route says who may use it, or the application refuses to start.

Each handler carries `opt={"door": ...}`. The value names a policy of the application it belongs to ("open" needs
nobody). `require_policies` runs at start-up, so that a new route without a decision is a crash on the developer's
machine and never an open page.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_USUAL_PORTS = {"http": 80, "https": 443}


class UndeclaredRoute(RuntimeError):
    """A route has no policy; the message names it and the policies to choose from."""


def door_of(handler: BaseRouteHandler) -> str | None:
    """The policy that a handler declares."""
    door = handler.opt.get("door")
    return door if isinstance(door, str) else None


def require_policies(app: Litestar, *, allowed: Collection[str]) -> None:
    """Raises UndeclaredRoute unless every route of `app` declares one of `allowed`."""
    for route in app.routes:
        handlers: list[BaseRouteHandler] = [
            handler
            for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)])
            if isinstance(handler, HTTPRouteHandler | ASGIRouteHandler)
        ]
        for handler in handlers:
            if door_of(handler) in allowed or _automatic_options(handler):
                continue
            raise UndeclaredRoute(
                f"route {route.path} ({handler}) declares door={door_of(handler)!r}; choose one of {sorted(allowed)}"
            )


def _automatic_options(handler: BaseRouteHandler) -> bool:
    """Litestar adds an OPTIONS answer to every path: it names the methods and reads nothing."""
    return isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write them in `Origin`: small, without a port that is usual."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def check_origin(connection: ASGIConnection, *, own: str, needed: bool) -> None:  # type: ignore[type-arg]
    """Refuses (403) a request that another site started.

    `own` is this door's public address. `needed`: the request must carry an Origin (it changes something); otherwise
    one that is there must still be ours, which covers the event stream. Fetch metadata closes the gap for browsers
    that send no Origin on same-origin GETs.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        site = connection.headers.get("sec-fetch-site")
        if needed or site == "cross-site":
            raise PermissionDeniedException("this request did not come from this site")
        return
    if origin != origin_of(own):
        raise PermissionDeniedException("this request did not come from this site")
