"""Errors as the widget reads them: a code, a sentence of ours, a limit and a remedy; never the client's text (I6)."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from bot.logs import error_class
from bot.records import StoreError

log = structlog.get_logger()

_CODES = {
    HTTP_400_BAD_REQUEST: "malformed",
    HTTP_401_UNAUTHORIZED: "not_signed_in",
    HTTP_403_FORBIDDEN: "refused",
    HTTP_404_NOT_FOUND: "not_found",
    HTTP_405_METHOD_NOT_ALLOWED: "method",
    HTTP_413_REQUEST_ENTITY_TOO_LARGE: "too_long",
    HTTP_429_TOO_MANY_REQUESTS: "too_many",
    HTTP_503_SERVICE_UNAVAILABLE: "store_silent",
}


class Refused(Exception):
    """A request that is refused, with what the widget needs to say so in the client's language."""

    def __init__(self, status: int, code: str, *, limit: int | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.limit = status, code, limit


def error_body(code: str, *, limit: int | None = None) -> dict[str, Any]:
    """`{"error": {...}}`; the widget has the words for each code (texts `widget.error_<code>`)."""
    error: dict[str, Any] = {"code": code}
    if limit is not None:
        error["limit"] = limit
    return {"error": error}


def refused_response(_request: Request[Any, Any, Any], error: Refused) -> Response[dict[str, Any]]:
    """The answer to a refused request."""
    return Response(error_body(error.code, limit=error.limit), status_code=error.status)


def error_response(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """The framework's own refusals, without its words (they may quote the request)."""
    code = _CODES.get(error.status_code, "refused" if error.status_code < HTTP_500_INTERNAL_SERVER_ERROR else "fault")
    limit = None
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        # A body over the limit in bytes is, to whoever wrote it, a message over the limit in characters.
        limit = request.app.state.gateway.settings.max_chars
    return Response(error_body(code, limit=limit), status_code=error.status_code, headers=error.headers)


def silent_response(request: Request[Any, Any, Any], error: StoreError) -> Response[dict[str, Any]]:
    """The records did not answer, or could not write: 503, and the widget says to try again."""
    log.error("store_silent", error=error_class(error), route=_route(request), method=request.method)
    return Response(error_body("store_silent"), status_code=HTTP_503_SERVICE_UNAVAILABLE)


def fault_response(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """A fault of ours: the class is logged, the text stays where it was."""
    log.error("fault", error=error_class(error), route=_route(request), method=request.method)
    return Response(error_body("fault"), status_code=HTTP_500_INTERNAL_SERVER_ERROR)


def _route(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("path_template", ""))
