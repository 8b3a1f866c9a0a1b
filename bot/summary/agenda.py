"""What the client wants to talk about, ranked by them, and how it went with what was agreed."""

from __future__ import annotations

from bot.summary.parts import Line, Section, Source, Words
from bot.summary.shared import BriefInput, SharedLine, SharedReflection

TOPICS = 3
PREPARATION = "session_preparation"


def section(given: BriefInput, words: Words) -> Section:
    """Up to three topics. The newest session preparation ranks them; notes "to bring" fill up, newest first."""
    prepared = [one for one in given.reflections if one.exercise == PREPARATION and _with_role(one, "topic")]
    chosen: list[tuple[SharedReflection, SharedLine]] = []
    if prepared:
        chosen += [(prepared[-1], line) for line in _with_role(prepared[-1], "topic")]
    for one in reversed(given.reflections):
        if one.exercise != PREPARATION:
            chosen += [(one, line) for line in _with_role(one, "topic")]
    lines = [_words_line("agenda", one, line) for one, line in chosen[:TOPICS]]
    if not lines:
        lines.append(Line("agenda.none", "fact", words.say("agenda_none"), ()))
    return Section("agenda", words.say("title_agenda"), tuple(lines))


def homework(given: BriefInput, words: Words) -> Section | None:
    """The newest answer on what was agreed, and what got in the way. None where nothing was said on it."""
    answered = [one for one in given.reflections if _with_role(one, "homework")]
    if not answered:
        return None
    newest = answered[-1]
    lines = []
    for line in newest.lines:
        if line.role == "homework" and line.kind == "fact":
            text = words.say("homework", day=words.day(line.at, given.zone), answer=line.text)
            lines.append(Line(f"homework.{newest.id}.{line.id}", "fact", text, (Source("entry", newest.id, line.id),)))
        elif line.role == "homework" or line.id == "obstacle":
            lines.append(_words_line("homework", newest, line))
    return Section("homework", words.say("title_homework"), tuple(lines))


def _with_role(one: SharedReflection, role: str) -> list[SharedLine]:
    return [line for line in one.lines if line.role == role]


def _words_line(section_id: str, one: SharedReflection, line: SharedLine) -> Line:
    return Line(f"{section_id}.{one.id}.{line.id}", "words", line.text, (Source("entry", one.id, line.id),))
