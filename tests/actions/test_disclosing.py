"""That it is a program is said at the start, after a pause, every three hours, and not in every message."""

from __future__ import annotations

from datetime import timedelta

from actions.call import GATEWAY, Call
from actions.disclosing import with_disclosure
from actions.here import Here, here_of
from bot.records import Tx, conversations, new_id
from tests.actions.talking import AT, Talker

HOUR = timedelta(hours=1)


def here(tx: Tx, talker: Talker, hours: float, *, channel: str = GATEWAY) -> Here:
    """A message of the client, `hours` after the beginning."""
    message_id, at = new_id(), AT + hours * HOUR
    conversations.add_message(tx, talker.conversation_id, message_id=message_id, role="client", text="x", at=at)
    call = Call(
        channel=channel, client_id=talker.client_id, message_id=message_id, text="x", option=None, intent="tell"
    )
    return here_of(tx, talker.parts, call, at)


def said(tx: Tx, talker: Talker, text_id: str, hours: float) -> None:
    """A text of the bot, stored as the gateway stores it."""
    at = AT + hours * HOUR
    conversations.add_message(
        tx, talker.conversation_id, message_id=new_id(), role="bot", text="x", text_id=text_id, at=at
    )


def reminded(tx: Tx, talker: Talker, at: Here) -> bool:
    replies = with_disclosure(tx, at, [at.say("talk.menu")])
    return replies[0].text_id == "talk.program"


def test_reminder_comes_after_three_hours_and_after_a_week(talker: Talker) -> None:
    """Counted from when it was last said."""
    with talker.store.write() as tx:
        said(tx, talker, "gateway.hello", 0)
        assert not reminded(tx, talker, here(tx, talker, 2.9))
        assert reminded(tx, talker, here(tx, talker, 3))
        said(tx, talker, "talk.program", 3)
        assert not reminded(tx, talker, here(tx, talker, 5.9))
        assert reminded(tx, talker, here(tx, talker, 24 * 7))


def test_reminder_is_not_put_before_a_text_that_says_it(talker: Talker) -> None:
    """Once is enough."""
    with talker.store.write() as tx:
        at = here(tx, talker, 24)
        replies = with_disclosure(tx, at, [at.say("talk.are_you_a_person", therapist="T")])
        assert [reply.text_id for reply in replies] == ["talk.are_you_a_person"]
        assert with_disclosure(tx, at, []) == []


def test_message_that_is_handled_again_gets_the_same_reminder(talker: Talker) -> None:
    """The stored replies to it come later than it, and do not count."""
    with talker.store.write() as tx:
        at = here(tx, talker, 24)
        assert reminded(tx, talker, at)
        said(tx, talker, "talk.program", 24)
        assert reminded(tx, talker, at)


def test_terminal_is_not_reminded(talker: Talker) -> None:
    """What was said there is not stored, so it would come with every line."""
    with talker.store.write() as tx:
        assert not reminded(tx, talker, here(tx, talker, 24, channel="cmdline"))
