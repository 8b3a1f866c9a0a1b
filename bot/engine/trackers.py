"""Conversations in memory, few and young.

The engine keeps nothing durable: whatever it forgets is seeded again from the gateway's message. So the store drops a
conversation that nobody used for a while, and the longest unused one when there are too many.
"""

from __future__ import annotations

import time
from typing import Any

from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

# Half an hour covers the pauses inside one reflection; 500 conversations of 100 events are about 50 MB.
MAX_AGE_S = 1800.0
MAX_COUNT = 500


class RecentTrackers(InMemoryTrackerStore):
    """Rasa's in-memory store with a limit on age (seconds since the last save) and on number."""

    def __init__(self, domain: Domain | None, *, max_age_s: float = MAX_AGE_S, max_count: int = MAX_COUNT) -> None:
        super().__init__(domain)
        self._max_age_s = max_age_s
        self._max_count = max_count
        # Least recently saved first: a dict keeps the order in which keys were put in.
        self._saved_at_s: dict[str, float] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Saves a conversation and drops what is over a limit."""
        await super().save(tracker)
        self._saved_at_s.pop(tracker.sender_id, None)
        self._saved_at_s[tracker.sender_id] = time.monotonic()
        self._drop()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation, or None where it is unknown or too old."""
        self._drop()
        return await super().retrieve(sender_id)

    def forget(self, sender_id: str) -> None:
        """Drops one conversation, known or not."""
        self.store.pop(sender_id, None)
        self._saved_at_s.pop(sender_id, None)

    def _drop(self) -> None:
        oldest_s = time.monotonic() - self._max_age_s
        while self._saved_at_s:
            sender_id, saved_at_s = next(iter(self._saved_at_s.items()))
            if saved_at_s >= oldest_s and len(self._saved_at_s) <= self._max_count:
                break
            self.forget(sender_id)


def require_in_use(agent: Any) -> RecentTrackers:
    """The store behind Rasa's fail-safe wrapper. Raises TypeError if the agent uses another one.

    Rasa silently takes its own unlimited store where a configured one cannot be made.
    """
    store = agent.tracker_store._tracker_store
    if not isinstance(store, RecentTrackers):
        raise TypeError(f"the engine keeps conversations in {type(store).__name__}, not in RecentTrackers")
    return store
