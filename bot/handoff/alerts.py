"""An alert is raised: an episode opens with its first page, or the message joins the one that is open.

One alert an episode: whatever else is written before it is closed joins it, and only a rise in severity tells
somebody again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from bot.handoff import escalation
from bot.records import Tx, episodes
from bot.records.episodes import Episode

# Consonants only: no reference spells a word, and none is mistaken for a number when it is read over the telephone.
_SIGNS = "BCDFGHJKLMNPQRSTVWXZ"
_REFERENCE_SIGNS = 7


def raise_alert(
    tx: Tx,
    *,
    client_id: str,
    conversation_id: str,
    message_id: str,
    severity: int,
    categories: Sequence[str],
    at: datetime,
) -> Episode:
    """Opens or joins the conversation's episode with a stored and assessed message, and plans who is told.

    Args:
        severity: 1-3; 1 only where the client asked for a person to be told.
    """
    found = episodes.open_episode_of(tx, conversation_id)
    if found is None:
        opened = episodes.open_episode(
            tx,
            client_id=client_id,
            conversation_id=conversation_id,
            message_id=message_id,
            severity=severity,
            categories=categories,
            reference=new_reference(),
            at=at,
        )
        return escalation.begin(tx, opened, at)
    joined = episodes.join_episode(tx, found.id, message_id=message_id, severity=severity, at=at)
    return escalation.rise(tx, joined, at) if joined.severity > found.severity else joined


def new_reference() -> str:
    """What people call an episode by, in mails and on the telephone: 7 signs, about 10^9 of them."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_REFERENCE_SIGNS))
