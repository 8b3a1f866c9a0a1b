"""Security headers of every answer, added at the ASGI level so that errors and streams carry them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

BASE: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}


def content_security_policy(*, frame_ancestors: str = "'none'", frames: str = "'none'") -> str:
    """No inline code, nothing from elsewhere. `frame_ancestors`: who may show the page in a frame."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"manifest-src 'self'; worker-src 'self'; frame-src {frames}; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {frame_ancestors}"
    )


def with_headers(app: ASGIApp, headers_for: Callable[[str], Mapping[str, str]]) -> ASGIApp:
    """Wraps `app`: every answer gets `BASE` and what `headers_for(path)` says; a handler's own header wins."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        extra = {**BASE, **headers_for(scope["path"])}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((n.encode(), v.encode()) for n, v in extra.items() if n.encode() not in present),
                ]
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped
