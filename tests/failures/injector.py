"""Breaks the crisis path at random, from a seed, while people talk; then counts what was lost and what came double.

Lost: an acknowledged message that is not stored with its assessment, or an acknowledged crisis without its alert, or an
alert that no channel took and that nobody passed on. Double: a second alert for one episode, or one message twice.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bot.records import Store, assessments, conversations, deliveries
from bot.records.schema import deliveries as deliveries_table
from bot.records.schema import episode_messages, episodes, messages
from tests.failures.place import Place, placed
from tests.failures.residents import Colleague, Talker
from tests.stack import wait_until

RESIDENTS = 8
# Weights of the faults that strike the place; those that strike a line are counted by the talkers.
BLOWS = {
    "kill gateway": 5,
    "kill worker": 5,
    "freeze gateway": 3,
    "freeze worker": 4,
    "mail 451": 5,
    "mail 550": 4,
    "mail hangs": 3,
    "mail lost": 5,
    "records locked": 6,
    "disk full": 5,
}
STUMBLES = {"": 80, "cut": 8, "torn": 4, "twice": 8}
# After the last fault everything must come to rest within this.
DRAIN_S = 240.0


@dataclass
class Count:
    """What a run did and found."""

    injected: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    crises: int = 0
    episodes: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many faults were injected."""
        return sum(self.injected.values())

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(self.injected.items()))
        return (
            f"{self.total} faults ({kinds}); {self.acknowledged} messages acknowledged, {self.crises} of them crises, "
            f"in {self.episodes} episodes; {len(self.lost)} lost, {len(self.double)} double"
        )


class Injector:
    """One run at one place."""

    def __init__(self, place: Place, *, can_fill: bool, seed: int, say: Callable[[str], None]) -> None:
        self._place, self._can_fill, self._say = place, can_fill, say
        self._chance = random.Random(seed)
        self._seed = seed
        self._counting = threading.Lock()
        self._talkers: Sequence[Talker] = ()
        self.count = Count()

    def run(self, number: int) -> Count:
        """Injects `number` faults or a few more, waits for rest, and counts."""
        talkers = [
            Talker(self._place, resident, seed=self._seed * 1000 + index, stumble=self._stumble)
            for index, resident in enumerate(self._place.residents)
        ]
        colleague = Colleague(self._place, seed=self._seed)
        for thread in (*talkers, colleague):
            thread.start()
        self._talkers = talkers
        said_at = time.monotonic()
        while self.count.total < number:
            self._strike()
            self._place.mend()
            if time.monotonic() - said_at > 30:
                said_at = time.monotonic()
                self._say(f"{self.count.total} of {number} faults injected")
        for talker in talkers:
            talker.enough.set()
        for talker in talkers:
            talker.join(DRAIN_S)
            assert not talker.is_alive(), "a client was never acknowledged although everything works again"
        # The colleague stops first: what is still open must be told by the worker alone.
        colleague.enough.set()
        colleague.join()
        self._rest()
        self._judge(talkers)
        return self.count

    def _stumble(self, chance: random.Random) -> str:
        kind = chance.choices(list(STUMBLES), weights=list(STUMBLES.values()))[0]
        if kind:
            with self._counting:
                self.count.injected[f"line {kind}"] += 1
        return kind

    def _strike(self) -> None:
        blows = {kind: weight for kind, weight in BLOWS.items() if self._can_fill or kind != "disk full"}
        kind = self._chance.choices(list(blows), weights=list(blows.values()))[0]
        with self._counting:
            self.count.injected[kind] += 1
        length_s = self._chance.uniform(0.1, 0.8)
        match kind.split():
            case ["kill", "gateway"]:
                # In the middle of somebody's message, at whatever point of it.
                deadline = time.monotonic() + 2.0
                while not any(talker.waiting for talker in self._talkers) and time.monotonic() < deadline:
                    time.sleep(0.001)
                time.sleep(self._chance.uniform(0.0, 0.01))
                self._place.kill("gateway")
                wait_until(self._place.ready, timeout_s=60, what="the gateway is back")
            case ["kill", "worker"]:
                self._place.kill(self._chance.choice(("worker 1", "worker 2")))
            case ["freeze", part]:
                name = part if part == "gateway" else self._chance.choice(("worker 1", "worker 2"))
                with self._place.frozen(name):
                    time.sleep(length_s)
            case ["mail", mood]:
                self._place.mail.mood = {"hangs": "hang"}.get(mood, mood)
                time.sleep(length_s)
                self._place.mail.mood = ""
            case ["records", "locked"]:
                with self._place.locked():
                    # Now and then longer than the gateway waits for its commit.
                    time.sleep(2.5 if self._chance.random() < 0.1 else length_s)
            case ["disk", "full"]:
                with self._place.full():
                    time.sleep(length_s)
        time.sleep(self._chance.uniform(0.0, 0.3))

    def _rest(self) -> None:
        """Until nothing waits to be sent."""

        def quiet() -> bool:
            self._place.mend()
            with self._place.store.read() as tx:
                waiting = select(func.count()).where(deliveries_table.c.state.in_(("due", "claimed")))
                return tx.scalar(waiting.select_from(deliveries_table)) == 0

        wait_until(quiet, timeout_s=DRAIN_S, what="every notification is sent or given up", every_s=0.5)

    def _judge(self, talkers: Sequence[Talker]) -> None:
        promises = {mid: crisis for talker in talkers for mid, crisis in talker.promises.acknowledged.items()}
        self.count.acknowledged, self.count.crises = len(promises), sum(promises.values())
        self.count.refused = [line for talker in talkers for line in talker.promises.refused]
        judge(self._place.store, promises, frozenset(self._place.mail.received), self.count)


