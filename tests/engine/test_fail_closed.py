"""The crisis policy through the real engine: it speaks first on an alert, and whenever nobody could look."""

from __future__ import annotations

import pytest

from bot.gateway.engine_client import EngineSilent
from bot.records import Store, new_id, reflections
from tests.engine.pair import Pair, texts_of


def test_alert_says_the_safety_text_then_hands_off_and_puts_the_exercise_aside(pair: Pair, records: Store) -> None:
    """In the middle of a form: safety first, the reflection is paused, the crisis words are no answer."""
    pair.say(records, option="start:daily_check_in")
    running = pair.state(records).reflection_id
    assert running is not None
    replies = pair.say(records, "I have the pills here and it is tonight", alert=True)
    assert texts_of(replies) == ["talk.crisis_seen", "talk.put_aside", "talk.while_you_wait"]
    assert pair.state(records).reflection_id is None
    with records.read() as tx:
        assert reflections.reflection(tx, running).state == "paused"
        assert reflections.answers(tx, running) == []


def test_message_that_the_gateway_did_not_store_is_not_screened(pair: Pair, records: Store) -> None:
    """Without a committed assessment the engine says that it cannot read, and the gateway counts it as unanswered."""
    answer = pair.post(pair.body(records, new_id(), "hello")).json()
    assert answer["screened"] is False
    assert texts_of(answer["replies"]) == ["talk.not_read"]


@pytest.mark.parametrize("text", ["I want to die", "hello", "stop"])
def test_dead_action_server_is_answered_with_the_fixed_text(pair: Pair, records: Store, text: str) -> None:
    """Fault 7: whatever was written, the emergency numbers and never an ordinary reply; in a form too."""
    pair.say(records, option="start:daily_check_in")
    message_id = pair.take_in(records, text)
    pair.end("actions")
    answer = pair.post(pair.body(records, message_id, text)).json()
    assert answer["screened"] is False
    assert texts_of(answer["replies"]) == ["talk.not_read"]
    with pytest.raises(EngineSilent):
        pair.ask(records, message_id, text)
    pair.start("actions")
    assert texts_of(pair.ask(records, message_id, text))[0] != "talk.not_read"
