"""`python -m tests.handoff.bench [N]`: how fast an alert is, with the engine and the action server dead.

Real processes (gateway, worker, demo mailbox), N alerts one after the other, each of another client or after the last
one was closed. Prints, in milliseconds: post of the message to the safety card, to the acknowledgement, and to the
mail at the server.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.demo.practice import fill
from bot.handoff import episodes as handoff_episodes
from bot.privacy.practice_key import make_practice_key
from bot.records import conversations, episodes, people
from tests.handoff.processes import process, wait_until
from tests.stack import Stack
from tests.wire import Wire

# The door lets twenty devices in a minute.
CLIENTS = 15
TEXT = "I have the pills here and I am going to kill myself tonight"


def main(count: int) -> None:
    """Prints median, p95, p99 and maximum."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as running:
        stack = Stack(Path(name))
        make_practice_key(stack.folder / "practice.key")
        fill(stack.settings, lambda _: None)
        for part in ("bot.demo.mailbox", "bot.handoff.worker", "bot.gateway"):
            env = {**stack.environment, **stack.values}
            running.enter_context(
                process("-m", part, folder=stack.folder, smtp_port=int(stack.values["SMTP_PORT"]), env=env)
            )
        wait_until(lambda: stack.health("gateway") and stack.health("mailbox"), timeout_s=60, what="the doors answer")
        clients = []
        for number in range(min(CLIENTS, count)):
            enrolled = stack.enrol(f"Invented {number}")
            wire = Wire(stack)
            wire.comes_in(enrolled.invite_url)
            clients.append((enrolled.id, wire))
        seen: set[str] = set()
        taken: dict[str, list[float]] = {}
        for number in range(count):
            client_id, wire = clients[number % len(clients)]
            one_alert(stack, wire, seen, taken)
            close(stack, client_id)
        for what, values in taken.items():
            values.sort()
            marks = {"median": 0.5, "p95": 0.95, "p99": 0.99}
            shown = [
                f"{mark} {values[min(len(values) - 1, int(len(values) * part))]:.0f}" for mark, part in marks.items()
            ]
            print(f"{what:<10} n={len(values)} {' '.join(shown)} max {values[-1]:.0f} ms")


def one_alert(stack: Stack, wire: Wire, seen: set[str], taken: dict[str, list[float]]) -> None:
    """Sends one crisis message, as the widget does until it is acknowledged, and waits for its mail."""
    began = time.perf_counter()
    body = {"id": f"{time.time_ns():032x}", "text": TEXT}
    first: dict[str, float] = {}
    while "ack" not in first:
        with wire._http.stream("POST", "/api/messages", json=body) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                kind = str(json.loads(line)["type"])
                first.setdefault(kind, (time.perf_counter() - began) * 1000)

    def arrived() -> bool:
        ids = {str(mail["id"]) for mail in _mails(stack)}
        fresh = ids - seen
        seen.update(ids)
        return bool(fresh)

    wait_until(arrived, timeout_s=30, what="the mail")
    first["mail"] = (time.perf_counter() - began) * 1000
    for kind, took in first.items():
        taken.setdefault(kind, []).append(took)


def close(stack: Stack, client_id: str) -> None:
    """Ends the client's episode, so that the next message is an alert of its own."""
    at = datetime.now(UTC)
    with stack.records() as store, store.write() as tx:
        conversation = conversations.conversation_of(tx, client_id, at=at)
        episode = episodes.open_episode_of(tx, conversation.id)
        if episode is not None:
            closer = people.all_staff(tx)[0].id
            handoff_episodes.close(tx, episode.id, person_id=closer, outcome="not_a_crisis", note=None, at=at)


def _mails(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{stack.url('mailbox')}/messages", trust_env=False).json()
    return found[-20:]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
