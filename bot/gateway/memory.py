"""What the gateway remembers of the people who are talking, so that assessing needs no database.

The crisis path may not wait for storage (I3). A sign-in, the client's language and country, the conversation's mode,
the last turns and the buttons last shown are kept here, filled on first use and kept current by the gateway's own
commits and by the events that it follows. Everything can be lost at any time: records are the truth.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.crisis import Turn

# Turns that `assess` looks back on; a build-up over more than this is met by its fading rule long before.
TURNS_KEPT = 30
# People kept in memory: a practice's clients many times over.
PEOPLE_KEPT = 5_000


@dataclass(frozen=True)
class Person:
    """A signed-in client, as far as a message needs it. No name: names stay in records.

    `expires_at`: the end of the sign-in. `read_at`: when records were last asked about it.
    """

    client_id: str
    conversation_id: str
    language: str
    address: str
    country: str
    practice_name: str
    consented: bool
    free_text: bool
    expires_at: datetime
    read_at: datetime
    baseline: Mapping[str, Any] | None = None


@dataclass
class Talk:
    """One conversation's recent past."""

    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=TURNS_KEPT))
    labels: dict[str, str] = field(default_factory=dict)
    last_offset: int = 0

    def add(self, turn: Turn, offset: int) -> None:
        """Appends a turn unless it is already there (the follower sees again what this process committed)."""
        if offset > self.last_offset:
            self.turns.append(turn)
            self.last_offset = offset


class Memory:
    """Bounded maps: token hash -> Person, conversation id -> Talk. Used on the event loop only."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    def person(self, token_hash: str) -> Person | None:
        """The person behind a sign-in, if it was seen lately."""
        person = self._people.get(token_hash)
        if person is not None:
            self._people.move_to_end(token_hash)
        return person

    def remember_person(self, token_hash: str, person: Person) -> None:
        """Keeps a sign-in; the one used longest ago goes."""
        self._people[token_hash] = person
        self._people.move_to_end(token_hash)
        while len(self._people) > PEOPLE_KEPT:
            self._people.popitem(last=False)

    def forget_sign_in(self, token_hash: str) -> None:
        """A sign-in ended."""
        self._people.pop(token_hash, None)

    def forget_client(self, client_id: str) -> None:
        """Something about a client changed elsewhere: read it again."""
        for token_hash in [t for t, p in self._people.items() if p.client_id == client_id]:
            del self._people[token_hash]

    def talk(self, conversation_id: str) -> Talk | None:
        """The recent past of a conversation, or None if it must be read first."""
        return self._talks.get(conversation_id)

    def remember_talk(
        self, conversation_id: str, turns: Iterable[Turn], labels: Mapping[str, str], last_offset: int
    ) -> Talk:
        """Keeps what was read from records."""
        talk = Talk(labels=dict(labels), last_offset=last_offset)
        talk.turns.extend(turns)
        self._talks[conversation_id] = talk
        while len(self._talks) > PEOPLE_KEPT:
            self._talks.popitem(last=False)
        return talk

    def forget_talk(self, conversation_id: str) -> None:
        """The conversation changed in a way that must be read again (an entry was erased)."""
        self._talks.pop(conversation_id, None)
