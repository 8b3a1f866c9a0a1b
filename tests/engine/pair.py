"""A real engine and a real action server on ports of their own, and a client whose messages go the gateway's way."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.crisis import Assessment, unassessed
from bot.demo.practice import CLIENTS, fill
from bot.gateway.engine_client import EngineClient, EngineState
from bot.gateway.queue import engine_state, reply_id
from bot.handoff import intake
from bot.privacy.practice_key import make_practice_key
from bot.records import Store, conversations, new_id, people
from bot.set_up import ENGINE_PYTHON
from bot.texts import load_lines, load_texts
from tests.stack import ENGINE_WAIT_S, ROOT, Stack, wait_until

# What was found in the messages of these tests: they are about the engine, not about the rules.
HARMLESS = Assessment(level="none", severity=0, categories=(), evidence=(), unread_language=False, version="test")


class Pair:
    """One practice in one folder, with engine and action server running. The client is the first of the demo."""

    def __init__(self, folder: Path) -> None:
        self.stack = Stack(folder)
        settings = self.stack.settings
        make_practice_key(Path(settings.practice_key_file))
        fill(settings, lambda _line: None)
        self.client_id = CLIENTS[0][0]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *parts: str) -> Pair:
        """Starts "actions" and "engine", or those named, and waits until they answer."""
        commands = {
            "actions": [sys.executable, "-m", "actions"],
            "engine": [str(ENGINE_PYTHON), "-m", "bot.engine"],
        }
        for part in parts or tuple(commands):
            with (self.stack.folder / f"{part}.log").open("ab") as log:
                self._processes[part] = subprocess.Popen(
                    commands[part], cwd=ROOT, env=self.stack.environment, stdout=log, stderr=log
                )
        for part in parts or tuple(commands):
            wait_until(
                lambda part=part: self._alive(part) and self.stack.health(part),
                timeout_s=ENGINE_WAIT_S,
                what=f"the {part} answers:\n{self.log(part)}",
            )
        return self

    def end(self, part: str) -> None:
        """kill -9 of a part, if it runs."""
        process = self._processes.pop(part, None)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(30)

    def stop(self) -> None:
        """Ends what runs."""
        for part in tuple(self._processes):
            self.end(part)

    def log(self, part: str) -> str:
        """What a part wrote."""
        path = self.stack.folder / f"{part}.log"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    def _alive(self, part: str) -> bool:
        assert self._processes[part].poll() is None, f"the {part} ended:\n{self.log(part)}"
        return True

    # --- the gateway's way of one message --------------------------------------------------------------------

    def take_in(self, store: Store, text: str, option: str | None = None, *, alert: bool = False) -> str:
        """Stores a message with what follows from it; its id. Whether it is an alert is the test's to say."""
        message_id, at = new_id(), datetime.now(UTC)
        with store.write() as tx:
            client = people.client(tx, self.client_id)
            intake.receive(
                tx,
                texts=load_texts(),
                lines=load_lines(),
                conversation=conversations.conversation_of(tx, client.id, at=at),
                client=client,
                message=intake.NewMessage(
                    id=message_id, text=text or option or "", option=option, step=None, reflection_id=None
                ),
                assessment=unassessed() if alert else HARMLESS,
                at=at,
            )
        return message_id

    def state(self, store: Store) -> EngineState:
        """Where the conversation stands in records."""
        with store.read() as tx:
            return engine_state(tx, self._conversation(store))

    def ask(self, store: Store, message_id: str, text: str, option: str | None = None) -> list[dict[str, Any]]:
        """The engine's replies to a message that was taken in. Raises EngineSilent as the gateway sees it."""

        async def once() -> list[dict[str, Any]]:
            settings = self.stack.settings
            engine = EngineClient(port=settings.engine_port, token=settings.engine_token, deadline_s=30)
            try:
                return await engine.ask(message_id=message_id, text=text, option=option, state=self.state(store))
            finally:
                await engine.close()

        return asyncio.run(once())

    def say(
        self, store: Store, text: str = "", option: str | None = None, *, alert: bool = False
    ) -> list[dict[str, Any]]:
        """One message, all the way; its replies."""
        message_id = self.take_in(store, text, option, alert=alert)
        replies = self.ask(store, message_id, text, option)
        with store.write() as tx:
            for number, reply in enumerate(replies):
                conversations.add_message(
                    tx,
                    self.state(store).conversation_id,
                    message_id=reply_id(message_id, number),
                    role="bot",
                    kind=reply["kind"],
                    text=reply["text"],
                    text_id=reply["text_id"],
                    in_reply_to=message_id,
                    at=datetime.now(UTC),
                )
            conversations.mark_answered(tx, message_id, at=datetime.now(UTC))
        return replies

    def post(self, body: dict[str, Any]) -> httpx.Response:
        """A request to the engine's channel, as it is."""
        settings = self.stack.settings
        return httpx.post(
            f"http://127.0.0.1:{settings.engine_port}/webhooks/gateway/webhook",
            json=body,
            headers={"Authorization": f"Bearer {settings.engine_token}"},
            timeout=30,
        )

    def body(self, store: Store, message_id: str, text: str) -> dict[str, Any]:
        """The request that the gateway makes for a message."""
        state = self.state(store)
        sender = state.reflection_id or f"menu-{state.conversation_id}"
        return {"sender": sender, "message_id": message_id, "text": text, "option": None, "state": asdict(state)}

    def _conversation(self, store: Store) -> str:
        with store.read() as tx:
            return conversations.conversation_of(tx, self.client_id, at=datetime.now(UTC)).id


def texts_of(replies: list[dict[str, Any]]) -> list[str]:
    """The text ids of replies."""
    return [str(reply["text_id"]) for reply in replies]
