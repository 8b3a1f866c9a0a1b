"""What stands twice is the same: fixed texts, action names, slots."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions.parts import Parts
from actions.topics import all_actions
from bot.texts import load_texts
from tests.stack import ROOT

DOMAIN = yaml.safe_load((Path(ROOT) / "domain.yml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("response", "text_id"), [("utter_safety", "talk.crisis_seen"), ("utter_unread", "talk.not_read")]
)
def test_fixed_texts_of_the_domain_are_those_of_the_texts(response: str, text_id: str) -> None:
    """They must be said when the action server is dead, so they stand in both places, in every form."""
    found = {}
    for variant in DOMAIN["responses"][response]:
        slots = {condition["name"]: condition["value"] for condition in variant.get("condition", ())}
        found[slots.get("language", "en"), slots.get("address", "tu")] = variant["text"]
        assert variant["custom"]["text_id"] == text_id
    texts = load_texts()
    assert found == {
        (language, address): texts.say(text_id, language=language, address=address).text
        for language, address in (("en", "tu"), ("es", "tu"), ("es", "usted"))
    }


def test_every_action_of_the_domain_is_served(parts: Parts) -> None:
    """A name in one place only would be a turn that fails."""
    assert sorted(action.name() for action in all_actions(parts)) == sorted(DOMAIN["actions"])
