"""`python -m bot.crisis.lines`: JSON lines of conversations in, JSON lines of levels out, in order.

In: `{"id", "turns": [text | {"role", "text", "at_utc"?, "question"?, "step"?}], "language"?, "mode"?, "baseline"?}`; a
bare text is a client turn. Out: `{"id", "level", "severity", "categories"}`, nothing else on stdout. A line that cannot
be read gives `{"id": null, "error": ...}` in its place, and the exit code is 1.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any, get_args

import structlog

from bot.crisis import assess, load
from bot.crisis.types import ROLES, Mode, Turn

CHUNK_LINES = 100
# Below this many lines a second process costs more than it saves.
POOL_FROM_LINES = 300


def answer(line: str) -> str:
    """One line out for one line in. Never raises."""
    try:
        request = json.loads(line)
        turns, options = _turns(request), _options(request)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return json.dumps({"id": None, "error": _what(error)})
    assessment = assess(turns, **options)
    return json.dumps(
        {
            "id": request.get("id"),
            "level": assessment.level,
            "severity": assessment.severity,
            "categories": list(assessment.categories),
        }
    )


def _what(error: Exception) -> str:
    """What is wrong with a line, without a word of it."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON (column {error.colno})"
    return str(error) if isinstance(error, ValueError) else "not of the form {id, turns: [text or {role, text}]}"


def _turns(request: Any) -> list[Turn]:
    if not isinstance(request, Mapping) or not isinstance(request.get("turns"), list):
        raise ValueError("needs an object with a list of turns")  # noqa: TRY004 - one kind for every bad line
    return [_turn(number, turn) for number, turn in enumerate(request["turns"])]


def _turn(number: int, turn: Any) -> Turn:
    if isinstance(turn, str):
        return Turn(role="client", text=turn)
    if not isinstance(turn, Mapping) or not isinstance(turn.get("text"), str):
        raise ValueError(f"turn {number} needs a text")  # noqa: TRY004 - one kind for every bad line
    role = turn.get("role", "client")
    if role not in ROLES:
        raise ValueError(f"turn {number} has another role than client, bot or person")
    at = turn.get("at_utc")
    try:
        moment = datetime.fromisoformat(at) if at is not None else None
    except (TypeError, ValueError) as error:
        raise ValueError(f"turn {number} has an at_utc that is no ISO time") from error
    return Turn(role=role, text=turn["text"], at_utc=moment, question=turn.get("question"), step=turn.get("step"))


def _options(request: Mapping[str, Any]) -> dict[str, Any]:
    mode, baseline = request.get("mode", "full"), request.get("baseline")
    if mode not in get_args(Mode.__value__):
        raise ValueError("mode is neither full nor fixed_list")
    if baseline is not None and not isinstance(baseline, Mapping):
        raise ValueError("baseline is no object")
    return {"language": request.get("language"), "mode": mode, "baseline": baseline}


def _answers(lines: list[str]) -> Iterator[str]:
    if len(lines) < POOL_FROM_LINES or (os.cpu_count() or 1) < 2:
        yield from map(answer, lines)
        return
    # Forked after loading: the workers share rules and model.
    with multiprocessing.get_context("fork").Pool(min(4, os.cpu_count() or 1)) as pool:
        yield from pool.imap(answer, lines, chunksize=CHUNK_LINES)


def main(source: IO[str], sink: IO[str]) -> int:
    """Returns the exit code."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    load()
    failed = False
    for written in _answers([line for line in source if line.strip()]):
        failed = failed or '"error":' in written[:30]
        sink.write(written + "\n")
    sink.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    sys.exit(main(sys.stdin, sys.stdout))
