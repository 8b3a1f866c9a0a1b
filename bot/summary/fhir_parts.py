"""The pieces of FHIR R4 (4.0.1) that several resources are made of: names, references, codes, times."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from bot.summary.parts import storable

type Resource = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
# A name space of this product's own: the same entry has the same name in every bundle, so that a system which takes it
# twice finds that it knows it.
_NAMES = uuid.UUID("6f0c2a53-52d8-4d2e-9a0b-6c1f1f7b6f0e")


def name_of(kind: str, *parts: str) -> str:
    """The resource's id: a UUID from its kind and what it is made from."""
    return str(uuid.uuid5(_NAMES, "\n".join((kind, *parts))))


def urn(resource_id: str) -> str:
    """A resource's full address in the bundle."""
    return f"urn:uuid:{resource_id}"


def refers(resource: Resource) -> dict[str, str]:
    """A reference to another resource of the bundle."""
    return {"reference": urn(resource["id"]), "type": resource["resourceType"]}


def instant(at: datetime) -> str:
    """A time in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def said(text: str) -> str | None:
    """A FHIR string, which is never empty; None where nothing would be left."""
    return storable(text).strip() or None


def loinc(code: str, text: str) -> dict[str, Any]:
    """A concept with a LOINC code. LOINC's own display is left out: the text is the one that was shown."""
    return {"coding": [{"system": LOINC, "code": code}], "text": text}


def survey(
    kind: str, *parts: str, code: dict[str, Any], patient: Resource, origin: Resource, at: datetime, **value: Any
) -> Resource:
    """An Observation of category "survey", after US Core's screening assessment. `origin`: what it is derived from."""
    return {
        "resourceType": "Observation",
        "id": name_of(kind, *parts),
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "survey", "display": "Survey"}]}],
        "code": code,
        "subject": refers(patient),
        "effectiveDateTime": instant(at),
        "derivedFrom": [refers(origin)],
        **value,
    }


def response(
    kind: str, *parts: str, questionnaire: Resource, patient: Resource, at: datetime, items: list[dict[str, Any]]
) -> Resource:
    """A QuestionnaireResponse: the frozen copy that the client shared, and so complete as it stands."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": name_of(kind, *parts),
        "questionnaire": questionnaire["url"],
        "status": "completed",
        "subject": refers(patient),
        "authored": instant(at),
        "author": refers(patient),
        "source": refers(patient),
        "item": items,
    }
