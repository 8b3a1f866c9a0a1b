"""From a reflection to its summary, from shared summaries to the brief. Pure: no other room is known."""

from __future__ import annotations

from bot.summary.brief import Brief, Line, Section, Source, make_brief
from bot.summary.shared import Asked, BriefInput, SafetyEvent, SharedLine, SharedReflection
from bot.summary.writing import Answered, LineKind, write

__all__ = [
    "Answered", "Asked", "Brief", "BriefInput", "Line", "LineKind", "SafetyEvent", "Section", "SharedLine",
    "SharedReflection", "Source", "make_brief", "write",
]  # fmt: skip
