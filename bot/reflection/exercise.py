"""An exercise as the program holds it: what a file of `exercises/` says, checked and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Kind = Literal["text", "scale", "choice", "list", "timer", "picture"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages. `es_usted` only where usted reads differently from tú."""

    en: str
    es: str
    es_usted: str | None = None

    def to(self, language: str, address: str) -> str:
        """The words for a reader: language en or es, address tu or usted."""
        if language != "es":
            return self.en
        return self.es_usted if address == "usted" and self.es_usted else self.es


@dataclass(frozen=True, slots=True)
class Option:
    """One button of a choice. `back_to`: the earlier step from which the walk goes on once more.

    `score`: what it counts in a measure; None in every other exercise.
    """

    id: str
    label: Words
    back_to: str | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A step with one is asked only where an earlier answer fits: a number in the bounds, or one of `options`."""

    step: str
    at_least: int | None = None
    at_most: int | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One question. Which fields mean something depends on `kind`.

    `label` names the answer in the summary; a step without one is not in it. `role` says what an answer means for the
    brief (mood, before, after, topic, homework, trigger, helped). `shows` quotes the answer to an earlier step.
    `safety`: the item of a measure that asks about death and self-harm; an answer above 0 is asked about (I1).
    """

    id: str
    kind: Kind
    text: Words
    label: Words | None = None
    why: Words | None = None
    role: str | None = None
    when: Condition | None = None
    shows: str | None = None
    minimum: int = 0
    maximum: int = 10
    low: Words | None = None
    high: Words | None = None
    faces: bool = False
    options: tuple[Option, ...] = ()
    own_words: bool = False
    max_items: int = 5
    seconds: int = 60
    picture: str | None = None
    safety: bool = False


@dataclass(frozen=True, slots=True)
class Exercise:
    """One file. `id` is its name without the ending; `version` changes whenever a word of it does."""

    id: str
    version: str
    title: Words
    purpose: Words
    for_whom: Words
    not_for: Words | None
    minutes: int
    source: str
    licence: str
    clinical_review: str
    steps: tuple[Step, ...]
    offered: bool = True
    is_measure: bool = False

    def step(self, step_id: str | None) -> Step | None:
        """The step with this id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)
