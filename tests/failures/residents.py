"""Clients who keep trying, as the widget does, and a colleague who answers; both note what they were promised."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.gateway.identity import COOKIE
from bot.handoff import episodes as handoff_episodes
from bot.records import RecordsRefusal, StoreError, episodes, people
from tests.failures.place import Place, Resident

CRISES = (
    "I am going to kill myself tonight",
    "I want to end my life",
    "I took all of my pills an hour ago",
    "I have a plan to kill myself",
)
ORDINARY = ("We had soup and it rained", "Work was long and I slept badly", "My sister called about the weekend")
ANSWER_WAIT_S = 10.0
PAUSE_S = 0.15


@dataclass
class Promises:
    """What was acknowledged to one client: message id -> whether it was a crisis."""

    acknowledged: dict[str, bool] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


class Talker(threading.Thread):
    """One client: writes, and sends the same message again under the same id until it is acknowledged.

    `stumble(chance)` says what goes wrong with a message's first try: "", "cut" (the line breaks after the body),
    "torn" (in the middle of it) or "twice" (sent again although it was acknowledged).
    """

    def __init__(self, place: Place, resident: Resident, *, seed: int, stumble: Callable[[random.Random], str]) -> None:
        super().__init__(name=f"talker {seed}", daemon=True)
        self._place, self._resident, self._stumble = place, resident, stumble
        self._chance = random.Random(seed)
        self.enough = threading.Event()
        self.promises = Promises()
        # True from the moment at which a whole message is with the gateway to the end of its answer.
        self.waiting = False

    def run(self) -> None:
        """Writes until there is enough; the last message is carried to its end."""
        while not self.enough.is_set():
            crisis = self._chance.random() < 0.4
            text = self._chance.choice(CRISES if crisis else ORDINARY)
            self._carry(uuid.uuid4().hex, text, crisis)
            self.enough.wait(PAUSE_S)

    def _carry(self, message_id: str, text: str, crisis: bool) -> None:
        body = json.dumps({"id": message_id, "text": text}).encode()
        stumble = self._stumble(self._chance)
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                answer = self._post(body, stumble)
                if answer:
                    self.promises.acknowledged[message_id] = crisis
                    if stumble != "twice" or self._post(body, ""):
                        return
            stumble = ""
            # Pauses grow in life; here the fault ends soon and the next try is part of the test.
            time.sleep(PAUSE_S)

    def _post(self, body: bytes, stumble: str) -> bool | None:
        """Whether it was acknowledged; None where the line was broken on purpose."""
        connection = http.client.HTTPConnection("127.0.0.1", self._place.gateway_port, timeout=ANSWER_WAIT_S)
        try:
            connection.putrequest("POST", "/api/messages")
            headers = {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "Cookie": f"{COOKIE}={self._resident.token}",
                "Origin": self._place.values["PUBLIC_URL_CLIENT"],
                "X-Interlude": "1",
            }
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body[: len(body) // 2] if stumble == "torn" else body)
            if stumble in {"cut", "torn"}:
                return None
            self.waiting = True
            answer = connection.getresponse()
            said = [json.loads(line) for line in answer.read().splitlines() if line.strip()]
            if 400 <= answer.status < 500:
                self.promises.refused.append(f"{answer.status} {said}")
            return any(line.get("type") == "ack" for line in said)
        finally:
            self.waiting = False
            connection.close()


class Colleague(threading.Thread):
    """Somebody at the practice: now and then answers an alert that was told, and closes it."""

    def __init__(self, place: Place, *, seed: int) -> None:
        super().__init__(name="colleague", daemon=True)
        self._place, self._chance = place, random.Random(seed)
        self.enough = threading.Event()
        self.closed = 0

    def run(self) -> None:
        """Until there is enough."""
        while not self.enough.wait(0.5):
            with contextlib.suppress(StoreError, RecordsRefusal):
                self._look()

    def _look(self) -> None:
        with self._place.store.read() as tx:
            told = [one for one in episodes.open_episodes(tx) if one.state != "open"]
            person_id = people.all_staff(tx)[0].id
        for episode in told:
            if self._chance.random() > 0.3:
                continue
            at = datetime.now(UTC)
            with self._place.store.write() as tx:
                handoff_episodes.acknowledge(
                    tx, episode.id, person_id=person_id, next_step="calling_now", next_step_at=None, words=None, at=at
                )
                handoff_episodes.close(
                    tx, episode.id, person_id=person_id, outcome="reached_and_safe", note=None, at=at
                )
            self.closed += 1
