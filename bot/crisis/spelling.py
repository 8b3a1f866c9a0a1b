"""Words as they were meant: abbreviations, censored and disguised spellings, stretched letters, slips, dictation.

A spelling is changed only towards a word that is known, and a slip only towards a word that a rule looks for. What the
known words are comes from the rules and from `rules/words.txt`; short forms and dictation from `rules/spellings.jsonl`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

_LEET = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "6": "g", "2": "z",
    "@": "a", "$": "s", "!": "i", "|": "li", "+": "t", "€": "e", "£": "l", "(": "c", "¡": "i",
}  # fmt: skip
# An unknown word with figures among its letters is read by the letters that they look like: "sl33p0v3rs".
_FIGURES = str.maketrans("0134", "oiea")
_FIGURES_WITHIN = re.compile(r"(?=[a-z0134]{5,24}$)[a-z]+(?:[0134]{1,2}[a-z]+)+")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_HIDING = frozenset("*#_%&^-.~?!x•×")
# A letter three times or more in no word that is known: the key was held.
_HELD = re.compile(r"(.)\1{2,}")
_RUN = re.compile(r"(.)\1+")
SLIP_MIN_CHARS = 5
SEGMENT_MIN_CHARS, SEGMENT_MAX_CHARS = 7, 60
# Single letters in a row are read in stretches of this many, so that cost grows with length and no faster.
LETTERS_AT_ONCE, LOOSE_LETTER_COST = 240, 6.0
_LONGEST_WORD = 18


class HasText(Protocol):
    """Anything with a word in it that stands somewhere. `pause`: punctuation stands before it."""

    @property
    def text(self) -> str: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def pause(self) -> bool: ...


class Spelling:
    """Undoes spellings. `known`: words that are left alone; `sought`: words that rules look for, a part of them.

    `short_forms`: a word -> words that it stands for. `heard`: several words -> what was dictated.
    """

    def __init__(
        self,
        *,
        known: Iterable[str],
        sought: Iterable[str],
        short_forms: Mapping[str, Sequence[str]],
        heard: Mapping[tuple[str, ...], Sequence[str]],
    ) -> None:
        self._sought = frozenset(sought)
        self._known = frozenset(known) | self._sought
        self._known -= {word for word in short_forms if len(word) > 1}
        self._short = dict(short_forms)
        self._heard: dict[str, list[tuple[tuple[str, ...], Sequence[str]]]] = {}
        for spoken, meant in heard.items():
            self._heard.setdefault(spoken[0], []).append((spoken, meant))
        self._squeezed: dict[str, str] = {}
        self._slips: dict[str, str] = {}
        by_shape: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._sought):
            if len(word) >= 3:
                self._squeezed.setdefault(_RUN.sub(r"\1", word), word)
            if len(word) >= SLIP_MIN_CHARS:
                for slip in _without_one(word):
                    self._slips.setdefault(slip, word)
                by_shape.setdefault((word[0], len(word)), []).append(word)
        self._by_shape = by_shape
        self.words = lru_cache(maxsize=50_000)(self._words)
        self.is_disguised = lru_cache(maxsize=10_000)(self._is_disguised)

    def knows(self, word: str) -> bool:
        """Whether the word is left as it is."""
        return word in self._known

    def _words(self, chunk: str) -> tuple[str, ...]:
        """The words that a chunk without white space stands for; one in most cases."""
        plain = chunk.replace("'", "")
        if plain in self._short and len(plain) > 1:
            return tuple(self._short[plain])
        if plain in self._known or len(plain) == 1 or (plain.isdigit() and plain.isascii()):
            return (plain,)
        if not plain.isalpha() or not plain.isascii():
            hidden = self._hidden(plain)
            if hidden is not None:
                return tuple(meant for part in hidden for meant in self._short.get(part, (part,)))
            return tuple(part for part in _SEPARATORS.split(plain) if part)
        return self._plain(plain)

    def _plain(self, word: str) -> tuple[str, ...]:
        squeezed = self._unstretched(word)
        if squeezed is not None:
            return tuple(self._short.get(squeezed, (squeezed,)))
        word = _HELD.sub(r"\1", word)
        if word in self._known or word in self._short:
            return tuple(self._short.get(word, (word,)))
        if SLIP_MIN_CHARS - 1 <= len(word) <= _LONGEST_WORD + 1 and (meant := self._slip(word)):
            return (meant,)
        if SEGMENT_MIN_CHARS <= len(word) <= SEGMENT_MAX_CHARS:
            parts = self._segmented(word)
            if parts and any(part in self._sought for part in parts):
                return parts
        return (word,)

    def _unstretched(self, word: str) -> str | None:
        """ "dieeee" -> "die", "kkiillll" -> "kill"; None where no known word comes out."""
        runs = [(found.start(), found.end()) for found in _RUN.finditer(word)]
        if not runs or len(runs) > 8:
            return None
        long = [run for run in runs if run[1] - run[0] >= 3]
        if long and len(long) <= 4:
            for lengths in itertools.product((2, 1), repeat=len(long)):
                made, last = [], 0
                for (start, end), length in zip(long, lengths, strict=True):
                    made.append(word[last:start] + word[start] * length)
                    last = end
                candidate = "".join(made) + word[last:]
                if candidate in self._known or candidate in self._short:
                    return candidate
        return self._squeezed.get(_RUN.sub(r"\1", word))

    def _slip(self, word: str) -> str | None:
        """The sought word that this is one slip away from: a letter too many, too few, wrong, or two swapped."""
        if word in self._slips and len(word) >= SLIP_MIN_CHARS - 1:
            return self._slips[word]
        for shorter in sorted(_without_one(word)):
            if shorter in self._sought and len(shorter) >= SLIP_MIN_CHARS and shorter[0] == word[0]:
                return shorter
        for meant in self._by_shape.get((word[0], len(word)), ()):
            if _one_slip(word, meant):
                return meant
        return None

    def _is_disguised(self, core: str) -> bool:
        """Whether a chunk with signs inside is one word in disguise ("k!ll", "s*icide", "d.i.e")."""
        plain = core.replace("'", "")
        return plain in self._short or self._hidden(plain) is not None

    def _hidden(self, chunk: str) -> tuple[str, ...] | None:
        if not any(character.isalpha() for character in chunk) or len(chunk) > SEGMENT_MAX_CHARS:
            return None
        together = _SEPARATORS.sub("", chunk)
        parts = [part for part in _SEPARATORS.split(chunk) if part]
        if together != chunk and len(together) >= 3:
            letters = all(len(part) == 1 for part in parts)
            if together in self._sought and not all(part in self._known and len(part) > 1 for part in parts):
                return (together,)
            if letters and len(parts) >= 3:
                if together in self._short:
                    return tuple(self._short[together])
                words = self._segmented(together)
                if words and (len(together) >= 3 * len(words) or any(len(w) > 2 and w in self._sought for w in words)):
                    return words
                return self._plain(together)
        if (meant := self._leet(chunk)) is not None:
            return meant
        if _FIGURES_WITHIN.fullmatch(chunk):
            return self._plain(chunk.translate(_FIGURES))
        return self._censored(chunk)

    def _leet(self, chunk: str) -> tuple[str, ...] | None:
        if len(chunk) > 24 or not any(character in _LEET for character in chunk):
            return None
        choices = [_LEET.get(character, character) for character in chunk]
        many = [index for index, choice in enumerate(choices) if len(choice) > 1]
        if len(many) > 4:
            return None
        for picked in itertools.islice(itertools.product(*choices), 32):
            word = "".join(picked)
            if word in self._known and len(word) > 1:
                return (word,)
            if word in self._short:
                return tuple(self._short[word])
            if word.isalpha() and (stretched := self._squeezed.get(_RUN.sub(r"\1", word))) is not None:
                return (stretched,)
        return None

    def _censored(self, chunk: str) -> tuple[str, ...] | None:
        """The shortest sought word that the letters left over fit: "s**cide", "k*ll", "su!c!de"."""
        if not ("*" in chunk or "#" in chunk or "_" in chunk or "%" in chunk) or not chunk[0].isalpha():
            return None
        shape = re.compile("".join(re.escape(c) if c.isalnum() else "." for c in chunk))
        loose = re.compile(re.sub(r"(?:\\?[*#_%])+", ".{1,6}", re.escape(chunk)))
        if sum(character.isalpha() for character in chunk) < 2:
            return None
        for rule in (shape, loose):
            fits = [word for word in self._sought if word[0] == chunk[0] and rule.fullmatch(word)]
            if fits:
                return (min(fits, key=lambda word: (len(word), word)),)
        return None

    def _segmented(self, letters: str, *, loose: bool = False) -> tuple[str, ...] | None:
        """Known words written together; None unless they cover everything. Fewer, longer words are preferred.

        `loose`: single letters between the words stay what they are, so that there is always an answer.
        """
        best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - _LONGEST_WORD), end):
                piece = letters[start:end]
                if piece in self._known and (len(piece) > 1 or piece in ("i", "a", "y", "o")):
                    own = 3.0 if len(piece) == 1 else 1.6 if len(piece) == 2 else 1.0
                elif loose and len(piece) == 1:
                    own = LOOSE_LETTER_COST
                else:
                    continue
                cost = best[start][0] + own
                if cost < best[end][0]:
                    best[end] = (cost, start)
        if best[-1][0] == float("inf"):
            return None
        words: list[str] = []
        end = len(letters)
        while end:
            start = best[end][1]
            words.append(letters[start:end])
            end = start
        return tuple(reversed(words))

    def joined[W: HasText](self, row: Sequence[W], *, make: Callable[[str, Sequence[W]], W]) -> list[W]:
        """A sentence with spaced letters joined, words cut in two mended, and dictation undone."""
        out: list[W] = []
        index = run_end = 0
        while index < len(row):
            if index >= run_end:
                run_end = index
                while run_end < len(row) and len(row[run_end].text) == 1:
                    run_end += 1
                if run_end - index >= 4 and (spelt := self._spelt_out(row[index:run_end], make=make)):
                    out.extend(spelt)
                    index = run_end
                    continue
            end = min(run_end, index + LETTERS_AT_ONCE)
            if end - index >= 4:
                letters = "".join(word.text for word in row[index:end])
                for text in self._segmented(letters, loose=True) or ():
                    out.append(make(text, row[index : index + len(text)]))
                    index += len(text)
                if index == end:
                    continue
            word = row[index]
            for spoken, meant in self._heard.get(word.text, ()):
                if tuple(each.text for each in row[index : index + len(spoken)]) == spoken:
                    out.extend(make(text, row[index : index + len(spoken)]) for text in meant)
                    index += len(spoken)
                    break
            else:
                if index + 1 < len(row):
                    both = word.text + row[index + 1].text
                    if both in self._sought and not (word.text in self._known and row[index + 1].text in self._known):
                        out.append(make(both, row[index : index + 2]))
                        index += 2
                        continue
                if len(word.text) == 1 and word.text in self._short:
                    out.extend(make(text, [word]) for text in self._short[word.text])
                else:
                    out.append(word)
                index += 1
        return out

    def _spelt_out[W: HasText](self, letters: Sequence[W], *, make: Callable[[str, Sequence[W]], W]) -> list[W]:
        """Single letters as words, where wider gaps show which belong together; empty where all gaps are alike."""
        # A mark within a word, and the space after it, are no wider gap: "d o n ' t".
        gaps = [later.start - earlier.end - 2 * later.pause for earlier, later in itertools.pairwise(letters)]
        least = max(1, min(gaps))
        cuts = [at + 1 for at, gap in enumerate(gaps) if gap > least]
        if not cuts:
            return []
        words = [letters[first:last] for first, last in itertools.pairwise([0, *cuts, len(letters)])]
        spelt = [("".join(each.text for each in word), word) for word in words]
        return [
            make(text, word)
            for typed, word in spelt
            for text in (self.words(typed) if len(typed) > 1 else self._short.get(typed, (typed,)))
        ]


def _without_one(word: str) -> set[str]:
    return {word[:index] + word[index + 1 :] for index in range(1, len(word))}


def _one_slip(one: str, other: str) -> bool:
    """Whether two words of one length differ in one letter or in two neighbours swapped."""
    differ = [index for index in range(len(one)) if one[index] != other[index]]
    if len(differ) == 1:
        return True
    return (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and one[differ[0]] == other[differ[1]]
        and one[differ[1]] == other[differ[0]]
    )
