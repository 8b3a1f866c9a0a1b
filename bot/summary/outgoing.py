"""What leaves for another record system: what the client shares, and questionnaires in the codes of LOINC.

This room does not score a questionnaire: a total is here if it is among the shared lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.summary.shared import SharedReflection


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """One answer of a questionnaire. `code`: LOINC; `display`: LOINC's English words; `text`: the language shown."""

    code: str
    score: int
    display: str
    text: str


@dataclass(frozen=True, slots=True)
class CodedMeasure:
    """A published questionnaire. `panel`, `total` and the first of each item are LOINC codes; the second its words.

    `source`: of the words and codes.
    """

    title: str
    panel: str
    total: str
    stem: str
    items: tuple[tuple[str, str], ...]
    choices: tuple[AnswerChoice, ...]
    source: str
    licence: str


@dataclass(frozen=True, slots=True)
class MeasureTaken:
    """A questionnaire as it is shared. `id`: the shared copy's. `answers`: LOINC item code -> score, shared ones only.

    `total`: None where it is not shared. `band`: the published name of its range. `remark`: what was said with it.
    """

    id: str
    measure: CodedMeasure
    answers: tuple[tuple[str, int], ...]
    total: int | None
    band: str | None
    remark: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One client's period. `made_at`: when it was put together; `language`: of the fixed sentences in it."""

    client_id: str
    name: str
    made_at: datetime
    language: str
    reflections: tuple[SharedReflection, ...]
    measures: tuple[MeasureTaken, ...] = ()
