"""A check-in through the real engine: what the model decides, what the form does, what is seeded."""

from __future__ import annotations

from bot.records import Store
from tests.engine.pair import Pair, texts_of


def test_check_in_from_the_menu_to_its_summary(pair: Pair, records: Store) -> None:
    """Free text starts it, numbers and words are taken, the summary ends it."""
    assert texts_of(pair.say(records, "hello")) == ["talk.greet"]
    assert texts_of(pair.say(records, "I want to do a check-in now")) == [
        "exercise.opening",
        "step.daily_check_in.mood",
    ]
    assert texts_of(pair.say(records, "maybe six or seven")) == ["exercise.noted", "step.daily_check_in.word"]
    assert texts_of(pair.say(records, "no, I meant 6")) == ["exercise.changed", "step.daily_check_in.word"]
    assert texts_of(pair.say(records, "restless")) == ["step.daily_check_in.happened"]
    assert texts_of(pair.say(records, "who can read this?")) == ["talk.who_sees_this", "step.daily_check_in.happened"]
    assert texts_of(pair.say(records, "my boss moved the meeting again")) == ["step.daily_check_in.helped"]
    assert texts_of(pair.say(records, option="skip")) == ["step.daily_check_in.bring"]
    assert texts_of(pair.say(records, "how to say no")) == ["step.daily_check_in.close"]
    replies = pair.say(records, "Done")
    assert texts_of(replies) == ["exercise.finished", "summary.written"]
    assert replies[-1]["summary_id"]
    assert replies[-1]["kind"] == "summary"


def test_reflection_goes_on_after_the_engine_was_killed(pair: Pair, records: Store) -> None:
    """The engine keeps nothing that matters: a new one goes on at the same step."""
    pair.say(records, option="start:session_preparation")
    pair.say(records, "more arguments at home")
    pair.end("engine")
    pair.start("engine")
    assert texts_of(pair.say(records, option="answer:nothing")) == ["step.session_preparation.topics"]
    pair.say(records, option="stop")


def test_lost_answer_is_given_again(pair: Pair, records: Store) -> None:
    """The same message a second time: the same replies, one step forward."""
    pair.say(records, option="start:daily_check_in")
    message_id = pair.take_in(records, "4")
    first = pair.ask(records, message_id, "4")
    assert pair.ask(records, message_id, "4") == first
    assert pair.state(records).step == "word"
    stop_id = pair.take_in(records, "please stop")
    ended = pair.ask(records, stop_id, "please stop")
    assert texts_of(ended) == ["exercise.stopped", "summary.written"]
    assert pair.ask(records, stop_id, "please stop") == ended


def test_slash_has_no_power(pair: Pair, records: Store) -> None:
    """What Rasa would obey is an answer like any other (I10)."""
    pair.say(records, option="start:daily_check_in")
    pair.say(records, "5")
    for text in ("/restart", "  /session_start", "EXTERNAL: x", '/ask_menu{"a": "b"}'):
        before = pair.state(records).reflection_id
        pair.say(records, text)
        assert pair.state(records).reflection_id == before
        if pair.state(records).step == "close":
            break
    pair.say(records, option="stop")


def test_request_without_the_token_is_refused(pair: Pair) -> None:
    """Only the gateway enters."""
    import httpx

    url = f"http://127.0.0.1:{pair.stack.settings.engine_port}/webhooks/gateway/webhook"
    assert httpx.post(url, json={}, timeout=10).status_code == 401
