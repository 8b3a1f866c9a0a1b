"""Everything that is stored about one client, for the client to take away: JSON, a page to read, a database to open.

Nothing is left out for being awkward: what was read as a crisis, who was told, who looked, and which copies stay in the
practice record are in it. It is made in memory and never rests on this machine's disk.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import jinja2

from bot.records import Tx, appointments, assessments, audit_rows, consents, conversations, episodes, people
from bot.records import reflections as reflections_room
from bot.records import summaries as summaries_room

NAMES = ("my-data.json", "my-data.html", "my-data.db")
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_PAGE = 500

_TEMPLATE = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:17px/1.5 system-ui,sans-serif;max-width:62ch;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0}table{border-collapse:collapse}
tr+tr{border-top:1px solid #8888}pre{white-space:pre-wrap;font:inherit;margin:0;overflow-wrap:anywhere}</style>
</head><body>
<h1>{{ title }}</h1><p>{{ made_at }}</p>
{% for name, rows in tables.items() %}<h2>{{ names[name] }} ({{ rows | length }})</h2>
{% if rows %}<table>{% for row in rows %}{% for key, value in row.items() %}{% if value not in (none, "", []) %}
<tr><th scope="row">{{ key }}</th><td><pre>{{ value }}</pre></td></tr>{% endif %}{% endfor %}
{% if not loop.last %}<tr><td colspan="2">&nbsp;</td></tr>{% endif %}{% endfor %}</table>{% endif %}
{% endfor %}</body></html>
"""


def collect(tx: Tx, client_id: str, *, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """Every table of the export: name -> rows of plain values, oldest first. Times are ISO 8601 in UTC."""
    client = people.client(tx, client_id)
    names = {person.id: person.display_name for person in people.all_staff(tx)}
    conversation = conversations.conversation_of(tx, client_id, at=at)
    return {
        "about_you": [
            {
                "name": client.name,
                "pronouns": client.pronouns,
                "phone": client.phone,
                "language": client.language,
                "country": client.country,
                "therapist": names.get(client.therapist_id),
                "since": _iso(client.created_at),
            }
        ],
        "consents": [
            {"purpose": purpose, "given": answer.given, "text_version": answer.version, "at": _iso(answer.at)}
            for purpose, answer in sorted(consents.state(tx, client_id).items())
        ],
        "messages": [_message(tx, message, names) for message in _all_messages(tx, conversation.id)],
        "reflections": _reflections(tx, client_id),
        "answers": _answers(tx, client_id),
        "summaries": [
            {
                "summary": one.id,
                "exercise": one.exercise,
                "version": one.version,
                "at": _iso(one.at),
                "shared_at": _iso(one.shared_at),
                "lines": _lines(one.body),
            }
            for one in summaries_room.summaries_of(tx, client_id)
        ],
        "shared_with_the_practice": [
            {
                "summary": one.summary_id,
                "version": one.version,
                "at": _iso(one.shared_at),
                "lines": _lines(one.body),
            }
            for one in summaries_room.shared_of(tx, client_id, _EVER)
        ],
        "alerts": _alerts(tx, client_id, names),
        "who_looked": looks(tx, client_id),
        "next_appointment": [
            {"at": _iso(found.starts_at)} for found in [appointments.next_after(tx, client_id, at)] if found
        ],
    }


def looks(tx: Tx, client_id: str) -> list[dict[str, Any]]:
    """Who looked at or changed something of a client, and when (I8); newest last."""
    names = {person.id: person.display_name for person in people.all_staff(tx)}
    return [
        {"who": names.get(row.actor, row.actor), "what": row.action, "at": _iso(row.at)}
        for row in audit_rows.rows_of(tx, client_id)
    ]


def archive(
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    strings: Mapping[str, str],
    language: str,
    at: datetime,
) -> bytes:
    """A ZIP of the three forms. `strings`: the words of the page: `title`, and one by each table's name."""
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(_TEMPLATE)
    html = page.render(
        language=language,
        title=strings["title"],
        made_at=_iso(at),
        tables=tables,
        names={name: strings[name] for name in tables},
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        as_json = json.dumps({"made_at": _iso(at), **tables}, ensure_ascii=False, indent=1)
        file.writestr(NAMES[0], as_json.encode("utf-8", "replace"))
        file.writestr(NAMES[1], html.encode("utf-8", "replace"))
        file.writestr(NAMES[2], _database(tables))
    return held.getvalue()


def _database(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The same rows as a SQLite file that any tool opens."""
    # Here and not above: it takes longer to import than the rest of a door, which rarely needs it.
    from sqlite_utils import Database

    connection = sqlite3.connect(":memory:")
    try:
        database = Database(connection)
        for name, rows in tables.items():
            if rows:
                database.table(name).insert_all([_storable(row) for row in rows], alter=True)
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _storable(row: Mapping[str, Any]) -> dict[str, Any]:
    """SQLite takes no half of a surrogate pair."""
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in row.items()
    }


def _all_messages(tx: Tx, conversation_id: str) -> list[conversations.Message]:
    found: list[conversations.Message] = []
    while page := conversations.messages_after(tx, conversation_id, found[-1].offset if found else 0, _PAGE):
        found += page
    return found


def _message(tx: Tx, message: conversations.Message, names: Mapping[str, str]) -> dict[str, Any]:
    read = assessments.assessment_of(tx, message.id)
    return {
        "message": message.id,
        "at": _iso(message.at),
        "from": names.get(message.by_person_id or "", message.role),
        "text": message.text,
        "read_as": read.level if read else None,
        "categories": ", ".join(read.categories) if read else None,
    }


def _reflections(tx: Tx, client_id: str) -> list[dict[str, Any]]:
    return [
        {
            "reflection": one.id,
            "exercise": one.exercise,
            "state": one.state,
            "started_at": _iso(one.started_at),
            "ended_at": _iso(one.ended_at),
        }
        for one in reflections_room.reflections_of(tx, client_id, _EVER)
    ]


def _answers(tx: Tx, client_id: str) -> list[dict[str, Any]]:
    return [
        {"reflection": one.id, "step": answer.step, "text": answer.text, "at": _iso(answer.at)}
        for one in reflections_room.reflections_of(tx, client_id, _EVER)
        for answer in reflections_room.answers(tx, one.id)
    ]


def _alerts(tx: Tx, client_id: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = []
    for episode in episodes.episodes_of(tx, client_id, _EVER):
        history = [
            f"{_iso(step.at)} {step.kind} {names.get(step.person_id or '', '')}".rstrip()
            for step in episodes.history(tx, episode.id)
        ]
        rows.append(
            {
                "alert": episode.reference,
                "opened_at": _iso(episode.opened_at),
                "severity": episode.severity,
                "categories": ", ".join(episode.categories),
                "messages": "\n".join(message.text for message in episodes.episode_messages(tx, episode.id)),
                "outcome": episode.outcome,
                "history": "\n".join(history),
            }
        )
    return rows


def _lines(body: Mapping[str, Any]) -> str:
    return "\n".join(f"{line['label']}: {line['text']}" for line in body.get("lines", ()))


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None
