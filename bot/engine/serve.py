"""The engine's web server: the gateway channel and /healthz on 127.0.0.1, nothing else.

Rasa's own HTTP API stays off: the gateway needs none of it, and it would offer every conversation to a token's holder.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
from rasa.core.agent import Agent
from rasa.core.run import configure_app
from rasa.core.utils import AvailableEndpoints
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.engine import fixes, quiet
from bot.engine.channel import GatewayChannel
from bot.engine.environment import ROOT, Environment, export
from bot.engine.model_file import verified_model
from bot.engine.trackers import RecentTrackers, require_in_use

HOST = "127.0.0.1"
# Bytes of a request: 1,000 characters of client text in the longest JSON escapes, and the state.
MAX_REQUEST_BYTES = 32_768
HEALTH_TIMEOUT_S = 1.0


def load_agent(environment: Environment, *, models: Path = ROOT / "models") -> Agent:
    """The verified model with its store and the way to the action server. Raises ModelRefused."""
    export(environment)
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    fixes.apply()
    agent = Agent.load(
        model_path=str(verified_model(models)),
        tracker_store=RecentTrackers(None),
        action_endpoint=endpoints.action,
    )
    require_in_use(agent)
    return agent


def make_app(environment: Environment, agent: Agent) -> Sanic:
    """The Sanic application."""
    app = configure_app(
        input_channels=[GatewayChannel(environment.engine_token)],
        cors=None,
        enable_api=False,
        port=environment.engine_port,
    )
    app.config.REQUEST_MAX_SIZE = MAX_REQUEST_BYTES
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = agent

    @app.get("/healthz")
    async def healthz(_request: Request) -> HTTPResponse:
        parts = {"model": "ok", "actions": await _actions_state(environment.actions_port)}
        return json({"status": "ok" if set(parts.values()) == {"ok"} else "degraded", "parts": parts})

    @app.exception(Exception)
    async def hide(_request: Request, error: Exception) -> HTTPResponse:
        # Sanic's own pages and log lines repeat what was sent.
        status = int(getattr(error, "status_code", 500))
        if status >= 500:
            quiet.say("request_failed", error=quiet.error_class(error))
        return json({"error": {"code": str(status), "text": "the engine could not take this request"}}, status=status)

    return app


def serve(environment: Environment) -> None:
    """Loads the model and serves until the process is told to end."""
    agent = load_agent(environment)
    app = make_app(environment, agent)
    quiet.say("loaded", port=environment.engine_port)
    app.run(host=HOST, port=environment.engine_port, access_log=False, motd=False, workers=1)


async def _actions_state(port: int) -> str:
    timeout = aiohttp.ClientTimeout(total=HEALTH_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{HOST}:{port}/healthz") as answer,
        ):
            body: Any = await answer.json()
            return str(body.get("status")) if answer.status == 200 else "down"
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, AttributeError):
        return "down"
