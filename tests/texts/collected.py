"""Every sentence of the product that a person reads, from every kind of file that holds one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.texts import load_texts
from bot.texts.files import FORMS, LANGUAGES, PLACEHOLDER

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "bot/reflection/exercises"
MEASURES = ROOT / "bot/reflection/measures"
# Stands for what a person's name, a time or a practice takes up in a sentence.
FILLING = "Sam"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One text in one form. `id`: of the text; a reason has `?` behind it; exercises `exercise:<file>:<path>`."""

    id: str
    form: str
    text: str
    whole: str

    @property
    def language(self) -> str:
        """en or es."""
        return self.form[:2]

    @property
    def topic(self) -> str:
        """The file that the text is from."""
        return self.id.rpartition(":")[0] or self.id.partition(".")[0]


def everything() -> tuple[Sentence, ...]:
    """All texts in all forms: topics, their reasons, exercises, and the two that the engine's domain holds."""
    return (*_topics(), *_exercises(), *_domain())


def incomplete() -> list[str]:
    """Places in exercise files that have one language and not the other."""
    missing = []
    for path, content in _files():
        for place, found in _maps(content):
            missing += [f"{path.name}: {place} has no {language}" for language in LANGUAGES if not found.get(language)]
    return missing


def _sentence(text_id: str, form: str, text: str) -> Sentence:
    return Sentence(id=text_id, form=form, text=PLACEHOLDER.sub(FILLING, text), whole=text)


def _topics() -> Iterator[Sentence]:
    for text in load_texts().all():
        yield from (_sentence(text.id, form, words) for form, words in text.words.items())
        # A reason that a whole topic shares is looked at with each text: it may speak of what only some of them have.
        yield from (_sentence(f"{text.id}?", form, words) for form, words in (text.reason or {}).items())


def _exercises() -> Iterator[Sentence]:
    for path, content in _files():
        for place, found in _maps(content):
            for form in FORMS:
                texts = found.get(form) or []
                for number, text in enumerate([texts] if isinstance(texts, str) else texts):
                    yield _sentence(f"exercise:{path.stem}:{place}" + (f".{number}" if number else ""), form, str(text))


def _files() -> Iterator[tuple[Path, Any]]:
    """Exercise files whole; of measures the own words alone, for the published ones are as their makers wrote them."""
    for path in sorted(EXERCISES.glob("*.yml")):
        yield path, yaml.safe_load(path.read_text("utf-8"))
    for path in sorted(MEASURES.glob("*.yml")):
        yield path, {"words": yaml.safe_load(path.read_text("utf-8"))["words"]}


def _maps(found: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping with a language for a key, and where it stands."""
    if isinstance(found, list):
        for number, item in enumerate(found):
            name = item.get("id", number) if isinstance(item, dict) else number
            yield from _maps(item, f"{place}.{name}".lstrip("."))
    elif isinstance(found, dict):
        if set(found) & set(FORMS) and set(found) <= set(FORMS):
            yield place, found
            return
        for key, item in found.items():
            yield from _maps(item, f"{place}.{key}".lstrip("."))


def _domain() -> Iterator[Sentence]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for name, variants in domain["responses"].items():
        for variant in variants:
            slots = {condition["name"]: condition["value"] for condition in variant.get("condition", [])}
            form = slots.get("language", "en") + ("_usted" if slots.get("address") == "usted" else "")
            yield _sentence(f"domain.{name}", form, variant["text"])
