"""Rules, model and thresholds put together once, and kept for the life of the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import structlog

from bot.crisis.classifier import NOTHING, Classifier, ModelRefused, Opinion, load_classifier
from bot.crisis.language import is_unread
from bot.crisis.reading import READINGS_KEPT, Reading, reader
from bot.crisis.rules import RuleBook, load_rules
from bot.crisis.spelling import Spelling
from bot.crisis.thresholds import Thresholds, load_thresholds

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything an assessment needs. Without a usable model `classifier` and `opinion` are None: the rules go on."""

    book: RuleBook
    thresholds: Thresholds
    classifier: Classifier | None
    read: Callable[[str], Reading]
    opinion: Callable[[str], Opinion] | None
    version: str


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The process's engine; the first call loads it. Raises ValueError on rules or thresholds that must not be used."""
    return make_engine(with_model=True)


def make_engine(*, with_model: bool) -> Engine:
    """A new engine. Raises ValueError on rules or thresholds that must not be used, never on a model."""
    classifier = None
    if with_model:
        try:
            classifier = load_classifier()
        except ModelRefused as refusal:
            log.error("crisis_model_refused", reason=str(refusal), effect="the rules go on alone")
    return with_classifier(classifier)


def with_classifier(classifier: Classifier | None) -> Engine:
    """A new engine with this classifier, or without one. Raises ValueError as `make_engine` does."""
    book, thresholds = load_rules(), load_thresholds()
    version = f"{book.digest[:8]}-{classifier.digest[:8] if classifier else 'rules-only'}"
    read = reader(book, spelling_of(book))
    return Engine(book, thresholds, classifier, read, _opinions(read, classifier, thresholds), version)


def _opinions(
    read: Callable[[str], Reading], classifier: Classifier | None, thresholds: Thresholds
) -> Callable[[str], Opinion] | None:
    """The classifier's opinion of a text, remembered: a conversation repeats its turns."""
    if classifier is None:
        return None

    @lru_cache(maxsize=READINGS_KEPT)
    def opinion(text: str) -> Opinion:
        reading = read(text)
        if is_unread(text, reading.stream):
            return NOTHING
        return classifier.opinion(reading, sure_below=thresholds.encoder_from)

    return opinion


def spelling_of(book: RuleBook) -> Spelling:
    """The speller that knows the words of the rules."""
    sought = {word for rule in book.rules for pattern in rule.patterns for word in _words_of(pattern.source, book)}
    context = {word for rule in book.context for pattern in rule.patterns for word in _words_of(pattern.source, book)}
    stated = {word for words in (*book.short_forms.values(), *book.heard.values()) for word in words}
    return Spelling(
        known=book.known | context | stated | sought,
        sought={word for word in sought if len(word) >= 3} - COMMON,
        short_forms=book.short_forms,
        heard=book.heard,
    )


# Words that rules hold but that no slip is corrected towards: they are everybody's.
COMMON = frozenset(
    """the and for you not but was are with this that have had has him her his she they them when what who how can
    cant dont wont didnt isnt just like get got one out all too now then than here there been being because from
    going want que los las una del con por para como mas pero ser sin son era fue voy hay soy muy sus nos ella
    ellos esta este eso esa ese algo todo toda todos nada cada vez""".split()  # noqa: SIM905 - a list to read
)


def _words_of(source: str, book: RuleBook) -> set[str]:
    found: set[str] = set()
    for token in source.replace("(", " ").replace(")", " ").replace("|", " ").replace("?", " ").split():
        name = token.lstrip("!")
        if name.startswith("@"):
            for wording in book.concepts[name[1:]]:
                found |= _words_of(wording, book)
        elif name.isalpha():
            found.add(name)
    return found
