"""What FHIR R4 (4.0.1) asks of the resources that this product writes: elements, cardinalities, codes, references.

Taken from the resource pages of hl7.org/fhir/R4: Bundle, Patient, Questionnaire, QuestionnaireResponse, Observation. It
knows the elements that are written and refuses every other one, so that a new one is looked up before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# Element -> (least, most, type); most None: any number. A type in capitals is a key of ELEMENTS.
type Shape = dict[str, tuple[int, int | None, str]]

_RESOURCE: Shape = {
    "resourceType": (1, 1, "code"),
    "id": (0, 1, "id"),
    "language": (0, 1, "code"),
    "meta": (0, 1, "Meta"),
}
ELEMENTS: dict[str, Shape] = {
    "Bundle": {
        **_RESOURCE, "type": (1, 1, "code"), "timestamp": (0, 1, "instant"), "entry": (0, None, "Entry"),
    },
    "Patient": {**_RESOURCE, "identifier": (0, None, "Identifier"), "name": (0, None, "HumanName")},
    "Questionnaire": {
        **_RESOURCE, "url": (0, 1, "uri"), "derivedFrom": (0, None, "uri"), "title": (0, 1, "string"),
        "status": (1, 1, "code"), "subjectType": (0, None, "code"), "description": (0, 1, "string"),
        "purpose": (0, 1, "string"), "copyright": (0, 1, "string"), "code": (0, None, "Coding"),
        "item": (0, None, "Question"),
    },
    "QuestionnaireResponse": {
        **_RESOURCE, "questionnaire": (0, 1, "uri"), "status": (1, 1, "code"), "subject": (0, 1, "Reference"),
        "authored": (0, 1, "dateTime"), "author": (0, 1, "Reference"), "source": (0, 1, "Reference"),
        "item": (0, None, "Answered"),
    },
    "Observation": {
        **_RESOURCE, "status": (1, 1, "code"), "category": (0, None, "CodeableConcept"),
        "code": (1, 1, "CodeableConcept"), "subject": (0, 1, "Reference"), "effectiveDateTime": (0, 1, "dateTime"),
        "performer": (0, None, "Reference"), "valueInteger": (0, 1, "integer"), "valueQuantity": (0, 1, "Quantity"),
        "valueCodeableConcept": (0, 1, "CodeableConcept"), "interpretation": (0, None, "CodeableConcept"),
        "note": (0, None, "Annotation"), "hasMember": (0, None, "Reference"), "derivedFrom": (0, None, "Reference"),
    },
    "Meta": {"security": (0, None, "Coding")},
    "Entry": {"fullUrl": (0, 1, "uri"), "resource": (0, 1, "Resource")},
    "Identifier": {"system": (0, 1, "uri"), "value": (0, 1, "string")},
    "HumanName": {"text": (0, 1, "string")},
    "Question": {
        "linkId": (1, 1, "string"), "code": (0, None, "Coding"), "text": (0, 1, "string"), "type": (1, 1, "code"),
        "answerOption": (0, None, "Option"),
    },
    "Option": {"extension": (0, None, "Extension"), "valueCoding": (1, 1, "Coding")},
    "Extension": {"url": (1, 1, "uri"), "valueDecimal": (0, 1, "decimal")},
    "Answered": {"linkId": (1, 1, "string"), "text": (0, 1, "string"), "answer": (0, None, "Answer")},
    "Answer": {
        "valueInteger": (0, 1, "integer"), "valueDecimal": (0, 1, "decimal"), "valueString": (0, 1, "string"),
        "valueCoding": (0, 1, "Coding"),
    },
    "CodeableConcept": {"coding": (0, None, "Coding"), "text": (0, 1, "string")},
    "Coding": {"system": (0, 1, "uri"), "code": (0, 1, "code"), "display": (0, 1, "string")},
    "Quantity": {"value": (0, 1, "decimal"), "unit": (0, 1, "string"), "system": (0, 1, "uri"), "code": (0, 1, "code")},
    "Annotation": {"text": (1, 1, "string")},
    "Reference": {"reference": (0, 1, "string"), "type": (0, 1, "uri")},
}  # fmt: skip
PATTERNS = {
    "id": r"[A-Za-z0-9\-.]{1,64}",
    "code": r"[^\s]+(\s[^\s]+)*",
    "uri": r"\S+",
    "string": r"[ \r\n\t\S]+",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "dateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
}
# Required bindings.
CODES = {
    (
        "Bundle",
        "type",
    ): "document message transaction transaction-response batch batch-response history searchset collection",
    ("Questionnaire", "status"): "draft active retired unknown",
    ("Question", "type"): "group display boolean decimal integer date dateTime time string text url choice open-choice "
    "attachment reference quantity",
    ("QuestionnaireResponse", "status"): "in-progress completed amended entered-in-error stopped",
    ("Observation", "status"): "registered preliminary final amended corrected cancelled entered-in-error unknown",
}
TARGETS = {
    ("QuestionnaireResponse", "subject"): {"Patient"},
    ("QuestionnaireResponse", "author"): {"Patient"},
    ("QuestionnaireResponse", "source"): {"Patient"},
    ("Observation", "subject"): {"Patient"},
    ("Observation", "performer"): {"Patient"},
    ("Observation", "hasMember"): {"Observation", "QuestionnaireResponse"},
    ("Observation", "derivedFrom"): {"Observation", "QuestionnaireResponse"},
}
ANSWER_OF = {
    "integer": "valueInteger", "decimal": "valueDecimal", "string": "valueString", "text": "valueString",
    "choice": "valueCoding",
}  # fmt: skip
CATEGORIES = "social-history vital-signs imaging laboratory procedure survey exam therapy activity"


def problems(bundle: dict[str, Any]) -> list[str]:
    """What R4 refuses in a bundle, each with its place; empty where it is sound."""
    found = list(_shape(bundle, "Bundle", "Bundle"))
    if found:
        return found
    resources = [entry["resource"] for entry in bundle.get("entry", ())]
    urls = [entry["fullUrl"] for entry in bundle.get("entry", ())]
    known = dict(zip(urls, resources, strict=True))
    found += [f"fullUrl {url} stands twice" for url in {url for url in urls if urls.count(url) > 1}]
    found += [f"{url} is not its resource's id" for url, one in known.items() if url != f"urn:uuid:{one['id']}"]
    for one in resources:
        found += _references(one, known)
        found += _observation(one) if one["resourceType"] == "Observation" else []
        found += _answers(one, resources) if one["resourceType"] == "QuestionnaireResponse" else []
        found += [f"LOINC {code}: no such code" for code in loinc_codes(one) if not known_to_loinc(code)]
    return found


def check_digit_fits(code: str) -> bool:
    """The last digit of a LOINC term is a Luhn sum of the ones before it (LOINC Users' Guide, appendix C)."""
    digits = re.fullmatch(r"(\d+)-(\d)", code)
    if digits is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits[1])):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(digits[2])


