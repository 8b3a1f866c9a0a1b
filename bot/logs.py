"""Structured logs that cannot carry a client's words (I6).

Every line is JSON on stderr, built from an allow-list of fields. A field that is not on the list is dropped and
counted, so that a careless `log.info("...", text=message)` loses the text and leaves a trace of the mistake.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

# Ids, counts, durations, classes of errors. Never a text, a name, an address or a URL with a query.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "part", "id", "message_id", "conversation_id", "client_id", "episode_id",
        "delivery_id", "notification_id", "reflection_id", "question_id", "person_id", "contact_id", "channel", "kind",
        "state", "severity", "assessed_level", "error", "code", "attempt", "count", "bytes", "ms", "port", "route",
        "method", "status", "reason", "at", "due_at", "pid", "version", "limit",
    }
)  # fmt: skip


def only_allowed(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keeps the fields of `ALLOWED`; says how many were dropped."""
    kept = {name: value for name, value in fields.items() if name in ALLOWED}
    if len(kept) < len(fields):
        kept["dropped_fields"] = len(fields) - len(kept)
    return kept


def error_class(error: BaseException) -> str:
    """The class of an error, which is all that a log may say of it: its text may quote a client."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def configure(part: str) -> None:
    """Sets up logging for one process. Libraries' own lines are reduced to their logger's name and level."""

    def name_part(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**fields, "part": part}

    structlog.configure(
        processors=[
            name_part,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_NameOnly()]
    root.setLevel(logging.WARNING)


class _Stderr(io.TextIOBase):
    """Standard error, which may be gone or on a full disk. A line that cannot be written must not cost a message its
    acknowledgement or its card, and there is no other place to say that it was lost."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


class _NameOnly(logging.Handler):
    """Passes a library's warning on without its message, which may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().warning(
            "library", reason=record.name, code=record.levelname, error=error_class(error) if error else None
        )
