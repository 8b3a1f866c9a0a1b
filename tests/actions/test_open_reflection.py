"""Open reflection: whatever is told, no reply that could hurt. Nothing is praised, asked unasked, or quoted back."""

from __future__ import annotations

import random

import pytest

from actions.replies import Reply
from tests.actions.memory import practice, store, talker
from tests.actions.talking import Talker
from tests.reflection.phrasings import corpus_messages
from tests.texts.wording_rules import _PRAISE, _first

__all__ = ["practice", "store", "talker"]

# Messages of loss, shame, violence, joy and ordinary days in both languages, the same ones each time.
DISCLOSURES = random.Random(7).sample([text for text in sorted(corpus_messages()) if len(text.split()) > 5], 300)


def calm(replies: list[Reply], said: str) -> None:
    """No question, no praise, no word of the client's, no number of an exercise pushed forward."""
    for reply in replies:
        assert "?" not in reply.text
        assert said not in reply.text
        for language in ("en", "es"):
            assert _first(_PRAISE[language], reply.text) is None


def test_just_writing_is_answered_without_a_question(talker: Talker) -> None:
    """Three hundred disclosures: thanked, and room for more; nothing else."""
    for text in DISCLOSURES:
        talker.begin("open_reflection")
        talker.press("answer:just_write")
        calm(talker.say(text), text)
        assert talker.texts() == ["step.open_reflection.more"]
        talker.press("stop")


def test_words_outside_an_exercise_are_answered_without_a_question(talker: Talker) -> None:
    """The same three hundred in the menu, whatever the model takes them for."""
    for text in DISCLOSURES:
        calm(talker.say(text, intent="tell"), text)
        assert talker.texts() == ["talk.heard"]


@pytest.mark.parametrize("text", ["my father died on Monday", "he forced me", "I got the job"])
def test_open_questions_ask_for_leave_first(talker: Talker, text: str) -> None:
    """With questions too: after the first answer the client decides whether there is a second."""
    talker.begin("open_reflection")
    talker.press("answer:questions")
    calm(talker.say(text), text)
    assert talker.texts() == ["step.open_reflection.go_on"]
    talker.press("answer:rest")
    assert talker.step() == "close"
