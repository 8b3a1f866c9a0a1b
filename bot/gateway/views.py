"""Rows as the JSON that the widget reads. Nothing here decides; see docs/widget-protocol.md for the shapes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.gateway import consenting
from bot.handoff import episodes as handoff_episodes
from bot.logs import error_class
from bot.records import (
    KeyDestroyed,
    NotFound,
    StoreDamaged,
    Tx,
    consents,
    conversations,
    events,
    people,
    practice,
    summaries,
)
from bot.records.conversations import Message
from bot.records.events import Event
from bot.records.summaries import Summary
from bot.texts import Lines, Texts

log = structlog.get_logger()


def iso(at: datetime | None) -> str | None:
    """A time as the widget gets it: UTC with a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def message_json(message: Message, *, by: str | None = None) -> dict[str, Any]:
    """One message of the conversation."""
    return {
        "id": message.id,
        "offset": message.offset,
        "role": message.role,
        "kind": message.kind,
        "text": message.text,
        "text_id": message.text_id,
        "reason": message.reason,
        "at": iso(message.at),
        "prompt": message.prompt,
        "by": by,
        "in_reply_to": message.in_reply_to,
        "reflection_id": message.reflection_id,
        "summary_id": (message.params or {}).get("summary_id"),
    }


def named_message_json(tx: Tx, message: Message) -> dict[str, Any]:
    """One message, with the name of the person who wrote it if it was not the client or the bot."""
    by = people.staff(tx, message.by_person_id).display_name if message.by_person_id else None
    return message_json(message, by=by)


def summary_json(summary: Summary) -> dict[str, Any]:
    """A summary with its state of sharing: since when, and which lines the therapist reads."""
    shared = summary.shared_body
    return {
        "id": summary.id,
        "reflection_id": summary.reflection_id,
        "at": iso(summary.at),
        "body": summary.body,
        "shared_at": iso(summary.shared_at),
        "shared_lines": None if shared is None else shared["lines"],
    }


def render(tx: Tx, rows: Sequence[Event], *, texts: Texts, lines: Lines) -> list[tuple[int, dict[str, Any]]]:
    """What a client sees of events, with their ids.

    Left out are events of no concern to the widget, those whose content was erased since, and those that cannot be
    read: one damaged entry must not keep a client from everything that came after it.
    """
    shown = []
    for row in rows:
        try:
            content = _render_one(tx, row, texts=texts, lines=lines)
        except (NotFound, KeyDestroyed):
            continue
        except (StoreDamaged, LookupError, TypeError, ValueError) as error:
            log.error("event_damaged", id=row.id, kind=row.kind, error=error_class(error))
            continue
        if content is not None:
            shown.append((row.id, content))
    return shown


def _render_one(tx: Tx, row: Event, *, texts: Texts, lines: Lines) -> dict[str, Any] | None:
    if row.conversation_id is None:
        return None
    match row.kind:
        case "message":
            message = conversations.message(tx, row.data["message_id"])
            if message is None:  # erased since
                return None
            return {"type": "message", "message": named_message_json(tx, message)}
        case "episode":
            card = handoff_episodes.client_view(tx, row.data["episode_id"], texts=texts, lines=lines)
            return {"type": "card", "card": card}
        case "mode":
            return {"type": "mode", "mode": row.data["mode"]}
        case "summary" | "share":
            return {"type": "summary", "summary": summary_json(summaries.summary(tx, row.data["summary_id"]))}
        case _:
            return None


def me_json(tx: Tx, client_id: str, *, texts: Texts, at: datetime) -> dict[str, Any]:
    """The signed-in client's own view of who they are here."""
    client = people.client(tx, client_id)
    conversation = conversations.conversation_of(tx, client_id, at=at)
    given = consents.state(tx, client_id)
    return {
        "client": {"name": client.name, "language": client.language, "address": client.address},
        "consent": {
            "needed": not consenting.has_consented(given, texts),
            "version": consenting.version(texts),
            "given": {name: consent.given for name, consent in given.items()},
        },
        "conversation": {
            "id": conversation.id,
            "mode": conversation.mode,
            "last_event": events.last_event_id(tx, conversation.id),
        },
        "therapist": {"name": people.staff(tx, client.therapist_id).display_name},
        "practice": {"name": practice.practice(tx).name},
    }
