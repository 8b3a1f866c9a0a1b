"""Logs of the engine: the logger's name, the level and the class of an error, never a message (I6).

Rasa writes client text into tracebacks, structured log fields and warnings. Nothing that a library says is passed on:
one JSON line tells that it said something, how loudly, and which class of error it was about.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import MutableMapping
from datetime import datetime, timezone
from typing import Any

import structlog

PART = "engine"
# Fields of our own lines: ids, counts, classes. Everything else is dropped.
ALLOWED = frozenset({"event", "reason", "code", "error", "count", "ms", "port", "message_id", "action"})


def configure() -> None:
    """Silences every library of this process. Call it before Rasa is imported."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    structlog.configure(processors=[_drop_library_line], logger_factory=structlog.ReturnLoggerFactory())
    # Old dependencies complain about each other at import; a warning that is about now still leaves its line.
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning):
        warnings.simplefilter("ignore", category)
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers = [_NameOnly()]
    root.setLevel(logging.WARNING)
    # Sanic brings handlers of its own, which print whole messages.
    for name in ("sanic.root", "sanic.error", "sanic.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    sys.excepthook = _say_class_only


def say(event: str, **fields: Any) -> None:
    """Writes one line of our own: `event` and the fields of `ALLOWED`."""
    kept = {name: value for name, value in fields.items() if name in ALLOWED}
    line = {"part": PART, "event": event, "timestamp": datetime.now(timezone.utc).isoformat(), **kept}
    print(json.dumps(line), file=sys.stderr, flush=True)


def error_class(error: BaseException) -> str:
    """The class of an error, which is all that a log may say of it."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


class _NameOnly(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        say("library", reason=record.name, code=record.levelname, error=error_class(error) if error else None)


def _drop_library_line(_logger: object, method: str, fields: MutableMapping[str, Any]) -> Any:
    if method in ("warning", "error", "critical", "exception"):
        say("library", reason=str(fields.get("event", ""))[:80].split(" ")[0], code=method.upper())
    raise structlog.DropEvent


def _say_class_only(kind: type[BaseException], error: BaseException, _trace: object) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        say("stopped", error=error_class(error))
