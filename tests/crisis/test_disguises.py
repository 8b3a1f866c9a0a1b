"""Row 33: what people do to words to hide them changes nothing about what is heard."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from bot.crisis import Turn, assess
from tests.crisis.disguises import DISGUISES
from tests.crisis.evaluate import messages

pytestmark = pytest.mark.fault(33)

# Of the plain crises, how many may get another level under one disguise.
MAY_CHANGE = 0.01
# Every third plain crisis of the train split: enough for one percent, and quick.
STEP = 3


def level(text: str) -> str:
    """What a message gets by itself."""
    return assess([Turn(role="client", text=text)]).level


@cache
def plain_crises() -> tuple[tuple[str, str, str], ...]:
    """Id, text and level of plainly worded crises: those that a list of key words would find as well."""
    rows = [row for row in messages("train") if row["crisis"] and not row["hard"] and not row.get("turns")]
    return tuple((row["id"], row["text"], level(row["text"])) for row in rows[::STEP])


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.__name__)
def test_a_plain_crisis_keeps_its_level_under_a_disguise(disguise: Callable[[str], str]) -> None:
    """Each disguise on every plain crisis: another level in at most one of a hundred."""
    changed = [name for name, text, before in plain_crises() if level(disguise(text)) != before]
    assert len(changed) <= MAY_CHANGE * len(plain_crises()), changed


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.__name__)
@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself tonight, I have the pills here",
        "I'm going to end my life",
        "Me quiero matar esta noche, ya tengo las pastillas",
        "Mi marido me está pegando, ayúdame",
    ],
)
def test_the_plainest_words_alert_under_every_disguise(disguise: Callable[[str], str], text: str) -> None:
    """No share is allowed here: what nobody could misread is never missed."""
    assert level(text) == "alert"
    assert level(disguise(text)) == "alert"


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.__name__)
def test_the_span_shown_lies_in_the_original_text_under_a_disguise(disguise: Callable[[str], str]) -> None:
    """What a therapist is shown is what was written, disguise included, and not the whole of the message."""
    text = disguise("The bus was late today.\nI want to kill myself.\nThe soup was fine.")
    found = assess([Turn(role="client", text=text)])
    spans = {text[piece.start : piece.end] for piece in found.evidence if piece.rule.startswith("active")}
    assert spans
    wanted = next(each for each in disguise("kill") if each.isalnum()).casefold()
    for span in spans:
        assert len(span) < len(text) / 1.5
        assert wanted in span.casefold()


@pytest.mark.parametrize(
    "text", ["I ordered 3 of the 10 books.", "The b.b.c. news was long.", "A - b - c, as easy as that.", "o k k k"]
)
def test_ordinary_figures_and_letters_are_no_disguise_when_nothing_is_hidden(text: str) -> None:
    """Undoing disguises invents no danger."""
    assert level(text) == "none"
