"""What a client shares, for another program: a FHIR bundle or a table, of the same period as the page (I5)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.portal.brief_input import reflection_of
from bot.portal.today import since_last_appointment
from bot.records import Tx, practice, summaries
from bot.records.people import Client
from bot.summary.fhir import as_json, bundle
from bot.summary.outgoing import Outgoing
from bot.summary.parts import Words
from bot.summary.shared import SharedReflection
from bot.summary.table import as_csv
from bot.texts import Texts


def client_fhir(tx: Tx, client: Client, *, texts: Texts, language: str, at: datetime) -> str:
    """The period's bundle as JSON, its fixed sentences in `language`."""

    def say(key: str, **params: object) -> str:
        return texts.say(f"brief.{key}", language=language, address="usted", **params).text

    given = Outgoing(
        client_id=client.id,
        name=client.name,
        made_at=at,
        language=language,
        reflections=tuple(_shared(tx, client, at)),
    )
    return as_json(bundle(given, Words(say=say, language=language)))


def client_csv(tx: Tx, client: Client, *, at: datetime) -> str:
    """The period's shared lines as a table, in the practice's time."""
    return as_csv(_shared(tx, client, at), ZoneInfo(practice.practice(tx).time_zone))


def _shared(tx: Tx, client: Client, at: datetime) -> list[SharedReflection]:
    since = since_last_appointment(tx, client.id, at)
    return [reflection_of(one) for one in summaries.shared_of(tx, client.id, since)]
