"""That this is a program and no person: said again where it was not said for three hours, so after a week away too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actions.here import Here
from actions.replies import Reply
from bot.records import Tx, conversations

# New York General Business Law article 47: at the start, and every three hours of going on.
SAID_AGAIN_AFTER = timedelta(hours=3)
REMINDER = "talk.program"
# Texts that say it. The greeting is the gateway's.
SAYS_SO = ("gateway.hello", "talk.are_you_a_person", "talk.heard", "talk.greet", REMINDER)


def with_disclosure(tx: Tx, here: Here, replies: Sequence[Reply]) -> list[Reply]:
    """The replies, after the reminder where it is due. In the terminal nothing that was said is stored: none there."""
    if not replies or not here.call.through_gateway or any(reply.text_id in SAYS_SO for reply in replies):
        return list(replies)
    # Counted from the message, so that one which is handled again gets the same replies.
    asked_at = here.message.at if here.message else here.at
    said_at = conversations.last_said(tx, here.conversation_id, SAYS_SO, before=asked_at)
    if said_at is not None and asked_at - said_at < SAID_AGAIN_AFTER:
        return list(replies)
    return [here.say(REMINDER), *replies]
