"""A message that is handled again gets the same replies, whatever the engine takes it for the second time.

It happens when an answer of the engine was lost on the way: records have moved on, the message counts as unanswered.
"""

from __future__ import annotations

from actions.here import Here
from actions.replies import Reply
from actions.saying import Say
from actions.summary import sum_up
from actions.walking import told_before
from bot.records import Tx


def unless_told(say: Say) -> Say:
    """`say`, but for a message that moved a reflection before: then what was said about it, summary included."""

    def retell_or_say(tx: Tx, here: Here) -> list[Reply]:
        before = told_before(tx, here)
        if before is None:
            return say(tx, here)
        return before.replies if before.reflection_id else [*before.replies, *sum_up(tx, here)]

    return retell_or_say
