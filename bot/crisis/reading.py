"""One client turn read by the rules: what was found, and what the words around it made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bot.crisis.context import Cue, cues_in, lowered_by
from bot.crisis.normalising import Sentence, as_told, sentences_of
from bot.crisis.rules import Rule, RuleBook
from bot.crisis.spelling import Spelling

# A rule that has been found this often in a text need not be looked for in the rest of it.
HITS_PER_RULE = 3
READINGS_KEPT = 2_000
# What context does to a level. A kind that is not here drops the finding.
_TO_NOTE = frozenset({"past", "negation", "other", "question"})
_DROPS = frozenset({"idiom", "fiction", "study"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's words in a turn. `level`: as context left it, none to alert; `lowered`: what kinds of context held."""

    rule: Rule
    level: str
    severity: int
    start: int
    end: int
    lowered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence's normalised words, the kinds of context in it, and its code points in the original.

    `told`: the sentence as it was typed, in small letters, with accents and apostrophes, its disguises undone.
    """

    stream: str
    told: str
    word_count: int
    start: int
    end: int
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the rules found in one turn, and the normalised words, a line for each sentence."""

    findings: tuple[Finding, ...]
    kinds: frozenset[str]
    stream: str
    word_count: int
    sentences: tuple[Part, ...]

    @property
    def told(self) -> str:
        """The text as it was typed, a line for each sentence; see `Part`."""
        return "\n".join(part.told for part in self.sentences)

    @property
    def standing(self) -> tuple[Finding, ...]:
        """Findings that context left at check_in or alert."""
        return tuple(found for found in self.findings if found.level in ("check_in", "alert"))


def reader(book: RuleBook, spelling: Spelling) -> Callable[[str], Reading]:
    """A function that reads a text and remembers the last texts it has read: a conversation repeats its turns."""

    @lru_cache(maxsize=READINGS_KEPT)
    def read(text: str) -> Reading:
        return _read(text, book, spelling)

    return read


def _read(text: str, book: RuleBook, spelling: Spelling) -> Reading:
    sentences = sentences_of(text, spelling)
    cues = [cues_in(sentence, book) for sentence in sentences]
    hits: dict[str, int] = {}
    findings: list[Finding] = []
    for at, sentence in enumerate(sentences):
        for rule, pattern in book.index.candidates({word.text for word in sentence.words}):
            if hits.get(rule.id, 0) >= HITS_PER_RULE:
                continue
            for match in pattern.regex.finditer(sentence.stream):
                if any(refusal.regex.search(sentence.stream) for refusal in rule.unless):
                    break
                first, last = sentence.span(match.start(), match.end())
                hits[rule.id] = hits.get(rule.id, 0) + 1
                findings.append(_finding(rule, first, last, sentences, cues, at))
                if hits[rule.id] >= HITS_PER_RULE:
                    break
    parts = tuple(_part(sentence, row, text) for sentence, row in zip(sentences, cues, strict=True) if sentence.words)
    return Reading(
        findings=_best_of_each(findings),
        kinds=frozenset(kind for part in parts for kind in part.kinds),
        stream="\n".join(part.stream for part in parts),
        word_count=sum(part.word_count for part in parts),
        sentences=parts,
    )


def _part(sentence: Sentence, cues: list[Cue], text: str) -> Part:
    return Part(
        stream=sentence.stream.strip(),
        told=as_told(text, sentence),
        word_count=len(sentence.words),
        start=min(word.start for word in sentence.words),
        end=max(word.end for word in sentence.words),
        kinds=frozenset(cue.rule.kind for cue in cues),
    )


def _finding(rule: Rule, first: int, last: int, sentences: list[Sentence], cues: list[list[Cue]], at: int) -> Finding:
    words = sentences[at].words[first : last + 1]
    kinds = lowered_by(first, last, who=rule.who, sentences=sentences, cues=cues, at=at) - rule.holds
    level, severity = rule.level, rule.severity
    if kinds & _DROPS:
        level, severity = "none", 0
    elif kinds & _TO_NOTE:
        level, severity = "note", 1
    elif "conditional" in kinds and level == "alert":
        level = "check_in"
    return Finding(
        rule=rule,
        level=level,
        severity=severity,
        start=min(word.start for word in words),
        end=max(word.end for word in words),
        lowered=frozenset(kinds),
    )


def _best_of_each(findings: list[Finding]) -> tuple[Finding, ...]:
    """For one rule on overlapping words only the strongest finding, the longest of equals; in order of the text."""
    order = {"none": 0, "note": 1, "check_in": 2, "alert": 3}
    kept: list[Finding] = []
    for found in sorted(findings, key=lambda f: (-order[f.level], -(f.end - f.start), f.start, f.rule.id)):
        if not any(
            other.rule.id == found.rule.id and found.start < other.end and other.start < found.end for other in kept
        ):
            kept.append(found)
    return tuple(sorted(kept, key=lambda f: (f.start, f.end, f.rule.id)))
