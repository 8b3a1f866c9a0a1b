"""The page that a therapist reads in two minutes: at most 300 words, every line with its sources.

The order is that of need: who chose what is here, safety, what is off track, the client's own agenda, change,
homework, themes, what helped. A line is a fact, the client's words or a computed score, and looks like it. What is
missing is said. Nothing is guessed: themes are counted, change is arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.summary import agenda, change, helped, safety, themes
from bot.summary.parts import Line, Section, Source, Words, clipped, word_count
from bot.summary.shared import BriefInput

__all__ = ["MAX_WORDS", "Brief", "Line", "Section", "Source", "make_brief"]

MAX_WORDS = 300
# Words that a quotation keeps, shortened in these steps while the page is too long.
_QUOTE_WORDS = (40, 25, 15, 10)
# Sections that give way first when even short quotations are too many; the lines within one go from its end.
_GIVE_WAY = ("helped", "themes", "homework", "change")


@dataclass(frozen=True, slots=True)
class Brief:
    """The page. `left_out`: how many lines of the lower sections found no room; they are in the shared entries."""

    sections: tuple[Section, ...]
    left_out: int = 0

    def section(self, section_id: str) -> Section | None:
        """The section with this id, or None."""
        return next((one for one in self.sections if one.id == section_id), None)

    def lines(self) -> Iterator[Line]:
        """Every line from top to bottom."""
        for section in self.sections:
            yield from section.lines

    @property
    def words(self) -> int:
        """Words on the page, titles included."""
        return sum(word_count(s.title) + sum(word_count(line.text) for line in s.lines) for s in self.sections)


def make_brief(given: BriefInput, words: Words) -> Brief:
    """The brief. `words` says the fixed sentences in the reader's language (topic `brief` of the texts)."""
    sections = [
        _header(given, words),
        safety.section(given, words),
        change.not_on_track(given, words),
        agenda.section(given, words),
        change.section(given, words),
        agenda.homework(given, words),
        themes.section(given, words),
        helped.section(given, words),
    ]
    return _fitted(Brief(tuple(section for section in sections if section is not None)))


def _header(given: BriefInput, words: Words) -> Section:
    days = {line.at.astimezone(given.zone).date() for one in given.reflections for line in one.lines}
    first, last = given.since.astimezone(given.zone).date(), given.until.astimezone(given.zone).date()
    total = max((last - first).days + 1, 1)
    counted = words.say(
        "period",
        since=words.day(given.since, given.zone),
        until=words.day(given.until, given.zone),
        entries=len(given.reflections),
        missing=total - len({day for day in days if first <= day <= last}),
        days=total,
    )
    sources = tuple(Source("entry", one.id) for one in given.reflections)
    lines = (Line("header.period", "fact", counted, sources), Line("header.chosen", "fact", words.say("chosen"), ()))
    return Section("header", words.say("title_header"), lines)


def _fitted(brief: Brief) -> Brief:
    """At most MAX_WORDS: shorter quotations first, then lines of the lower sections go. Safety never does."""
    for most in _QUOTE_WORDS:
        brief = replace(brief, sections=tuple(_clipped(section, most) for section in brief.sections))
        if brief.words <= MAX_WORDS:
            return brief
    for section_id in _GIVE_WAY:
        while brief.words > MAX_WORDS:
            section = brief.section(section_id)
            if section is None or not section.lines:
                break
            brief = _without_last_line(brief, section)
    return brief


def _without_last_line(brief: Brief, section: Section) -> Brief:
    shorter = replace(section, lines=section.lines[:-1])
    kept: Sequence[Section] = [
        shorter if one.id == section.id else one for one in brief.sections if one.id != section.id or shorter.lines
    ]
    return Brief(tuple(kept), brief.left_out + 1)


def _clipped(section: Section, most: int) -> Section:
    lines = tuple(
        replace(line, text=clipped(line.text, most)) if line.kind == "words" else line for line in section.lines
    )
    return replace(section, lines=lines)
