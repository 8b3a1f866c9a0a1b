"""What helped and what did not: numbers before and after an exercise, and the client's own words on it."""

from __future__ import annotations

from collections import defaultdict

from bot.summary.parts import Line, Section, Source, Words
from bot.summary.shared import BriefInput

# Pairs of numbers shown for one exercise, newest last; quotations at most.
PAIRS = 5
QUOTES = 2


def section(given: BriefInput, words: Words) -> Section | None:
    """One line an exercise with its pairs, then up to two quotations; None where nothing was said on it."""
    pairs: dict[str, list[tuple[list[int], Source]]] = defaultdict(list)
    titles: dict[str, str] = {}
    quotes = []
    for one in given.reflections:
        for line in one.lines:
            source = Source("entry", one.id, line.id)
            if line.role == "before_after" and isinstance(line.value, list):
                pairs[one.exercise].append((line.value, source))
                titles[one.exercise] = one.title
            elif line.role == "helped" and line.kind == "words":
                quotes.append(Line(f"helped.{one.id}.{line.id}", "words", line.text, (source,)))
    lines = [
        Line(
            f"helped.{exercise}",
            "score",
            words.say(
                "before_after",
                title=titles[exercise],
                count=len(found),
                pairs=", ".join(f"{before} → {after}" for (before, after), _ in found[-PAIRS:]),
            ),
            tuple(source for _, source in found),
        )
        for exercise, found in pairs.items()
    ]
    lines += quotes[-QUOTES:]
    return Section("helped", words.say("title_helped"), tuple(lines)) if lines else None
