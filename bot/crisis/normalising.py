"""A text as sentences of plain words, with a map back to where each word stood in the original.

What people do to a word to hide it from a filter, and what keyboards, telephones and haste do to it, is undone here, so
that a rule needs one spelling. Characters: characters.py; the spelling of words: spelling.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.crisis.characters import APOSTROPHES, OVERRIDE, OVERRIDE_ENDS, PICTURES, folded
from bot.crisis.spelling import Spelling

# A sentence longer than this many words is read in overlapping pieces, so that cost grows with length and no faster.
PIECE_WORDS, PIECE_OVERLAP = 70, 18
_ENDS = frozenset(".!?;…。！？")
_CHUNK = re.compile(r"\n|[^\s]+")
_LEADING = re.compile(r"[^a-z0-9@$]+")
_TRAILING = re.compile(r"[^a-z0-9@$]+$")
_INNER = re.compile(r"[a-z0-9@$'*#_+]+")
_KEPT = frozenset("áéíóúüñ'")
# Letters of the two languages: anything else in a word may be a disguise.
_PLAIN = re.compile(r"[a-záéíóúüñ]+(?:'[a-z]+)*")
# English words that lose an apostrophe on a telephone, and that are no other word without it.
_SHORTENED = {
    word.replace("'", ""): word
    for word in (
        *("i'm", "i've", "don't", "can't", "won't", "didn't", "doesn't", "isn't", "aren't", "wasn't", "weren't"),
        *("wouldn't", "couldn't", "shouldn't", "haven't", "hasn't", "hadn't", "ain't", "he's", "she's", "they're"),
        *("they've", "you're", "you've", "we've", "that's", "there's", "what's", "let's"),
    )
}
_TO = frozenset(["to", "2", "wanna", "gonna", "gotta", "and", "a", "quiero", "quisiera", "voy", "y", "que", "me"])
_THING = frozenset(["a", "the", "my", "some", "with", "un", "una", "la", "las", "el", "los", "mi", "mis", "con"])


@dataclass(frozen=True, slots=True)
class Word:
    """A normalised word. `start`, `end`: its code points in the original. `pause`: punctuation stands before it."""

    text: str
    start: int
    end: int
    pause: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words up to a full stop. `stream`: each word with one space before it, and one at the end."""

    words: tuple[Word, ...]
    stream: str
    starts: tuple[int, ...]
    question: bool

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Indices of the first and the last word of a stretch of the stream."""
        first = last = 0
        for index, at in enumerate(self.starts):
            if at <= start:
                first = index
            if at < end:
                last = index
        return first, last


class _Builder:
    """Collects words into sentences."""

    def __init__(self, at: Sequence[int], spelling: Spelling) -> None:
        self._at, self._spelling = at, spelling
        self.rows: list[list[Word]] = []
        self.questions: list[bool] = []
        self._row: list[Word] = []
        self._pause = self._quoted = False

    def word(self, chunk: str, start: int, end: int) -> None:
        """A chunk of letters, digits and signs for letters."""
        for text in self._spelling.words(chunk):
            self._row.append(Word(text, self._at[start], self._at[end - 1] + 1, self._pause, self._quoted))
            self._pause = False

    def marks(self, marks: str, start: int) -> None:
        """Whatever stands between words: punctuation, pictures, other scripts."""
        for offset, mark in enumerate(marks):
            if mark in _ENDS:
                self.end(question=mark in "?？")
            elif mark in '"“”«»„':
                self._quoted = not self._quoted if mark == '"' else mark in "“«„"
                self._pause = True
            elif mark in PICTURES:
                self._picture(mark, start + offset)
            elif mark.isalnum():
                self._row.append(Word(mark, self._at[start + offset], self._at[start + offset] + 1))
            else:
                self._pause = True

    def end(self, *, question: bool = False) -> None:
        """A sentence ends."""
        self._pause = False
        if self._row:
            self.rows.append(self._row)
            self.questions.append(question)
            self._row = []
        elif question and self.questions:
            self.questions[-1] = True

    def _picture(self, mark: str, index: int) -> None:
        before = self._row[-1].text if self._row else ""
        thing, deed = PICTURES[mark]
        word = thing if before in _THING and before not in ("a", "y") else deed if before in _TO else ""
        if word:
            self._row.append(Word(word, self._at[index], self._at[index] + 1))


def sentences_of(text: str, spelling: Spelling) -> list[Sentence]:
    """The sentences of a text. Never raises; a text without words gives an empty list."""
    seen, at = _seen(text)
    builder = _Builder(at, spelling)
    for found in _CHUNK.finditer(seen):
        chunk, start = found.group(), found.start()
        if chunk == "\n":
            builder.end()
        elif chunk.isascii() and chunk.isalnum():
            builder.word(chunk, start, found.end())
        else:
            _cut(chunk, start, builder, spelling)
    builder.end()
    return _sentences(builder.rows, builder.questions, spelling)


def as_told(text: str, sentence: Sentence) -> str:
    """A sentence as a reader of natural language likes it: small letters, with accents and apostrophes.

    A word is taken as it was typed where it was typed plainly; where something was undone, its normalised form stands.
    """
    told = []
    for word in sentence.words:
        typed = unicodedata.normalize("NFC", text[word.start : word.end]).lower().replace("’", "'")
        typed = "".join(c if c in _KEPT else folded(c) for c in typed)
        plain = _PLAIN.fullmatch(typed) and "".join(map(folded, typed)).replace("'", "") == word.text
        told.append(_SHORTENED.get(word.text, typed.replace("'s", "s") if plain else word.text))
    return " ".join(told) + ("?" if sentence.question else "")


def _seen(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is seen, folded to lower-case Latin, and for each character the index of its original."""
    if text.isascii():
        return text.replace("\r", "\n").lower(), range(len(text) + 1)
    out: list[str] = []
    at: list[int] = []
    for index in _shown_order(text) if OVERRIDE in text else range(len(text)):
        character = text[index]
        if character in APOSTROPHES:
            character = "'"
        for part in character.lower() if character < "\x80" else folded(character):
            out.append(part)
            at.append(index)
    at.append(len(text))
    return "".join(out), at


