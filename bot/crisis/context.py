"""What the words around a finding say about it: who is meant, when, whether it is denied, supposed, or told of a story.

In the manner of ConText (Harkema, Dowling, Thornblade, Chapman 2009, doi 10.1016/j.jbi.2009.05.002), written anew for
first-person writing in English and Spanish. Two differences matter. Negation counts only where it stands before the
finding in the same clause: most wordings of danger hold a negation themselves ("I don't want to wake up"), and a rule's
own words are never read as negating it. And a clause ends at a pause that a new subject follows, so that "I'm fine,
I just want it to stop for good" is not read as fine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.crisis.normalising import Sentence
from bot.crisis.rules import ContextRule, RuleBook

# How far to the left a subject, a negation or an "if" reaches, in words.
SUBJECT_REACH, NEGATION_REACH, CONDITION_REACH = 9, 6, 12
# Kinds with scope "message" reach the whole of a text of up to this many sentences, else one sentence to each side.
MESSAGE_SENTENCES = 4
_TURNS = frozenset(
    "but pero sino because porque pq cause cuz so although aunque though except salvo yet cept bc".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A context rule that matched: first and last word of the match in its sentence."""

    rule: ContextRule
    first: int
    last: int


def cues_in(sentence: Sentence, book: RuleBook) -> list[Cue]:
    """Every cue in a sentence."""
    found: list[Cue] = []
    for rule, pattern in book.context_index.candidates({word.text for word in sentence.words}):
        for match in pattern.regex.finditer(sentence.stream):
            if any(refusal.regex.search(sentence.stream) for refusal in rule.unless):
                break
            first, last = sentence.span(match.start(), match.end())
            found.append(Cue(rule, first, last))
    return found


def lowered_by(
    first: int, last: int, *, who: str, sentences: Sequence[Sentence], cues: Sequence[Sequence[Cue]], at: int
) -> set[str]:
    """The kinds of context that hold for the words `first` to `last` of sentence `at`."""
    sentence, here = sentences[at], cues[at]
    kinds: set[str] = set()
    for cue in here:
        kind, scope = cue.rule.kind, cue.rule.scope
        if scope == "overlap":
            if cue.first <= last and first <= cue.last:
                kinds.add(kind)
        elif scope == "sentence":
            kinds.add(kind)
        elif scope == "before" and kind in ("negation", "conditional") and cue.last < first:
            reach = NEGATION_REACH if kind == "negation" else CONDITION_REACH
            if first - cue.last <= reach and not _clause_ends(sentence, cue.last + 1, first):
                kinds.add(kind)
    if who == "self" and _subject(first, last, sentence, here) == "other":
        kinds.add("other")
    near = range(len(sentences)) if len(sentences) <= MESSAGE_SENTENCES else range(at - 1, at + 2)
    for index in near:
        if 0 <= index < len(sentences):
            kinds.update(cue.rule.kind for cue in cues[index] if cue.rule.scope == "message")
    if "current" in kinds:
        kinds.discard("past")
    return kinds


def _clause_ends(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a clause ends somewhere from word `first` to just before word `last`, or at it."""
    for index in range(first, last + 1):
        word = sentence.words[index]
        if word.pause or (index < last and word.text in _TURNS):
            return True
    return False


def _subject(first: int, last: int, sentence: Sentence, cues: Sequence[Cue]) -> str:
    """Whose words these are: the nearest "self" or "other" cue within the finding or to its left; else "self"."""
    nearest, answer = -1, "self"
    for cue in cues:
        if cue.rule.kind not in ("self", "other") or cue.rule.scope != "before":
            continue
        if cue.rule.kind == "self" and first <= cue.first <= last:
            return "self"
        if cue.last < first and first - cue.last <= SUBJECT_REACH and cue.last > nearest:
            nearest, answer = cue.last, cue.rule.kind
        elif cue.last == nearest and cue.rule.kind == "self":
            answer = "self"
    return answer
