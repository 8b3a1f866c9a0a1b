"""PHQ-9 and GAD-7 in FHIR, in the shape of US Core's PHQ-9 examples: form, response, panel, items, total.

Source of the shape: HL7 US Core 8.0.0, `QuestionnaireResponse-phq-9-example`, `Observation-PHQ9-panel-example-44249-1`
and its members. Codes come with the measure. An answer or a total that is not shared is not here.
"""

from __future__ import annotations

from typing import Any

from bot.summary.fhir_parts import LOINC, UCUM, Resource, loinc, name_of, refers, response, said, survey, urn
from bot.summary.outgoing import AnswerChoice, CodedMeasure, MeasureTaken
from bot.summary.parts import Words

_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def form(measure: CodedMeasure, words: Words) -> Resource:
    """The Questionnaire: all of its published items, answered or not, and the total."""
    form_id = name_of("measure", measure.panel)
    choices = [
        {"extension": [{"url": _ORDINAL, "valueDecimal": one.score}], "valueCoding": _coding(one)}
        for one in measure.choices
    ]
    items: list[dict[str, Any]] = [
        {
            "linkId": f"/{code}",
            "code": [{"system": LOINC, "code": code}],
            "text": text,
            "type": "choice",
            "answerOption": choices,
        }
        for code, text in measure.items
    ]
    items.append(
        {
            "linkId": f"/{measure.total}",
            "code": [{"system": LOINC, "code": measure.total}],
            "text": words.say("fhir_total", title=measure.title),
            "type": "decimal",
        }
    )
    return {
        "resourceType": "Questionnaire",
        "id": form_id,
        "url": urn(form_id),
        "derivedFrom": [f"{LOINC}/q/{measure.panel}"],
        "title": measure.title,
        "status": "active",
        "subjectType": ["Patient"],
        "description": measure.stem,
        "purpose": measure.source,
        "copyright": measure.licence,
        "code": [{"system": LOINC, "code": measure.panel}],
        "item": items,
    }


def taken(given: MeasureTaken, questionnaire: Resource, patient: Resource, words: Words) -> list[Resource]:
    """The response, the panel, an Observation for each answer, and one for the total if it is shared.

    Raises KeyError for an answer that the measure does not have.
    """
    measure = given.measure
    chosen = {one.score: one for one in measure.choices}
    answers = dict(given.answers)
    answered = [(code, text, chosen[answers[code]]) for code, text in measure.items if code in answers]
    items = [_answer(code, text, {"valueCoding": _coding(choice)}) for code, text, choice in answered]
    total = words.say("fhir_total", title=measure.title)
    if given.total is not None:
        items.append(_answer(measure.total, total, {"valueDecimal": given.total}))
    filled = response("taken", given.id, questionnaire=questionnaire, patient=patient, at=given.at, items=items)
    members = [
        survey(
            "answer", given.id, code, code=loinc(code, text), patient=patient, origin=filled, at=given.at,
            performer=[refers(patient)], valueCodeableConcept={"coding": [_coding(choice)], "text": choice.text},
        )
        for code, text, choice in answered
    ]  # fmt: skip
    if given.total is not None:
        # No performer: the total is arithmetic and nobody's answer, and US Core's profile asks for none there.
        members.append(
            survey(
                "total", given.id, code=loinc(measure.total, total), patient=patient, origin=filled, at=given.at,
                valueQuantity={"value": given.total, "unit": "{score}", "system": UCUM, "code": "{score}"},
                **_remarks(given),
            )
        )  # fmt: skip
    panel = survey(
        "panel", given.id, code=loinc(measure.panel, measure.title), patient=patient, origin=filled, at=given.at,
        performer=[refers(patient)], hasMember=[refers(member) for member in members],
    )  # fmt: skip
    return [filled, panel, *members]


def _remarks(given: MeasureTaken) -> dict[str, Any]:
    """The published band as text, and what was said with the total."""
    found: dict[str, Any] = {}
    if given.band:
        found["interpretation"] = [{"text": given.band.replace("_", " ")}]
    if given.remark and (text := said(given.remark)):
        found["note"] = [{"text": text}]
    return found


def _answer(code: str, text: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": f"/{code}", "text": text, "answer": [value]}


def _coding(choice: AnswerChoice) -> dict[str, str]:
    return {"system": LOINC, "code": choice.code, "display": choice.display}