def _shown_order(text: str) -> list[int]:
    """Indices in the order in which they are read where a right-to-left override turns a stretch around."""
    order: list[int] = []
    index = 0
    while index < len(text):
        if text[index] == OVERRIDE:
            end = index + 1
            while end < len(text) and text[end] not in OVERRIDE_ENDS:
                end += 1
            order.extend(range(end - 1, index, -1))
            index = end
        else:
            order.append(index)
            index += 1
    return order


def _cut(chunk: str, start: int, builder: _Builder, spelling: Spelling) -> None:
    """A chunk with signs in it: a word in disguise is kept whole, anything else is cut at its punctuation."""
    leading = _LEADING.match(chunk)
    first = leading.end() if leading else 0
    if first == len(chunk):
        builder.marks(chunk, start)
        return
    trailing = _TRAILING.search(chunk, first)
    last = trailing.start() if trailing else len(chunk)
    builder.marks(chunk[:first], start)
    core = chunk[first:last]
    if core.replace("'", "").isalnum() and core.isascii():
        builder.word(core, start + first, start + last)
    elif spelling.is_disguised(core):
        builder.word(core, start + first, start + last)
        if "." in core:
            return  # "k.i.l.l. m.e.": the last full stop is one of the others
    elif last < len(chunk) and spelling.is_disguised(chunk[first:]):
        builder.word(chunk[first:], start + first, start + len(chunk))
        return
    else:
        done = first
        for part in _INNER.finditer(chunk, first, last):
            builder.marks(chunk[done : part.start()], start + done)
            builder.word(part.group(), start + part.start(), start + part.end())
            done = part.end()
        builder.marks(chunk[done:last], start + done)
    builder.marks(chunk[last:], start + last)


def _sentences(rows: list[list[Word]], questions: list[bool], spelling: Spelling) -> list[Sentence]:
    found: list[Sentence] = []
    for row, question in _mended(rows, questions):
        words = spelling.joined(row, make=_merged)
        for first in range(0, max(1, len(words)), PIECE_WORDS - PIECE_OVERLAP):
            found.append(_sentence(words[first : first + PIECE_WORDS], question))
            if first + PIECE_WORDS >= len(words):
                break
    return found


def _mended(rows: list[list[Word]], questions: list[bool]) -> list[tuple[list[Word], bool]]:
    """Joins runs of three or more one-word sentences: full stops between all words are a disguise or a habit."""
    out: list[tuple[list[Word], bool]] = []
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and len(rows[end]) == 1:
            end += 1
        if end - index >= 3:
            out.append(([word for row in rows[index:end] for word in row], questions[end - 1]))
            index = end
        else:
            out.append((rows[index], questions[index]))
            index += 1
    return out


def _merged(text: str, words: Sequence[Word]) -> Word:
    """One word in the place of several."""
    return Word(text, words[0].start, max(word.end for word in words), words[0].pause, words[0].quoted)


def _sentence(words: Sequence[Word], question: bool) -> Sentence:
    starts: list[int] = []
    length = 0
    for word in words:
        starts.append(length)
        length += len(word.text) + 1
    return Sentence(tuple(words), "".join(f" {word.text}" for word in words) + " ", tuple(starts), question)
