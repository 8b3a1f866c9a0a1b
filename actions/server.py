"""The web server around the actions: 127.0.0.1 only, a shared secret on every call, no client text in an error page.

The SDK's own server listens on every address, lets any site call it, and repeats the conversation in its 500 pages;
only its executor is used here.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from typing import Any

import structlog
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import JSONResponse, json

from actions.call import CallRefused
from bot import crisis
from bot.logs import error_class
from bot.records import StoreError, Writer

log = structlog.get_logger()

HOST = "127.0.0.1"
TOKEN_HEADER, TOKEN_PREFIX = "x-interlude-actions", "token="
# Bytes of one call: the engine sends its domain and up to 120 events of the conversation.
MAX_CALL_BYTES = 4_000_000
HEALTH_TIMEOUT_S = 1.0


def make_app(
    actions: Sequence[Action], *, token: str, records: Writer, name: str = "interlude-actions"
) -> Sanic[Any, Any]:
    """The application. Raises ValueError on a token under 16 characters."""
    if len(token) < 16:
        raise ValueError(f"ACTIONS_TOKEN has {len(token)} characters, at least 16 are needed; `make setup` writes one")
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_CALL_BYTES

    @app.after_server_start
    async def read_rules(_app: Any) -> None:
        # On a channel without the gateway the first message is assessed here, within the engine's ACTION_TIMEOUT_S.
        app.add_task(asyncio.to_thread(_load_crisis))

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        if not _may_call(request, token):
            return json({"error": "show the shared secret"}, status=401)
        call: Any = request.json
        if not isinstance(call, dict):
            return json({"error": "the body must be a JSON object"}, status=400)
        try:
            result = await executor.run(call)
        except ActionNotFoundException:
            return json({"error": "no such action", "action_name": ""}, status=404)
        except Exception as error:  # noqa: BLE001 - whatever an action raises may quote the client: only its class leaves
            refused = isinstance(error, CallRefused)
            log.error("action_failed", error=error_class(error), reason=str(error) if refused else None)
            return json({"error": "the action failed"}, status=500)
        return json(result.model_dump() if result else {"events": [], "responses": []})

    @app.get("/healthz")
    async def healthz(_request: Request) -> JSONResponse:
        try:
            await records.read(lambda tx: None, timeout_s=HEALTH_TIMEOUT_S)
        except StoreError as error:
            return json({"status": "degraded", "parts": {"records": error_class(error)}})
        return json({"status": "ok", "parts": {"records": "ok"}})

    @app.exception(Exception)
    async def hide(_request: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, SanicException) else 500
        if status >= 500:
            log.error("request_failed", error=error_class(error))
        return json({"error": "the action server could not take this request"}, status=status)

    return app


def _load_crisis() -> None:
    crisis.load()
    crisis.warm()


def _may_call(request: Request, token: str) -> bool:
    shown = request.headers.get(TOKEN_HEADER, "")
    return hmac.compare_digest(shown.encode(), (TOKEN_PREFIX + token).encode())
