"""What happened before a test begins: a reflection with its summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.records import Store, conversations, reflections, summaries


def summary_of(store: Store, client_id: str, texts: Sequence[str]) -> str:
    """A finished reflection with a summary of these lines, `line-1` and so on; the summary's id."""
    at = datetime.now(UTC)
    with store.write() as tx:
        begun = reflections.start(
            tx,
            conversation_id=conversations.conversation_of(tx, client_id, at=at).id,
            exercise="check_in",
            exercise_version="1",
            language="en",
            first_step="mood",
            at=at,
        )
        reflections.finish(tx, begun.id, at)
        body = {"title": "Check-in", "exercise": "check_in", "finished": True, "lines": summary_lines(texts, at)}
        return summaries.add_summary(tx, begun.id, body=body, at=at).id


def summary_lines(texts: Sequence[str], at: datetime) -> list[dict[str, Any]]:
    """Lines as `bot.summary.writing` makes them."""
    return [
        {
            "id": f"line-{number}",
            "kind": "words",
            "label": f"Question {number}",
            "text": text,
            "step": f"step-{number}",
            "entry_id": "0" * 32,
            "at": at.isoformat(),
            "role": None,
            "value": text,
        }
        for number, text in enumerate(texts, start=1)
    ]


def shared_summary(store: Store, client_id: str) -> list[Any]:
    """The bodies that the client's therapist sees."""
    with store.read() as tx:
        return [one.body for one in summaries.shared_of(tx, client_id, datetime.now(UTC) - timedelta(days=1))]
