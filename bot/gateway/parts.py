"""The parts of one gateway process, as its handlers find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from limits.aio.strategies import MovingWindowRateLimiter
from litestar import Request

from bot.gateway.engine_client import EngineClient
from bot.gateway.identity import Identity
from bot.gateway.live import Follower
from bot.gateway.memory import Memory
from bot.gateway.queue import EngineQueue
from bot.gateway.receiving import Receiver
from bot.gateway.sealing import SealingKey
from bot.records import Writer
from bot.settings import Settings
from bot.texts import Lines, Texts


@dataclass(frozen=True)
class Gateway:
    """Everything that outlives a request."""

    settings: Settings
    records: Writer
    memory: Memory
    texts: Texts
    lines: Lines
    identity: Identity
    receiver: Receiver
    queue: EngineQueue
    follower: Follower
    engine: EngineClient
    sealing: SealingKey
    http: httpx.AsyncClient
    limiter: MovingWindowRateLimiter
    practice_name: str
    country: str
    languages: tuple[str, ...]


def gateway_of(request: Request[Any, Any, Any]) -> Gateway:
    """The parts behind a request."""
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway


async def actions_healthy(http: httpx.AsyncClient, settings: Settings) -> bool:
    """Whether the action server answers its /healthz."""
    try:
        answer = await http.get(f"http://127.0.0.1:{settings.actions_port}/healthz", timeout=1.0)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK
