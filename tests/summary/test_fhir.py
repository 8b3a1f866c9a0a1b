"""The FHIR bundle: R4's own rules, US Core's PHQ-9, and nothing in it that was not given to it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.summary.fhir import as_json, bundle
from bot.summary.outgoing import Outgoing
from tests.summary import life
from tests.summary.life import LIFE, SINCE, UNTIL, line
from tests.summary.measured import TAKEN, US_CORE
from tests.summary.r4 import check_digit_fits, loinc_codes, problems

GIVEN = Outgoing(
    client_id="client1", name="Ada O'Example", made_at=UNTIL, language="en", reflections=LIFE.reflections,
    measures=(TAKEN,),
)  # fmt: skip


def made(given: Outgoing = GIVEN, language: str = "en") -> dict[str, Any]:
    return bundle(given, life.words_in(language))


def of_type(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("language", ["en", "es"])
def test_bundle_is_sound_r4(language: str) -> None:
    """Elements, cardinalities, required codes, check digits, and every reference leads to its own resources."""
    assert problems(made(language=language)) == []


def test_empty_period_is_a_sound_bundle_with_the_person_alone() -> None:
    """A client without entries: no empty list, no form without a question."""
    found = made(replace(GIVEN, reflections=(), measures=()))
    assert problems(found) == []
    assert [entry["resource"]["resourceType"] for entry in found["entry"]] == ["Patient"]


def test_phq9_has_the_shape_of_us_core_s_example() -> None:
    """Panel, items, answers and total as published; the panel holds the items, all derived from the response."""
    found = made(replace(GIVEN, reflections=()))
    (form,), (filled,) = of_type(found, "Questionnaire"), of_type(found, "QuestionnaireResponse")
    assert form["derivedFrom"] == ["http://loinc.org/q/44249-1"]
    given = {item["linkId"]: item["answer"][0] for item in filled["item"]}
    assert {link: one["valueCoding"]["code"] for link, one in given.items() if "valueCoding" in one} == {
        f"/{item}": answer for item, answer in US_CORE.items()
    }
    assert given["/44261-6"] == {"valueDecimal": 12}
    panel, *members = of_type(found, "Observation")
    assert panel["code"]["coding"] == [{"system": "http://loinc.org", "code": "44249-1"}]
    assert [one["reference"] for one in panel["hasMember"]] == [f"urn:uuid:{member['id']}" for member in members]
    assert [member["code"]["coding"][0]["code"] for member in members] == [*US_CORE, "44261-6"]
    assert {one["derivedFrom"][0]["reference"] for one in (panel, *members)} == {f"urn:uuid:{filled['id']}"}
    total = members[-1]
    assert (total["valueQuantity"]["value"], total["valueQuantity"]["code"]) == (12, "{score}")
    assert (total["interpretation"], total["note"]) == ([{"text": "moderate"}], [{"text": "12 of 27"}])
    assert "performer" not in total


def test_answer_and_total_that_are_not_shared_are_nowhere() -> None:
    """Neither as an observation nor as an answer; the published form itself lists all of its questions."""
    kept = tuple((code, points) for code, points in TAKEN.answers if code != "44260-8")
    shared = replace(TAKEN, answers=kept, total=None, band=None, remark=None)
    found = made(replace(GIVEN, reflections=(), measures=(shared,)))
    assert problems(found) == []
    for kind in ("Observation", "QuestionnaireResponse"):
        text = json.dumps(of_type(found, kind))
        assert "44260-8" not in text
        assert "44261-6" not in text


def test_measure_with_nothing_shared_of_it_is_left_out() -> None:
    """No form, no response, no panel."""
    empty = replace(TAKEN, answers=(), total=None, band=None, remark=None)
    assert made(replace(GIVEN, measures=(empty,))) == made(replace(GIVEN, measures=()))


def test_mood_is_an_observation_without_a_borrowed_code() -> None:
    """The question is this product's own: text, the number, and that it is not validated."""
    moods = of_type(made(replace(GIVEN, measures=())), "Observation")
    expected = [line.value for one in LIFE.reflections for line in one.lines if line.role == "mood"]
    assert [one["valueInteger"] for one in moods] == expected
    assert {json.dumps(one["code"]) for one in moods} == {'{"text": "mood"}'}
    assert all("not validated" in one["note"][0]["text"] for one in moods)


def test_form_asks_only_what_is_answered_in_the_bundle() -> None:
    """A question whose answer nobody shared is not in it, so nothing tells that one was left out."""
    for form in of_type(made(), "Questionnaire"):
        if "derivedFrom" in form:
            continue
        answered = {
            item["linkId"]
            for filled in of_type(made(), "QuestionnaireResponse")
            if filled["questionnaire"] == form["url"]
            for item in filled["item"]
        }
        assert {item["linkId"] for item in form["item"]} == answered


def test_every_shared_line_is_in_it_word_for_word() -> None:
    """Own words and choices as text, scales as their number."""
    shown = [
        next(iter(item["answer"][0].values()))
        for filled in of_type(made(replace(GIVEN, measures=())), "QuestionnaireResponse")
        for item in filled["item"]
    ]
    expected = [
        line.value if isinstance(line.value, int) else line.text for one in LIFE.reflections for line in one.lines
    ]
    assert sorted(map(str, shown)) == sorted(map(str, expected))


def test_same_entry_has_the_same_id_in_every_bundle() -> None:
    """Whoever takes two bundles knows what they have; another client's has another id."""
    later = made(replace(GIVEN, made_at=UNTIL.replace(year=2027), reflections=LIFE.reflections[:1]))
    first = {one["id"] for one in of_type(made(), "QuestionnaireResponse")}
    assert {one["id"] for one in of_type(later, "QuestionnaireResponse")} < first
    other = made(replace(GIVEN, client_id="client2"))
    assert of_type(other, "Patient")[0]["id"] != of_type(made(), "Patient")[0]["id"]


@pytest.mark.parametrize("text", ["\ud800 half", "bell \x07", "  ", "مرحبا 🌊", "a" * 40_000])
def test_odd_text_leaves_a_sound_bundle(text: str) -> None:
    """Half of a surrogate pair, a control character, nothing, another direction, very long."""
    odd = replace(LIFE.reflections[0], title=text, lines=(line("said", "words", text, SINCE, value=text),))
    found = made(replace(GIVEN, name=text, reflections=(odd,)))
    assert problems(found) == []
    as_json(found).encode()


def test_scale_that_was_answered_in_words_once_is_text_for_all() -> None:
    """One form has one type a question."""
    numbers, words = LIFE.reflections[0], LIFE.reflections[1]
    unsure = replace(words, lines=(line("mood", "words", "no idea", SINCE, role="mood", value="no idea"),))
    found = made(replace(GIVEN, reflections=(numbers, unsure), measures=()))
    assert problems(found) == []
    assert [one["valueInteger"] for one in of_type(found, "Observation")] == [6]


# --- the check itself ---------------------------------------------------------------------------------------


def damaged(change: str) -> dict[str, Any]:
    """A sound bundle with one thing wrong."""
    found = copy.deepcopy(made())
    patient, form = of_type(found, "Patient")[0], of_type(found, "Questionnaire")[0]
    filled, seen = of_type(found, "QuestionnaireResponse")[0], of_type(found, "Observation")[0]
    match change:
        case "unknown element":
            patient["surname"] = "Ada"
        case "missing status":
            del seen["status"]
        case "wrong code":
            filled["status"] = "done"
        case "empty list":
            filled["item"] = []
        case "empty text":
            patient["name"][0]["text"] = ""
        case "one for a list":
            patient["name"] = patient["name"][0]
        case "lost reference":
            seen["subject"]["reference"] = "urn:uuid:00000000-0000-5000-8000-000000000000"
        case "wrong target":
            seen["derivedFrom"] = [seen["subject"]]
        case "two values":
            seen["valueQuantity"] = {"value": 3}
        case "no value":
            del seen["valueInteger"]
        case "wrong check digit":
            seen["code"]["coding"] = [{"system": "http://loinc.org", "code": "44249-2"}]
        case "answer of another type":
            filled["item"][0]["answer"] = [{"valueString": "six"}]
        case "question of no form":
            filled["item"][0]["linkId"] = "elsewhere"
        case "repeated question":
            form["item"].append(form["item"][0])
        case "time without zone":
            seen["effectiveDateTime"] = "2026-03-03T10:00:00"
        case "repeated address":
            found["entry"].append(found["entry"][0])
    return found


@pytest.mark.parametrize(
    "change",
    ["unknown element", "missing status", "wrong code", "empty list", "empty text", "one for a list", "lost reference",
     "wrong target", "two values", "no value", "wrong check digit", "answer of another type", "question of no form",
     "repeated question", "time without zone", "repeated address"],
)  # fmt: skip
def test_check_finds_what_r4_refuses(change: str) -> None:
    """Each rule has a bundle that breaks it."""
    assert len(problems(damaged(change))) >= 1


def test_check_digits_tell_a_mistyped_code() -> None:
    """Published codes fit; two digits exchanged do not."""
    codes = set(loinc_codes(made()))
    assert {"44249-1", "44261-6", "44260-8", "LA6571-9"} <= codes
    assert all(check_digit_fits(code) for code in codes | {"69737-5", "70274-6"} if not code.startswith("LA"))
    assert not check_digit_fits("44429-1")
    assert not check_digit_fits("PHQ-9")
