"""Actions that only say something: menu, talk, who sees this, summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.call import Call, read_call
from actions.disclosing import with_disclosure
from actions.here import Here, here_of
from actions.parts import Parts
from actions.replies import Reply, send
from bot.records import Tx

type Say = Callable[[Tx, Here], list[Reply]]


class SayingAction(Action):  # type: ignore[misc]  # the SDK has no types
    """Says what `say` works out from records, in one transaction. `first`: no other action speaks before it."""

    def __init__(self, parts: Parts, name: str, say: Say, *, first: bool = True) -> None:
        self._parts, self._name, self._words, self._first = parts, name, say, first

    def name(self) -> str:
        """The action's name in the domain."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Sends the replies; changes no slot."""
        call = read_call(tracker, self._parts.settings)
        send(dispatcher, await self._parts.records.write(self._say, call))
        return []

    def _say(self, tx: Tx, call: Call) -> list[Reply]:
        here = here_of(tx, self._parts, call, self._parts.now())
        if here.is_answered:
            return []
        replies = self._words(tx, here)
        return with_disclosure(tx, here, replies) if self._first else replies