def known_to_loinc(code: str) -> bool:
    """A term by its check digit, an answer by the list of both questionnaires (LL358-3)."""
    return code in ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9") or check_digit_fits(code)


def loinc_codes(value: Any) -> Iterator[str]:
    """Every LOINC code in a resource."""
    if isinstance(value, dict):
        if value.get("system") == "http://loinc.org":
            yield value["code"]
        for inner in value.values():
            yield from loinc_codes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from loinc_codes(inner)


def _shape(value: Any, kind: str, path: str) -> Iterator[str]:
    if kind == "Resource":
        kind = value.get("resourceType", "") if isinstance(value, dict) else ""
        if kind not in ("Patient", "Questionnaire", "QuestionnaireResponse", "Observation"):
            yield f"{path}: no resource that is written here"
            return
    if kind in ELEMENTS:
        yield from _members(value, kind, path)
    elif kind in ("integer", "decimal"):
        fits = isinstance(value, int if kind == "integer" else int | float) and not isinstance(value, bool)
        if not fits:
            yield f"{path}: {value!r} is no {kind}"
    elif not isinstance(value, str) or not re.fullmatch(PATTERNS[kind], value):
        yield f"{path}: {value!r} is no {kind}"


def _members(value: Any, kind: str, path: str) -> Iterator[str]:
    if not isinstance(value, dict) or not value:
        yield f"{path}: not an element with content"
        return
    shape = ELEMENTS[kind]
    yield from (f"{path}.{name}: R4 has it not here, or it was never looked up" for name in value if name not in shape)
    chosen = [name for name in value if name.startswith("value") and name != "value"]
    if len(chosen) > 1 and kind != "Identifier":
        yield f"{path}: {' and '.join(chosen)} exclude each other"
    for name, (least, most, inner) in shape.items():
        if name not in value:
            if least:
                yield f"{path}.{name}: missing"
            continue
        given = value[name]
        if isinstance(given, list) != (most is None):
            yield f"{path}.{name}: {'a list' if most is None else 'one value'} is asked for"
            continue
        if given == []:
            yield f"{path}.{name}: an empty list"
        for one in given if isinstance(given, list) else [given]:
            yield from _shape(one, inner, f"{path}.{name}")
            allowed = CODES.get((kind, name))
            if allowed and one not in allowed.split():
                yield f"{path}.{name}: {one!r} is none of {allowed}"


