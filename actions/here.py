"""Where a message stands: whose it is, in which language they are spoken to, what they wrote in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actions.call import Call
from actions.parts import Parts
from actions.replies import Reply, of_text
from bot.records import Tx, conversations, people
from bot.records.conversations import Message


@dataclass(frozen=True, slots=True)
class Here:
    """The client of a call, and the message as records have it; the engine saw its first 1,000 characters only."""

    parts: Parts
    call: Call
    at: datetime
    conversation_id: str
    language: str
    address: str
    therapist: str
    message: Message | None

    @property
    def text(self) -> str:
        """What the client wrote; empty where a button was pressed."""
        return "" if self.call.option else self.message.text if self.message else self.call.text

    @property
    def is_answered(self) -> bool:
        """Whether this message is no longer the engine's: a question about danger holds it, or it answered that."""
        return self.message is not None and bool(self.message.held_by or self.message.answered_at)

    def say(self, text_id: str, **params: object) -> Reply:
        """A text of `bot.texts` in the client's language and form of address."""
        said = self.parts.texts.say(text_id, language=self.language, address=self.address, **params)
        return of_text(said)


def here_of(tx: Tx, parts: Parts, call: Call, at: datetime) -> Here:
    """Reads what every topic needs."""
    client = people.client(tx, call.client_id)
    return Here(
        parts=parts,
        call=call,
        at=at,
        conversation_id=conversations.conversation_of(tx, client.id, at=at).id,
        language=client.language,
        address=client.address,
        therapist=people.staff(tx, client.therapist_id).display_name,
        message=conversations.message(tx, call.message_id),
    )
