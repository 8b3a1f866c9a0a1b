"""The words that people read, and the crisis lines: files of this folder, checked as they are read (I4, I9).

    load_texts().say("gateway.hello", language="es", address="tu", name="Ana", therapist="Dr. Demo").text
    load_lines().of("GB", language="en")

This room is pure: it reads its own files and knows no other room.
"""

from __future__ import annotations

from bot.texts.lines import Line, Lines, load_lines
from bot.texts.wording import Said, Text, Texts, load_texts

__all__ = ["Line", "Lines", "Said", "Text", "Texts", "load_lines", "load_texts"]
