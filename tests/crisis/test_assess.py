"""What `assess` promises its callers, on any text: levels, severities, spans, ids, and that it never raises."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.crisis import Assessment, Turn, assess, load, unassessed
from bot.crisis.rules import RULE_LANGUAGES
from bot.crisis.types import CATEGORIES, LEVELS, UNASSESSED

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DANGER = "I have the pills here and I am going to kill myself tonight"
SEVERITIES = {"none": (0, 1), "check_in": (1, 3), "alert": (2, 3)}
# Words that rules look for, so that drawn texts are not all peace; and characters that break careless code.
PIECES = st.sampled_from(
    [
        "kill",
        "myself",
        "want to die",
        "no",
        "not",
        "if",
        "he",
        "pastillas",
        "me quiero matar",
        "?",
        "...",
        "\n",
        "🔫",
        "\u202e",
        "\u200b",
        "\ud800",
        "\x00",
        "\ufeff",
        "İ",
        "ﬀ",
        "ß",
        "k.i.l.l",
        "s*icide",
        "a a a a",
        "'",
        '"',
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=st.characters(codec=None, categories=None), max_size=80),
    st.lists(PIECES, max_size=40).map(" ".join),
    st.lists(PIECES, max_size=40).map("".join),
)
TURNS = st.builds(
    Turn,
    role=st.sampled_from(["client", "client", "bot", "person"]),
    text=TEXTS,
    at_utc=st.one_of(st.none(), st.datetimes(), st.datetimes(timezones=st.just(UTC))),
    question=st.sampled_from([None, "risk", "other"]),
    step=st.one_of(st.none(), st.text(max_size=5)),
)
BASELINES = st.one_of(
    st.none(),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3),
    st.fixed_dictionaries(
        {"usual": st.lists(st.sampled_from(CATEGORIES), max_size=4)},
        optional={"severity": st.integers(0, 3) | st.text(max_size=3), "review_by_utc": st.text(max_size=12)},
    ),
)


def said(*texts: str) -> list[Turn]:
    """Client turns, a minute apart."""
    return [Turn(role="client", text=text, at_utc=NOW + timedelta(minutes=n)) for n, text in enumerate(texts)]


def check(assessment: Assessment, turns: list[Turn]) -> None:
    """All that holds of every assessment."""
    assert assessment.level in LEVELS
    low, high = SEVERITIES[assessment.level]
    assert low <= assessment.severity <= high
    assert set(assessment.categories) <= {*CATEGORIES, UNASSESSED}
    assert len(set(assessment.categories)) == len(assessment.categories)
    if assessment.level != "none":
        assert assessment.categories
        assert assessment.evidence
    own = [turn.text for turn in reversed(turns) if turn.role == "client"]
    for piece in assessment.evidence:
        assert piece.category in CATEGORIES
        assert 0 <= piece.severity <= 3
        assert 0 <= piece.turn < len(own)
        assert 0 <= piece.start <= piece.end <= len(own[piece.turn])
        assert piece.id
        assert all(piece.meaning[language] and piece.lowers[language] for language in RULE_LANGUAGES)
    assert json.loads(json.dumps(assessment.to_json())) == assessment.to_json()


@pytest.mark.fault(34)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(turns=st.lists(TURNS, max_size=5), baseline=BASELINES, mode=st.sampled_from(["full", "full", "fixed_list"]))
def test_no_text_makes_it_raise_whatever_the_characters_are(
    turns: list[Turn], baseline: dict[str, Any] | None, mode: Any
) -> None:
    """NUL, lone surrogates, marks of direction, wrong baselines: always an assessment that keeps its form."""
    check(assess(turns, mode=mode, baseline=baseline), turns)


@pytest.mark.fault(34)
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=TEXTS)
def test_it_answers_the_same_when_asked_again(text: str) -> None:
    """No state, no chance: hand-off tells what is known from what is new by it."""
    assert assess(said(text)) == assess(said(text))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 40_000,
        "kill " * 8_000,
        "?" * 40_000,
        "i want to die. " * 2_600,
        "k.i.l.l." * 5_000,
        "no no " * 6_000,
        "\n" * 40_000,
        "\u202e" * 40_000,
        "a b c d " * 5_000,
        "''''\"\"" * 6_000,
        "k*l#l_%" * 5_000,
        "1l1l" * 10_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_no_text_makes_it_hang_when_it_is_as_long_as_may_be(text: str) -> None:
    """40,000 characters of what regular expressions fear; the bound is wide, bench.py measures the real one."""
    started = datetime.now(UTC)
    check(assess(said(text)), said(text))
    assert (datetime.now(UTC) - started).total_seconds() < 20


@pytest.mark.parametrize(
    ("text", "category"),
    [
        (DANGER, "plan_or_intent"),
        ("I want to kill myself", "active_ideation"),
        ("quiero matarme", "active_ideation"),
        ("Me tomé todas las pastillas hace una hora", "attempt_or_overdose"),
        ("my husband hits me every night", "abuse_or_danger"),
        ("my daughter says she wants to kill herself", "third_party"),
    ],
)
def test_plain_danger_is_an_alert_in_its_category(text: str, category: str) -> None:
    """The least that anybody would expect."""
    found = assess(said(text))
    assert found.level == "alert"
    assert category in found.categories


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ok",
        "thanks, that helped",
        "the bus was late and I had soup",
        "gracias, hoy dormí bien",
        "I could kill for a coffee",
        "me muero de risa",
        "this traffic is killing me",
        "I'm dying to see the film",
    ],
)
def test_ordinary_talk_and_idioms_are_none(text: str) -> None:
    """The least that anybody would want left alone."""
    assert assess(said(text)).level == "none"


def test_nothing_is_found_when_no_client_has_spoken() -> None:
    """The bot's own questions and a person's words are not the client's."""
    others = [Turn(role="bot", text=DANGER, question="risk"), Turn(role="person", text=DANGER)]
    for turns in ([], others):
        found = assess(turns)
        assert (found.level, found.severity, found.categories, found.evidence) == ("none", 0, (), ())


