"""A brief as plain text: for the record of a practice whose system takes paste, and for a terminal."""

from __future__ import annotations

from bot.summary.brief import Brief
from bot.summary.parts import Line

_WIDTH = 8


def as_text(brief: Brief) -> str:
    """One line of text for each line of the brief, its sources in brackets; the client's words in quotation marks."""
    blocks = []
    for section in brief.sections:
        title = [section.title.upper()] if section.title else []
        blocks.append("\n".join([*title, *(_line(line) for line in section.lines)]))
    return "\n\n".join(blocks) + "\n"


def _line(line: Line) -> str:
    said = f"“{line.text}”" if line.kind == "words" else line.text
    sources = ", ".join(f"{source.kind} {source.id[:_WIDTH]}" for source in line.sources)
    return f"{said} [{sources}]" if sources else said
