"""A channel without the gateway: assessed and stored by the same function, and safe when assessment fails."""

from __future__ import annotations

from typing import Any

import pytest

from bot.handoff import direct, intake
from bot.records import new_id
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, House


def _say(house: House, text: str, **fields: Any) -> Any:
    message = intake.NewMessage(id=fields.pop("message_id", None) or new_id(), text=text, **fields)
    with house.write() as tx:
        return direct.assess_and_receive(
            tx, texts=load_texts(), lines=load_lines(), client_id=house.client_id, message=message, at=AT
        )


@pytest.mark.parametrize("text", ["I am going to kill myself tonight", "esta noche me voy a matar"])
def test_a_crisis_without_the_gateway_opens_the_same_episode(house: House, text: str) -> None:
    """With the real assessment."""
    received, assessment = _say(house, text)
    assert assessment.level == "alert"
    assert house.told(str(received.episode_id)) == [NAMES[0]]


def test_an_ordinary_message_is_stored_and_forwarded(house: House) -> None:
    """Nothing else follows."""
    received, assessment = _say(house, "We had soup for lunch.")
    assert (assessment.level, received.forward, received.episode_id) == ("none", True, None)


def test_the_same_message_twice_is_one(house: House) -> None:
    """The engine calls its detector more than once a turn."""
    message_id = new_id()
    first, _ = _say(house, "I am going to kill myself tonight", message_id=message_id)
    again, _ = _say(house, "I am going to kill myself tonight", message_id=message_id)
    assert again.message.repeated
    assert again.episode_id == first.episode_id
    assert len(house.deliveries(str(first.episode_id))) == 1


def test_an_assessment_that_raises_is_an_alert(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Severity 2, category unassessed."""

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("private words")

    monkeypatch.setattr(direct, "assess", broken)
    received, assessment = _say(house, "anything")
    assert (assessment.level, assessment.severity, assessment.categories) == ("alert", 2, ("unassessed",))
    assert received.episode_id is not None


def test_an_answer_to_the_question_is_read_in_the_light_of_it(house: House) -> None:
    """The question is among the turns, marked as the risk question."""
    seen: list[Any] = []
    house.say("I am tired of it all", level="check_in", at=AT)
    original = direct.assess

    def look(turns: Any, **fields: Any) -> Any:
        seen.extend(turns)
        return original(turns, **fields)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct, "assess", look)
        received, _ = _say(house, "yes")
    assert [(turn.role, turn.question) for turn in seen] == [("client", None), ("bot", "risk"), ("client", None)]
    assert received.episode_id is not None
    assert house.episode(received.episode_id).opened_at == AT + 0 * MINUTE