def _references(one: dict[str, Any], known: dict[str, dict[str, Any]]) -> Iterator[str]:
    kind = one["resourceType"]
    for name, (_, _, inner) in ELEMENTS[kind].items():
        if inner != "Reference" or name not in one:
            continue
        for reference in one[name] if isinstance(one[name], list) else [one[name]]:
            target = known.get(reference["reference"])
            if target is None:
                yield f"{kind}.{name}: {reference['reference']} leads nowhere"
            elif target["resourceType"] not in TARGETS[kind, name] or target["resourceType"] != reference["type"]:
                yield f"{kind}.{name}: {target['resourceType']} is no target"


def _observation(one: dict[str, Any]) -> Iterator[str]:
    """US Core's screening assessment: category survey, and a value or members."""
    categories = [coding["code"] for concept in one.get("category", ()) for coding in concept["coding"]]
    if "survey" not in categories or not set(categories) <= set(CATEGORIES.split()):
        yield f"Observation.category: {categories}"
    if not ({"valueInteger", "valueQuantity", "valueCodeableConcept"} & one.keys() or "hasMember" in one):
        yield "Observation: neither a value nor members (us-core-2)"
    if one.get("valueQuantity", {}).get("system", "http://unitsofmeasure.org") != "http://unitsofmeasure.org":
        yield "Observation.valueQuantity: no UCUM unit (us-core-3)"
    if "effectiveDateTime" not in one or "subject" not in one:
        yield "Observation: no time or no subject"


def _answers(one: dict[str, Any], resources: list[dict[str, Any]]) -> Iterator[str]:
    """Each answer belongs to a question of the form, and is of its type and one of its choices."""
    forms = [
        form for form in resources if form["resourceType"] == "Questionnaire" and form["url"] == one["questionnaire"]
    ]
    if len(forms) != 1:
        yield f"QuestionnaireResponse.questionnaire: {len(forms)} forms"
        return
    questions = {question["linkId"]: question for question in forms[0]["item"]}
    if len(questions) != len(forms[0]["item"]):
        yield "Questionnaire.item.linkId: not unique (que-2)"
    for item in one["item"]:
        question = questions.get(item["linkId"])
        if question is None:
            yield f"QuestionnaireResponse.item: {item['linkId']} is not in the form"
            continue
        for answer in item["answer"]:
            (name,) = answer
            if name != ANSWER_OF[question["type"]]:
                yield f"QuestionnaireResponse.item {item['linkId']}: {name} for {question['type']}"
            options = [option["valueCoding"] for option in question.get("answerOption", ())]
            if name == "valueCoding" and answer[name] not in options:
                yield f"QuestionnaireResponse.item {item['linkId']}: no such choice"
