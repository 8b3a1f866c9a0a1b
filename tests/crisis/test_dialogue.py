"""The conversation and not the message: answers, what is taken back, what builds up, what fades."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from bot.crisis import Assessment, Turn, assess
from bot.crisis.classifier import Opinion
from bot.crisis.dialogue import client_turns, features
from bot.crisis.engine import Engine, make_engine
from tests.crisis.readers import using

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
ASKED = "Are you thinking about killing yourself?"
ASKED_ES = "¿Estás pensando en quitarte la vida?"
SAFE = "Are you safe where you are right now?"
PEACE = "the soup was good"


@pytest.fixture(scope="module")
def made() -> Engine:
    """The engine, for stand-ins of the classifier's opinion."""
    return make_engine(with_model=True)


def answered(question: str, answer: str) -> Assessment:
    """What an answer to the bot's direct question gets."""
    return assess([Turn("client", "not a good week"), Turn("bot", question, question="risk"), Turn("client", answer)])


@pytest.mark.parametrize(
    ("question", "answer"),
    [(ASKED, "yes"), (ASKED, "I guess"), (ASKED, "kinda"), (ASKED, "sometimes, at night"), (ASKED_ES, "sí"),
     (ASKED_ES, "a veces"), (ASKED_ES, "pues sí"), (SAFE, "no"), (SAFE, "not really")],
)  # fmt: skip
def test_a_yes_to_the_direct_question_alerts(question: str, answer: str) -> None:
    """However small the yes is; and where the question is about safety, a no."""
    found = answered(question, answer)
    assert (found.level, found.severity >= 2) == ("alert", True)


@pytest.mark.parametrize(
    ("question", "answer"),
    [(ASKED, "i don't know"), (ASKED, "rather not say"), (ASKED_ES, "prefiero no decir"), (ASKED, "does it matter")],
)
def test_an_answer_that_keeps_something_back_is_asked_about_again(question: str, answer: str) -> None:
    """Neither a yes nor a no."""
    assert answered(question, answer).level == "check_in"


@pytest.mark.parametrize(
    ("question", "answer"), [(ASKED, "no"), (ASKED, "No, just tired"), (ASKED_ES, "no, para nada"), (SAFE, "yes")]
)
def test_a_plain_no_is_believed(question: str, answer: str) -> None:
    """Somebody who says no is not asked the same again."""
    assert answered(question, answer).level == "none"


def test_a_yes_to_another_question_is_only_a_yes() -> None:
    """The same word without the direct question before it."""
    assert assess([Turn("bot", "Did you sleep?"), Turn("client", "yes")]).level == "none"


def test_a_denial_after_a_disclosure_is_asked_about() -> None:
    """About the same evidence, which keeps its id."""
    told = [Turn("client", "I want to kill myself", NOW)]
    first = assess(told)
    back = assess([*told, Turn("client", "just kidding, I'm fine", NOW + timedelta(minutes=2))])
    assert (first.level, back.level) == ("alert", "check_in")
    assert {piece.id for piece in first.evidence if piece.turn == 0} & {piece.id for piece in back.evidence}


def test_a_denial_long_after_is_no_news() -> None:
    """Four half-lives later the disclosure has faded; nobody is reminded of it for ever."""
    told = Turn("client", "I want to kill myself", NOW)
    later = Turn("client", "just kidding, I'm fine", NOW + timedelta(hours=96))
    assert assess([told, later]).level == "none"


def course(made: Engine, *chances: float, hours: float = 0.0) -> str:
    """The level of a last peaceful turn after turns of these probabilities, the last one's included."""
    opinions = {f"{PEACE} {at}": Opinion(each, 0.0) for at, each in enumerate(chances)}
    turns = [
        Turn("client", text, NOW + timedelta(hours=hours if at == len(chances) - 1 else 0))
        for at, text in enumerate(opinions)
    ]
    with using(dataclasses.replace(made, opinion=opinions.__getitem__)):
        return assess(turns).level


def test_what_no_turn_says_by_itself_adds_up(made: Engine) -> None:
    """Four turns of which none would be asked about, against one of them alone."""
    assert course(made, 0.5) == "none"
    assert course(made, 0.5, 0.5, 0.5, 0.54) != "none"


def test_peace_after_peace_stays_peace(made: Engine) -> None:
    """However long it goes on."""
    assert course(made, *[0.02] * 12) == "none"


def test_a_turn_that_stands_alone_is_judged_alone(made: Engine) -> None:
    """After peace it is asked about, and what came before makes no alert of it."""
    assert course(made, 0.02, 0.02, 0.02, 0.84) == "check_in"


def test_many_small_doubts_are_no_danger(made: Engine) -> None:
    """Words such as "done", which could be the end of anything, add up to nothing where no turn is doubtful itself."""
    assert course(made, *[0.33] * 12) == "none"


def test_what_was_said_days_ago_has_faded(made: Engine) -> None:
    """The same turns with three days before the last one."""
    assert course(made, 0.5, 0.5, 0.5, 0.54, hours=72.0) == "none"


def test_features_see_turns_in_any_order_of_loudness(made: Engine) -> None:
    """The worst earlier turn counts as such wherever it stands, and nothing from before the last dozen does."""
    loud, calm = Opinion(0.9, 0.0), Opinion(0.1, 0.0)

    def seen(*opinions: Opinion) -> list[float]:
        texts = {f"turn {at}": each for at, each in enumerate(opinions)}
        spoken = client_turns([Turn("client", text) for text in texts], made.read, made.thresholds, texts.__getitem__)
        return features(spoken)

    assert seen(loud, calm, calm)[2] > seen(calm, calm, calm)[2]
    assert seen(calm, loud, calm)[2] > seen(loud, calm, calm)[2]
    assert seen(loud, *[calm] * 13) == seen(calm, *[calm] * 13)
