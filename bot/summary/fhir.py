"""What a client shares as a FHIR R4 (4.0.1) Bundle: the person, each shared entry as asked and answered, and scores.

Only what is shared goes in. A form lists the questions whose answers are shared and no others, so that nothing tells
what was left out. Alerts are not in it: they have their own page, with who answered. No US Core profile is declared,
for a Patient of that profile carries more about a person than this product knows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bot.summary import fhir_measures
from bot.summary.fhir_parts import Resource, instant, name_of, refers, response, said, survey, urn
from bot.summary.outgoing import Outgoing
from bot.summary.parts import Words
from bot.summary.shared import SharedLine, SharedReflection

_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
# A question of this product's own has no LOINC code, and is given none: its text says what it is.
_ITEM_TYPES = {"score": "integer", "fact": "string", "words": "text"}


def bundle(given: Outgoing, words: Words) -> Resource:
    """A Bundle of type "collection". Every reference in it is to one of its own resources."""
    patient = _patient(given)
    resources = [patient, *_entries(given, patient, words), *_measures(given, patient, words)]
    return {
        "resourceType": "Bundle",
        "id": name_of("bundle", given.client_id, instant(given.made_at)),
        "language": given.language,
        "meta": {"security": [{"system": _CONFIDENTIALITY, "code": "R", "display": "restricted"}]},
        "type": "collection",
        "timestamp": instant(given.made_at),
        "entry": [{"fullUrl": urn(one["id"]), "resource": one} for one in resources],
    }


def as_json(resource: Resource) -> str:
    """The text of a resource, with a line end."""
    return json.dumps(resource, ensure_ascii=False, indent=2) + "\n"


def _patient(given: Outgoing) -> Resource:
    """A name and the record's own number: what another system needs to find the person, and no more."""
    patient_id = name_of("patient", given.client_id)
    patient: Resource = {
        "resourceType": "Patient",
        "id": patient_id,
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": urn(patient_id)}],
    }
    if name := said(given.name):
        patient["name"] = [{"text": name}]
    return patient


def _entries(given: Outgoing, patient: Resource, words: Words) -> Iterable[Resource]:
    by_exercise: dict[str, list[SharedReflection]] = defaultdict(list)
    for one in given.reflections:
        if any(said(line.text) for line in one.lines):
            by_exercise[one.exercise].append(one)
    for exercise, entries in by_exercise.items():
        form = _form(exercise, entries, given, words)
        yield form
        types = {item["linkId"]: item["type"] for item in form["item"]}
        for one in entries:
            yield from _entry(one, form, types, patient, words)


def _form(exercise: str, entries: Sequence[SharedReflection], given: Outgoing, words: Words) -> Resource:
    """The questions of an exercise whose answers are shared in this bundle, as they were asked the last time."""
    lines: dict[str, list[SharedLine]] = defaultdict(list)
    for one in entries:
        for line in one.lines:
            if said(line.text):
                lines[line.id].append(line)
    items = [
        {"linkId": line_id, "text": said(found[-1].label) or line_id, "type": _type(found)}
        for line_id, found in lines.items()
    ]
    # Another bundle may hold other questions of the same exercise: its form is another form.
    form_id = name_of("form", given.client_id, exercise, json.dumps(items))
    return {
        "resourceType": "Questionnaire",
        "id": form_id,
        "url": urn(form_id),
        "title": said(entries[-1].title) or exercise,
        "status": "active",
        "subjectType": ["Patient"],
        "description": words.say("fhir_form"),
        "item": items,
    }


def _type(lines: Sequence[SharedLine]) -> str:
    kinds = {_ITEM_TYPES[line.kind] if _whole(line) or line.kind != "score" else "string" for line in lines}
    return kinds.pop() if len(kinds) == 1 else "text"


def _entry(
    one: SharedReflection, form: Resource, types: dict[str, str], patient: Resource, words: Words
) -> Iterable[Resource]:
    items: list[dict[str, Any]] = [
        {
            "linkId": line.id,
            "text": said(line.label) or line.id,
            "answer": [{"valueInteger": line.value} if types[line.id] == "integer" else {"valueString": text}],
        }
        for line in one.lines
        if (text := said(line.text))
    ]
    filled = response("entry", one.id, questionnaire=form, patient=patient, at=one.at, items=items)
    yield filled
    for line in one.lines:
        if line.role == "mood" and _whole(line):
            yield survey(
                "mood",
                one.id,
                line.id,
                code={"text": said(line.label) or line.id},
                patient=patient,
                origin=filled,
                at=line.at,
                performer=[refers(patient)],
                valueInteger=line.value,
                note=[{"text": words.say("fhir_mood")}],
            )


def _measures(given: Outgoing, patient: Resource, words: Words) -> Iterable[Resource]:
    forms: dict[str, Resource] = {}
    for one in given.measures:
        if not one.answers and one.total is None:
            continue
        panel = one.measure.panel
        if panel not in forms:
            forms[panel] = fhir_measures.form(one.measure, words)
            yield forms[panel]
        yield from fhir_measures.taken(one, forms[panel], patient, words)


def _whole(line: SharedLine) -> bool:
    return isinstance(line.value, int) and not isinstance(line.value, bool)
