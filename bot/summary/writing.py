"""From the answers of a reflection to its summary: facts, own words, scores, each linked to its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

type LineKind = Literal["fact", "words", "score"]
_OF = {"en": "of", "es": "de"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered step. `said`: as the client put it, or the words of the button. `maximum`: of a scale.

    `value`: int for a scale, list of str for a list, else str; None where the client did not know.
    """

    step: str
    kind: LineKind
    label: str
    role: str | None
    value: Any
    said: str
    maximum: int | None
    entry_id: str
    at: datetime


def write(
    answered: Sequence[Answered],
    *,
    title: str,
    exercise: str,
    finished: bool,
    language: str,
    words: Mapping[str, str],
) -> dict[str, Any]:
    """The body of a summary.

    Each line is {id, kind, label, text, step, entry_id, at, role, value}; a list gives one line an item, so that the
    client can leave out one of them. `words["before_after"]` names the line that compares two numbers of the client's.
    """
    lines: list[dict[str, Any]] = []
    for one in answered:
        lines += _lines_of(one, language)
    return {
        "title": title,
        "exercise": exercise,
        "finished": finished,
        "lines": [*lines, *_before_after(answered, words["before_after"])],
    }


def _lines_of(one: Answered, language: str) -> list[dict[str, Any]]:
    if isinstance(one.value, list):
        return [
            _line(one, f"{one.step}-{number}", f"{one.label} {number}", item, value=item)
            for number, item in enumerate(one.value, start=1)
        ]
    if one.kind == "score":
        return [_line(one, one.step, one.label, f"{one.value} {_OF[language]} {one.maximum}", value=one.value)]
    return [_line(one, one.step, one.label, one.said, value=one.value)]


def _line(one: Answered, line_id: str, label: str, text: str, *, value: Any) -> dict[str, Any]:
    return {
        "id": line_id,
        "kind": one.kind,
        "label": label,
        "text": text,
        "step": one.step,
        "entry_id": one.entry_id,
        "at": one.at.isoformat(),
        "role": one.role,
        "value": value,
    }


def _before_after(answered: Sequence[Answered], label: str) -> list[dict[str, Any]]:
    """The two numbers beside each other, where both were given."""
    found = {one.role: one for one in answered if one.role in ("before", "after") and isinstance(one.value, int)}
    if len(found) < 2:
        return []
    before, after = found["before"], found["after"]
    line = _line(after, "before_after", label, f"{before.value} → {after.value}", value=[before.value, after.value])
    return [{**line, "kind": "score", "role": "before_after"}]
