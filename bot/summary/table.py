"""What a client shares, as a table for a spreadsheet: one row a line, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.summary.parts import storable
from bot.summary.shared import SharedReflection

COLUMNS = ("entry", "exercise", "title", "line", "kind", "at", "question", "answer", "value")
# Spreadsheets take a cell for a formula by its first character, the wide forms of East Asian keyboards included.
# Source: OWASP, "CSV Injection".
_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def as_csv(reflections: Sequence[SharedReflection], zone: ZoneInfo) -> str:
    """RFC 4180 with a head. `at` is in `zone` with its offset; `value` is the number of a scale, else empty."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for one in reflections:
        for line in one.lines:
            said = [one.id, one.exercise, one.title, line.id, line.kind, _iso(line.at, zone), line.label, line.text]
            value = line.value if isinstance(line.value, int) else ""
            rows.writerow([*(as_cell(text) for text in said), value])
    return written.getvalue()


def as_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula, blanks before it or not."""
    text = storable(text)
    runs = text.startswith(_STARTS_A_FORMULA) or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if runs else text


def _iso(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