def test_a_persons_words_change_nothing_when_the_client_speaks_next() -> None:
    """A team member may name the danger without making it the client's."""
    between = Turn(role="person", text=DANGER, at_utc=NOW)
    assert assess([between, *said("the bus was late")]).level == "none"


def test_a_span_shows_the_words_that_raised_it_in_the_original_text() -> None:
    """Emoji and accents before it do not move it; the portal cuts the text by these numbers."""
    text = "Día 🙂🙂 e\u0301 ... bueno. I WANT to   kill\u200b myself now. Adiós"
    spans = [text[piece.start : piece.end] for piece in assess(said(text)).evidence if piece.rule != "classifier"]
    assert any("kill\u200b myself" in span for span in spans)
    assert all("Día" not in span for span in spans)


def test_evidence_keeps_its_id_when_more_is_said() -> None:
    """Hand-off asks once for each id, so a later turn must not make old words look new."""
    first = assess(said(DANGER))
    later = assess(said(DANGER, "sorry, I was joking, I'm fine"))
    known = {piece.id for piece in first.evidence}
    old = [piece for piece in later.evidence if piece.turn == 1]
    assert {piece.id for piece in old} <= known
    assert not {piece.id for piece in later.evidence if piece.turn == 0} & known


def test_evidence_has_another_id_when_the_same_words_are_said_again_later() -> None:
    """Said at another time it is another disclosure."""
    once, again = assess(said(DANGER)), assess([Turn("client", DANGER, NOW + timedelta(hours=30))])
    assert not {piece.id for piece in once.evidence} & {piece.id for piece in again.evidence}


def test_an_id_holds_no_word_of_the_client() -> None:
    """Ids go to places where texts may not."""
    for piece in assess(said("I want to kill myself, said Zebulon")).evidence:
        assert "zebulon" not in piece.id.lower()
        assert len(piece.id) <= 120


@pytest.mark.parametrize(
    "text",
    [
        "я не хочу больше жить, мне очень плохо",
        "أريد أن أموت ولا أريد الحياة",
        "もう死にたい、生きたくない",
        "ich möchte nicht mehr leben und ich weiß nicht was ich tun soll",
    ],
)
def test_another_language_is_said_to_be_unread(text: str) -> None:
    """It is never called safe in silence, and never escalated by it."""
    found = assess(said(text))
    assert found.unread_language
    assert found.to_json()["unread_language"] is True
    assert found.level != "alert"


