"""Themes by counting: triggers that the client tagged, and words that the client used in several entries.

Nothing is inferred. A theme is a word with the number of entries it stands in, and one dated quotation. Stop words are
those of spaCy's blank pipelines (MIT).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from bot.summary.parts import Line, Section, Source, Words
from bot.summary.shared import BriefInput, SharedLine, SharedReflection

THEMES = 3
# A word in fewer entries than this is no theme.
MIN_ENTRIES = 2
MIN_LETTERS = 4
# Words that these exercises bring out by themselves, and words of time: they say nothing of what occupies somebody.
_EMPTY = (
    "today yesterday tomorrow week day days morning evening night time times feel feeling felt thing things "
    "little want really going know think like need come came went make made good better nothing something "
    "anything someone talk talked long last hoy ayer mañana semana dia dias tarde noche tiempo veces siento "
    "sentir senti cosa cosas poco quiero puedo hacer hice hizo bien mejor nada algo alguien hablar hable tener "
    "tengo estar estoy estaba fue cuando porque aunque siempre nunca todavia"
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Theme:
    """A word as the client wrote it most lately, and the entries it stands in."""

    word: str
    entries: tuple[str, ...]
    quote: SharedLine
    quote_entry: str


def section(given: BriefInput, words: Words) -> Section | None:
    """Up to three themes, each with its count and a quotation; None where no word comes back."""
    lines = []
    for theme in themes(given)[:THEMES]:
        key = plain(theme.word)
        sources = tuple(Source("entry", entry) for entry in theme.entries)
        counted = words.say("theme", word=theme.word, count=len(theme.entries))
        lines.append(Line(f"themes.{key}", "fact", counted, sources))
        said = f"{words.day(theme.quote.at, given.zone)}: {theme.quote.text}"
        quote = (Source("entry", theme.quote_entry, theme.quote.id),)
        lines.append(Line(f"themes.{key}.quote", "words", said, quote))
    return Section("themes", words.say("title_themes"), tuple(lines)) if lines else None


def themes(given: BriefInput) -> list[Theme]:
    """All themes: tagged triggers first, then by number of entries, then by the alphabet."""
    seen: dict[str, list[tuple[SharedReflection, SharedLine, str]]] = defaultdict(list)
    tagged: set[str] = set()
    for one in given.reflections:
        for line in one.lines:
            if line.kind != "words" and line.role != "trigger":
                continue
            for word in _WORD.findall(line.text):
                key = plain(word)
                if counts(key):
                    seen[key].append((one, line, word))
                    if line.role == "trigger":
                        tagged.add(key)
    found = [_theme(places) for places in seen.values() if len({one.id for one, *_ in places}) >= MIN_ENTRIES]
    return sorted(found, key=lambda theme: (plain(theme.word) not in tagged, -len(theme.entries), plain(theme.word)))


def counts(key: str) -> bool:
    """Whether a word, reduced by `plain`, can be a theme."""
    return len(key) >= MIN_LETTERS and key not in _stop_words()


def plain(word: str) -> str:
    """Lower case, no accents, no plural s: what makes two forms of a word one."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return bare[:-1] if len(bare) > MIN_LETTERS and bare.endswith("s") and not bare.endswith("ss") else bare


def _theme(places: list[tuple[SharedReflection, SharedLine, str]]) -> Theme:
    one, line, word = places[-1]
    entries = tuple(dict.fromkeys(reflection.id for reflection, *_ in places))
    return Theme(word=word.casefold(), entries=entries, quote=line, quote_entry=one.id)


@cache
def _stop_words() -> frozenset[str]:
    """Words that are no theme, in both languages."""
    # Here and not above: importing spaCy takes longer than the rest of the portal, and the first brief can wait.
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
    from spacy.lang.es.stop_words import STOP_WORDS as SPANISH

    return frozenset(plain(word) for word in ENGLISH | SPANISH | set(_EMPTY.split()))
