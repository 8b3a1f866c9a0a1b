"""A person steps in: for an open alert, announced before a word is read, and handed back gently.

The state lives in records. While it says "person" the bot neither asks nor answers: a reply that the engine is making
at that moment is held back by the gateway's queue, which looks at the mode in the transaction that would store it.
Crisis assessment goes on as always.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.records import RecordsRefusal, Tx, conversations, episodes, new_id, people, takeovers
from bot.records.conversations import Message
from bot.texts import Texts

# The person's page says that it is there every few seconds. After this silence the client is told.
LOST_AFTER = timedelta(seconds=30)
# So long the bot stays silent for a person who may come back; then it offers itself.
SILENT_FOR = timedelta(minutes=5)
MAX_CHARS = 4_000


class NoAlert(RecordsRefusal):
    """There is no open alert in this conversation: nobody may step in."""


def take(tx: Tx, episode_id: str, *, person_id: str, texts: Texts, at: datetime) -> int:
    """A person takes over the conversation of an open episode; the offset after which they read along.

    Repeatable by the same person. Raises NoAlert, TakenAlready: one wins, the other is told.
    """
    episode = episodes.episode(tx, episode_id)
    if episode.state == "closed":
        raise NoAlert(f"episode {episode_id} is closed; a person steps in only while an alert is open")
    first = takeovers.take(tx, episode.conversation_id, person_id=person_id, at=at)
    if not first:
        return read_from(tx, episode_id, person_id=person_id)
    said = _announce(tx, episode.conversation_id, "joined", person_id=person_id, texts=texts, at=at)
    episodes.add_step(tx, episode_id, kind="took_over", at=at, person_id=person_id, data={"offset": said.offset})
    return said.offset


def read_from(tx: Tx, episode_id: str, *, person_id: str) -> int:
    """Where the person's reading begins: at the line that told the client that they joined. Raises NotTaken."""
    steps = [
        step for step in episodes.history(tx, episode_id) if step.kind == "took_over" and step.person_id == person_id
    ]
    if not steps:
        raise takeovers.NotTaken(f"this person has not taken over episode {episode_id}")
    return int(steps[-1].data["offset"])


def say(tx: Tx, episode_id: str, *, person_id: str, text: str, at: datetime, message_id: str | None = None) -> Message:
    """A person's message to the client. Raises NotTaken; ValueError for an empty or too long text."""
    words = text.strip()
    if not words or len(words) > MAX_CHARS:
        raise ValueError(f"a message has 1 to {MAX_CHARS} characters, this one has {len(words)}")
    conversation_id = episodes.episode(tx, episode_id).conversation_id
    look(tx, episode_id, person_id=person_id, at=at)
    return conversations.add_message(
        tx,
        conversation_id,
        message_id=message_id or new_id(),
        role="person",
        text=words,
        by_person_id=person_id,
        at=at,
    )


def look(tx: Tx, episode_id: str, *, person_id: str, at: datetime) -> None:
    """The person's page is there; a line that was lost is back. Raises NotTaken."""
    conversation_id = episodes.episode(tx, episode_id).conversation_id
    found = takeovers.see(tx, conversation_id, person_id=person_id, at=at)
    if found.lost_at is not None:
        takeovers.come_back(tx, conversation_id)


def hand_back(tx: Tx, episode_id: str, *, person_id: str, texts: Texts, at: datetime) -> None:
    """The bot answers again, with a gentle line. Raises NotTaken."""
    conversation_id = episodes.episode(tx, episode_id).conversation_id
    takeovers.hand_back(tx, conversation_id, at=at, person_id=person_id)
    _announce(tx, conversation_id, "left", person_id=person_id, texts=texts, at=at)
    episodes.add_step(tx, episode_id, kind="handed_back", at=at, person_id=person_id)


def anything_due(tx: Tx, at: datetime) -> bool:
    """Whether a person's line has been silent for too long."""
    return bool(takeovers.unseen_since(tx, at - LOST_AFTER) or takeovers.lost_since(tx, at - SILENT_FOR))


def mind_lines(tx: Tx, *, texts: Texts, at: datetime) -> int:
    """Tells clients whose person's line was lost, and offers the bot again where it stayed lost; how many."""
    lost = takeovers.unseen_since(tx, at - LOST_AFTER)
    for found in lost:
        takeovers.lose(tx, found.conversation_id, at)
        _announce(tx, found.conversation_id, "lost", person_id=found.person_id, texts=texts, at=at)
    over = takeovers.lost_since(tx, at - SILENT_FOR)
    for found in over:
        takeovers.hand_back(tx, found.conversation_id, at=at)
        _announce(tx, found.conversation_id, "offers_itself", person_id=found.person_id, texts=texts, at=at)
        episode = episodes.open_episode_of(tx, found.conversation_id)
        if episode is not None:
            episodes.add_step(tx, episode.id, kind="line_lost", at=at, person_id=found.person_id)
    return len(lost) + len(over)


def _announce(tx: Tx, conversation_id: str, key: str, *, person_id: str, texts: Texts, at: datetime) -> Message:
    client = people.client(tx, conversations.conversation(tx, conversation_id).client_id)
    name = people.staff(tx, person_id).display_name
    said = texts.say(f"takeover.{key}", language=client.language, address=client.address, name=name)
    return conversations.add_message(
        tx,
        conversation_id,
        message_id=new_id(),
        role="bot",
        kind="notice",
        text=said.text,
        text_id=said.text_id,
        params=said.params,
        reason=said.reason,
        at=at,
    )