@pytest.mark.parametrize("text", ["the soup was good today", "la sopa estaba rica hoy", "hola, I had una sopa", "ok"])
def test_english_spanish_and_both_are_read(text: str) -> None:
    """The two languages, and somebody who mixes them."""
    assert not assess(said(text)).unread_language


def test_danger_in_a_read_language_is_heard_within_one_that_is_not() -> None:
    """One sentence in English inside a Russian message."""
    assert assess(said("мне очень плохо сегодня. I want to kill myself.")).level == "alert"


def test_unassessed_is_a_serious_alert() -> None:
    """What nobody could look at is shown to a person."""
    found = unassessed()
    assert (found.level, found.severity, found.categories, found.evidence) == ("alert", 2, (UNASSESSED,), ())
    assert not found.unread_language


def test_the_json_form_has_what_records_and_portal_read() -> None:
    """Each key that the alert page takes, in both languages, as plain values."""
    found = assess(said("I feel low", DANGER)).to_json()
    assert set(found) == {"level", "severity", "categories", "evidence", "unread_language", "version"}
    assert found["evidence"]
    for piece in found["evidence"]:
        assert {"id", "rule", "category", "severity", "turn", "start", "end", "meaning", "lowers"} <= set(piece)
        assert set(piece["meaning"]) == set(piece["lowers"]) == set(RULE_LANGUAGES)


def test_an_assessment_cannot_be_changed() -> None:
    """It crosses rooms."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        assess(said(DANGER)).level = "none"  # type: ignore[misc]


def test_the_fixed_list_infers_nothing() -> None:
    """A listed phrase alerts whatever stands around it; what is not listed, or is disguised, is nothing."""
    fixed = "I want to kill myself"
    assert assess(said(fixed), mode="fixed_list").level == "alert"
    assert assess(said("In the film he says: I want to kill myself."), mode="fixed_list").level == "alert"
    assert assess(said("I have had enough of waking up"), mode="fixed_list").level == "none"
    assert assess(said("I want to k1ll mys3lf"), mode="fixed_list").level == "none"
    assert assess(said(fixed, "hello"), mode="fixed_list").level == "none"
    for piece in assess(said(fixed), mode="fixed_list").evidence:
        assert piece.rule.startswith("fixed_list:")
        assert fixed[piece.start : piece.end].casefold() in fixed.casefold()


USUAL = {"usual": ["passive_ideation"], "severity": 2}
PASSIVE = "some days i just want to be dead"


def test_what_is_usual_is_asked_about_once_and_not_alerted() -> None:
    """At the agreed baseline: check_in, severity 1, with the evidence kept."""
    assert assess(said(PASSIVE)).level != "none"
    found = assess(said(PASSIVE), baseline=USUAL)
    assert (found.level, found.severity) == ("check_in", 1)
    assert found.evidence


@pytest.mark.parametrize(
    "text",
    [DANGER, "I took all the pills an hour ago", "my husband hits me every night", "goodbye forever, I wrote the note"],
)
def test_no_baseline_lowers_plan_means_attempt_goodbye_or_another_danger(text: str) -> None:
    """What is agreed covers ideation and self-harm only."""
    everything = {"usual": list(CATEGORIES), "severity": 3}
    plain = assess(said(text))
    assert plain.level != "none"
    assert (assess(said(text), baseline=everything).level, plain.severity) == (plain.level, plain.severity)


@pytest.mark.parametrize(
    "baseline",
    [
        {"usual": "passive_ideation"},
        {"usual": ["passive_ideation"], "severity": "high"},
        {"usual": ["passive_ideation"], "review_by_utc": "2020-01-01T00:00:00+00:00"},
        {"usual": ["passive_ideation"], "review_by_utc": "some day"},
        {"usual": []},
        {},
    ],
)
def test_a_baseline_that_is_malformed_or_out_of_date_lowers_nothing(baseline: dict[str, object]) -> None:
    """In doubt the louder answer stands."""
    assert assess(said(PASSIVE), baseline=baseline) == assess(said(PASSIVE))


def test_no_baseline_raises_what_is_none() -> None:
    """It only ever lowers."""
    assert assess(said("the soup was good"), baseline=USUAL).level == "none"


def test_everything_loads_before_the_first_message() -> None:
    """The doors call this at their start."""
    load()
    version = assess(said("hello")).version
    assert version
    assert version == assess(said(DANGER)).version
