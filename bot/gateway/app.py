"""The gateway as an application: its parts, its routes, its default deny."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import structlog
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from bot.crisis import load as load_crisis
from bot.crisis import warm as warm_crisis
from bot.gateway import joining, own_data, pages, sharing, talking
from bot.gateway.engine_client import EngineClient
from bot.gateway.errors import Refused, error_response, fault_response, refused_response, silent_response
from bot.gateway.guards import refuse_foreign
from bot.gateway.identity import Identity
from bot.gateway.live import Follower
from bot.gateway.memory import Memory
from bot.gateway.parts import Gateway, actions_healthy
from bot.gateway.queue import EngineQueue
from bot.gateway.receiving import Receiver
from bot.gateway.sealing import SealingKey
from bot.gateway.turns import is_spoken, labels_of, turn_of
from bot.privacy.opening import open_records
from bot.records import StoreError, Writer, conversations, practice
from bot.records.conversations import Message
from bot.records.events import Event
from bot.reflection import measure_exercises
from bot.settings import Settings
from bot.texts import load_lines, load_texts
from bot.web.bodies import CarefulRequest
from bot.web.headers import content_security_policy, with_headers
from bot.web.policy import require_policies

log = structlog.get_logger()

# "open": anybody. "joined": a signed-in client. "consented": a signed-in client who agreed to keep entries.
POLICIES = ("open", "joined", "consented")
# The largest body a message of `max_chars` can make (each character escaped, or sealed and encoded), with room.
MAX_BODY_BYTES = 1_000_000


def create_app(settings: Settings) -> ASGIApp:
    """The gateway for `settings`. Records are opened when it starts; it refuses to start with a route without
    policy."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        load_crisis()
        texts, lines = load_texts(), load_lines()
        # Read with every message: a file that contradicts itself must stop the start, and not the first message (I9).
        measure_exercises()
        store = open_records(settings)
        records = Writer(store)
        here = await records.read(practice.practice)
        memory = Memory()
        # trust_env: what stays on this machine must not go through a proxy that somebody set for everything else.
        http = httpx.AsyncClient(trust_env=False)
        engine = EngineClient(
            port=settings.engine_port, token=settings.engine_token, deadline_s=settings.engine_deadline_s
        )

        def committed(message: Message) -> None:
            talk = memory.talk(message.conversation_id)
            if talk is not None and is_spoken(message):
                talk.labels.update(labels_of(message))
                talk.add(turn_of(message), message.offset)

        async def healthy() -> bool:
            return await actions_healthy(http, settings)

        queue = EngineQueue(records=records, engine=engine, actions_healthy=healthy, texts=texts, committed=committed)

        async def on_event(row: Event) -> None:
            """Keeps the memory true to what other processes commit, and wakes the queue for what they free."""
            if row.conversation_id is None:
                return
            if row.kind == "message" and memory.talk(row.conversation_id) is not None:
                message = await records.read(conversations.message, row.data["message_id"])
                if message is not None:
                    committed(message)
            if row.kind in {"message", "question", "mode"}:
                queue.wake(row.conversation_id)

        receiver = Receiver(
            records=records,
            memory=memory,
            texts=texts,
            lines=lines,
            commit_deadline_s=settings.commit_deadline_s,
            wake=queue.wake,
        )
        follower = Follower(records=records, texts=texts, lines=lines, on_event=on_event)
        gateway = Gateway(
            settings=settings,
            records=records,
            memory=memory,
            texts=texts,
            lines=lines,
            identity=Identity(records=records, memory=memory, texts=texts),
            receiver=receiver,
            queue=queue,
            follower=follower,
            engine=engine,
            sealing=SealingKey(store.keyring.mac("gateway sealing", b"v1")),
            http=http,
            limiter=MovingWindowRateLimiter(MemoryStorage()),
            practice_name=here.name,
            country=here.country,
            languages=here.languages,
        )
        app.state.gateway = gateway
        await follower.start()
        await queue.start()
        log.info("ready", port=settings.gateway_port)
        # Not before the door is open: at a start the first seconds belong to whoever needs a safety card.
        warming = asyncio.create_task(asyncio.to_thread(warm_crisis))
        try:
            yield
        finally:
            await asyncio.gather(warming, return_exceptions=True)
            await receiver.finish()
            await queue.stop()
            await follower.stop()
            await engine.close()
            await http.aclose()
            records.close()
            store.close()

    app = Litestar(
        route_handlers=[*pages.HANDLERS, *joining.HANDLERS, *talking.HANDLERS, *sharing.HANDLERS, *own_data.HANDLERS],
        lifespan=[lifespan],
        guards=[refuse_foreign],
        request_class=CarefulRequest,
        openapi_config=pages.OPENAPI,
        # Else the framework sets up logging of its own, with whole messages and tracebacks (I6).
        logging_config=None,
        exception_handlers={
            Refused: refused_response,
            HTTPException: error_response,
            StoreError: silent_response,
            Exception: fault_response,
        },
        request_max_body_size=MAX_BODY_BYTES,
    )
    require_policies(app, allowed=POLICIES)
    return with_headers(app, _headers(settings))


def _headers(settings: Settings) -> Any:
    framed = content_security_policy(frame_ancestors=" ".join(("'self'", *settings.widget_origins)))
    alone = content_security_policy()

    def headers_for(path: str) -> dict[str, str]:
        if path == "/chat":
            return {"content-security-policy": framed, "cache-control": "no-store"}
        headers = {"content-security-policy": alone, "x-frame-options": "DENY"}
        if path.startswith("/api/"):
            headers["cache-control"] = "no-store"
        if path == "/widget.js":
            # The launcher is loaded by the practice's own pages.
            headers["cross-origin-resource-policy"] = "cross-origin"
        return headers

    return headers_for
