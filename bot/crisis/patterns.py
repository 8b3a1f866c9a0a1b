"""The small language in which rules are written, compiled to regular expressions over normalised words.

A sentence is given as its normalised words, each with one space before it and one space at the very end. A pattern is
a row of elements:

| element | matches |
|---|---|
| `word` | that word |
| `wor*` | any word that begins so |
| `a|b` | either word |
| `@name` | a concept of concepts.jsonl: any of its wordings, in any language |
| `(a b|c d)` | either row; inside brackets a bar parts rows |
| `x?` | x or nothing |
| `~`, `~5` | up to three, up to five words of any kind |
| `#` | a word that begins with a digit |
| `!x` | nothing; refuses the match when x follows here |
| `^`, `$` | the sentence's beginning, its end |

Every pattern needs at least one element that is a word or a concept: rules are looked up by their words, so that a
sentence is compared only with rules that could match it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

# Words so frequent that looking a rule up by them would not save anything. Used to choose a pattern's anchor only.
_FREQUENT = frozenset(
    """i im ive ill id a an the and or of to in on at it its is am are was be been do dont did have has had not no
    so my me myself you your he she they them his her their we this that just with for from if but what when how
    all like get got go going can cant could will would there one out up about as by more some any than then too
    now yo el la los las un una de del que y o a en es no me mi mis se te tu su lo le les con por para como mas
    pero si ya al esta este eso esto ese esa muy todo toda ni ha he hay soy estoy va voy ser sin yo nos fue era
    nada""".split()  # noqa: SIM905 - a list to read
)
_ELEMENT = re.compile(r"\s*(\(|\)|\||\?|[^\s()|?]+)")


class PatternError(ValueError):
    """A pattern that cannot be compiled; says which and why."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element: its regular expression, and the words of which any match holds at least one (None: unknown)."""

    regex: str
    anchors: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. `anchors`: words (or `beginning*`) of which every match holds at least one."""

    source: str
    regex: re.Pattern[str]
    anchors: frozenset[str]


@dataclass
class Compiler:
    """Compiles patterns; `concepts` maps a name to its wordings, themselves patterns."""

    concepts: Mapping[str, Iterable[str]]
    _done: dict[str, Node] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def compile(self, source: str) -> Pattern:
        """Raises PatternError on a pattern that is empty, unbalanced, circular, or has no word to look it up by."""
        node = self._parse(source)
        if not node.anchors:
            raise PatternError(f"pattern {source!r} has no word that it could be looked up by; add one")
        return Pattern(source=source, regex=re.compile(node.regex + "(?= )"), anchors=node.anchors)

    def _parse(self, source: str) -> Node:
        tokens = _ELEMENT.findall(source)
        if not tokens:
            raise PatternError("a pattern is empty; write at least one word")
        node, rest = self._row(tokens, source, inside=False)
        if rest:
            raise PatternError(f"pattern {source!r} has a stray {rest[0]!r}; put rows of several words in brackets")
        return node

    def _group(self, tokens: list[str], source: str) -> tuple[Node, list[str]]:
        """Rows up to the closing bracket; the opening one has been taken."""
        branches: list[Node] = []
        while True:
            branch, tokens = self._row(tokens, source, inside=True)
            branches.append(branch)
            if not tokens:
                raise PatternError(f"pattern {source!r} opens a bracket that it does not close")
            closing, tokens = tokens[0], tokens[1:]
            if closing == ")":
                return _either(branches), tokens

    def _row(self, tokens: list[str], source: str, *, inside: bool) -> tuple[Node, list[str]]:
        elements: list[Node] = []
        while tokens and tokens[0] not in ("|", ")"):
            node, tokens = self._element(tokens, source, inside=inside)
            elements.append(node)
        if not elements:
            raise PatternError(f"pattern {source!r} has an empty alternative")
        return _row_of(elements), tokens

    def _element(self, tokens: list[str], source: str, *, inside: bool) -> tuple[Node, list[str]]:
        token, *tokens = tokens
        refused = token == "!"  # noqa: S105 - a sign, no password
        if refused:
            if not tokens:
                raise PatternError(f"pattern {source!r} ends with a bare !")
            token, tokens = tokens[0], tokens[1:]
        if token == "(":  # noqa: S105
            node, tokens = self._group(tokens, source)
        else:
            words = [self._atom(token, source)]
            # Outside brackets a bar joins words: `kill|hurt him`. Inside it parts rows: `(kill him|hurt her)`.
            while not inside and len(tokens) > 1 and tokens[0] == "|":
                words.append(self._atom(tokens[1], source))
                tokens = tokens[2:]
            node = _either(words)
        if tokens and tokens[0] == "?":
            node, tokens = Node(f"(?:{node.regex})?"), tokens[1:]
        return (Node(f"(?!{node.regex}(?= ))") if refused else node), tokens

    def _atom(self, token: str, source: str) -> Node:
        if token.startswith("!") and len(token) > 1:
            return Node(f"(?!{self._atom(token[1:], source).regex}(?= ))")
        if token.startswith("@"):
            return self._concept(token[1:], source)
        if token.startswith("~"):
            return Node(f"(?: [^ ]+){{0,{int(token[1:] or 3)}}}?")
        fixed = {"^": Node(r"\A"), "$": Node(r"(?= \Z)"), "#": Node(r" \d[^ ]*")}
        if token in fixed:
            return fixed[token]
        if token.endswith("*"):
            return Node(f" {re.escape(token[:-1])}[^ ]*", frozenset({token}))
        return Node(f" {re.escape(token)}", frozenset({token}))

    def _concept(self, name: str, source: str) -> Node:
        if name in self._done:
            return self._done[name]
        if name not in self.concepts:
            raise PatternError(f"pattern {source!r} names the concept @{name}, which concepts.jsonl does not have")
        if name in self._open:
            raise PatternError(f"the concept @{name} contains itself")
        self._open.add(name)
        # Longest first: "kill myself" is tried before "kill", so that a span covers all of what was said.
        wordings = sorted(self.concepts[name], key=lambda wording: (-len(wording), wording))
        node = _either([self._parse(wording) for wording in wordings])
        self._open.discard(name)
        self._done[name] = node
        return node


def _either(branches: list[Node]) -> Node:
    if len(branches) == 1:
        return branches[0]
    known = [branch.anchors for branch in branches]
    anchors = None if any(found is None for found in known) else frozenset().union(*(f for f in known if f))
    return Node("(?:" + "|".join(branch.regex for branch in branches) + ")", anchors)


def _row_of(elements: list[Node]) -> Node:
    known = [element.anchors for element in elements if element.anchors]
    anchors = min(known, key=_cost) if known else None
    return Node("".join(element.regex for element in elements), anchors)


def _cost(anchors: frozenset[str]) -> float:
    return sum(100.0 if word in _FREQUENT else 1.0 for word in anchors)


class Index[T]:
    """Finds, by the words of a sentence, what could match it. Built once; reads from any thread."""

    def __init__(self, items: Iterable[T], *, patterns_of: Callable[[T], Iterable[Pattern]]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[int]] = {}
        self._pairs: list[tuple[T, Pattern]] = []
        for item in items:
            for pattern in patterns_of(item):
                number = len(self._pairs)
                self._pairs.append((item, pattern))
                for word in pattern.anchors:
                    table, key = (self._beginnings, word[:-1]) if word.endswith("*") else (self._exact, word)
                    table.setdefault(key, []).append(number)
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})

    def candidates(self, words: Iterable[str]) -> list[tuple[T, Pattern]]:
        """What could match a sentence with these words, in the order in which it was given."""
        found: set[int] = set()
        for word in words:
            if word in self._exact:
                found.update(self._exact[word])
            for length in self._lengths:
                if length > len(word):
                    break
                beginning = word[:length]
                if beginning in self._beginnings:
                    found.update(self._beginnings[beginning])
        return [self._pairs[number] for number in sorted(found)]