def judge(store: Store, promises: dict[str, bool], received: frozenset[str], count: Count) -> None:
    """Compares what was promised with what is stored, and with the ids of the mails that the server has."""
    with store.read() as tx:
        of_message: dict[str, list[str]] = {}
        for row in tx.all(select(episode_messages.c.message_id, episode_messages.c.episode_id)):
            of_message.setdefault(row.message_id, []).append(row.episode_id)
        for message_id, crisis in promises.items():
            if conversations.message(tx, message_id) is None:
                count.lost.append(f"message {message_id} is not stored")
            elif assessments.assessment_of(tx, message_id) is None:
                count.lost.append(f"message {message_id} has no assessment")
            elif crisis and message_id not in of_message:
                count.lost.append(f"crisis {message_id} has no alert")
        count.double += [
            f"message {mid} is in {len(found)} episodes" for mid, found in of_message.items() if len(found) > 1
        ]
        offsets = tx.all(
            select(messages.c.conversation_id, func.count(), func.max(messages.c.offset)).group_by(
                messages.c.conversation_id
            )
        )
        count.double += [f"conversation {row[0]} has gaps or copies" for row in offsets if row[1] != row[2]]
        for row in tx.all(select(episodes.c.id, episodes.c.state)):
            count.episodes += 1
            rows = deliveries.of_episode(tx, row.id)
            if not any(one.notification_id in received for one in rows):
                count.lost.append(f"episode {row.id} was told to nobody")
            if untrue := [one.id for one in rows if one.state == "sent" and one.notification_id not in received]:
                count.lost.append(f"episode {row.id} says sent of {len(untrue)} that no server has")
            first = [one for one in rows if one.kind == "alert"]
            if len({(one.channel_id, one.notification_id) for one in first}) != len({one.channel_id for one in first}):
                count.double.append(f"episode {row.id} has a second alert")


def inject(folder: Path, number: int, *, seed: int, say: Callable[[str], None]) -> Count:
    """A whole run in a fresh place."""
    with placed(folder, residents=RESIDENTS) as (place, can_fill):
        return Injector(place, can_fill=can_fill, seed=seed, say=say).run(number)
