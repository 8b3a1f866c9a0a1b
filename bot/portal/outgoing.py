"""What a client shares, for another program: a FHIR bundle or a table, of the same period as the page (I5).

A questionnaire leaves in LOINC's codes: each shared answer, and the sum if its line is shared. Nothing is scored again,
so that an answer or a sum that was taken out cannot come back by arithmetic.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.portal.brief_input import reflection_of
from bot.portal.today import since_last_appointment
from bot.records import Tx, practice, summaries
from bot.records.people import Client
from bot.reflection import Exercise, measure_exercises, points_of
from bot.reflection.measure_walk import TOTAL
from bot.reflection.measuring import Measure, band_of, load_measures
from bot.summary.fhir import as_json, bundle
from bot.summary.outgoing import AnswerChoice, CodedMeasure, MeasureTaken, Outgoing
from bot.summary.parts import Words
from bot.summary.shared import SharedReflection
from bot.summary.table import as_csv
from bot.texts import Texts


def client_fhir(tx: Tx, client: Client, *, texts: Texts, language: str, at: datetime) -> str:
    """The period's bundle as JSON, its fixed sentences in `language`."""

    measures, walks = load_measures(), measure_exercises()
    shared = _shared(tx, client, at)

    def say(key: str, **params: object) -> str:
        return texts.say(f"brief.{key}", language=language, address="usted", **params).text

    given = Outgoing(
        client_id=client.id,
        name=client.name,
        made_at=at,
        language=language,
        reflections=tuple(one for one in shared if one.exercise not in measures),
        measures=tuple(
            _taken(one, measures[one.exercise], walks[one.exercise], client.language)
            for one in shared
            if one.exercise in measures
        ),
    )
    return as_json(bundle(given, Words(say=say, language=language)))


def client_csv(tx: Tx, client: Client, *, at: datetime) -> str:
    """The period's shared lines as a table, in the practice's time."""
    return as_csv(_shared(tx, client, at), ZoneInfo(practice.practice(tx).time_zone))


def _taken(shared: SharedReflection, measure: Measure, walk: Exercise, language: str) -> MeasureTaken:
    said = {line.id: line.value for line in shared.lines}
    asked = zip(measure.items, (step for step in walk.steps if step.options), strict=True)
    answers = {item.code: points_of(step, said.get(step.id)) for item, step in asked}
    total = next((line for line in shared.lines if line.role == TOTAL and isinstance(line.value, int)), None)
    return MeasureTaken(
        id=shared.id,
        measure=_coded(measure, language if language in measure.languages else measure.languages[0]),
        answers=tuple((code, points) for code, points in answers.items() if points is not None),
        total=total.value if total else None,
        band=band_of(measure, total.value) if total else None,
        remark=total.text if total else None,
        at=shared.at,
    )


def _coded(measure: Measure, language: str) -> CodedMeasure:
    texts = measure.answer_texts
    return CodedMeasure(
        title=measure.title,
        panel=measure.panel,
        total=measure.total,
        stem=measure.stem[language],
        items=tuple((item.code, item.text[language]) for item in measure.items),
        choices=tuple(
            AnswerChoice(code=code, score=points, display=texts[points]["en"], text=texts[points][language])
            for code, points in measure.answers.items()
        ),
        source=measure.source,
        licence=measure.licence,
    )


def _shared(tx: Tx, client: Client, at: datetime) -> list[SharedReflection]:
    since = since_last_appointment(tx, client.id, at)
    return [reflection_of(one) for one in summaries.shared_of(tx, client.id, since)]
