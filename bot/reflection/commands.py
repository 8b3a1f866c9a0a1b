"""Is a message a command (or a question to the program), or an answer?

Taking an answer for a command costs more than the other way round: "I want to stop hurting" is an answer. So rules come
before the model and must match a message as a whole; where a step asks for free words the model is not asked at all.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.reflection.exercise import Kind
from bot.reflection.plain import plain

FILE = Path(__file__).parent / "commands.yml"
# Words. A longer message tells something, whatever it begins with.
LONGEST_COMMAND = 12
# Words. Up to here the model's opinion counts where no free words are asked for.
LONGEST_FOR_MODEL = 8
# The model's intents that are commands, and the command each stands for.
INTENTS = {
    "stop": "stop",
    "skip": "skip",
    "go_back": "back",
    "repeat": "repeat",
    "help": "help",
    "ask_menu": "menu",
    "ask_why": "why",
    "ask_are_you_a_person": "are_you_a_person",
    "ask_who_sees_this": "who_sees_this",
    "ask_for_person": "ask_for_person",
    "ask_advice": "advice",
    "ask_diagnosis": "diagnosis",
    "ask_legal_medical": "legal_medical",
    "insult": "insult",
    "thanks": "thanks",
    "goodbye": "goodbye",
    "greet": "greet",
}
_CORRECTION = re.compile(
    r"^\s*(?:oh|oops|wait|perd[oó]n|espera|ups)?[\s,.:;-]*"
    r"(?:(?:no|sorry|perd[oó]n|wait|actually|en realidad)[\s,.:;-]+)*"
    r"(?:i (?:meant|mean)|i wanted to (?:say|put)|make (?:it|that)|change (?:it|that) to|it'?s actually|correction|"
    r"quise decir|quer[ií]a decir|quise poner|quer[ií]a poner|c[aá]mbialo (?:a|por)|cambia eso (?:a|por)|correcci[oó]n)"
    r"[\s,:-]+(?:to (?:say|put) )?(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Rule:
    command: str
    place: str
    pattern: re.Pattern[str]


def command_of(text: str, *, intent: str, kind: Kind | None) -> str | None:
    """The command that a message is, or None. `kind`: of the step that asked, None outside an exercise.

    The result is one of the keys of `commands.yml`.
    """
    said = plain(text)
    free_words = kind in ("text", "list")
    length = len(said.split())
    if not said or length > LONGEST_COMMAND or (free_words and "\n" in text.strip()):
        return None
    places = {"everywhere"} | (set() if free_words else {"elsewhere"}) | ({"asked"} if "?" in text else set())
    found = _by_rules(said, places)
    if found is not None or free_words or length > LONGEST_FOR_MODEL:
        return found
    return INTENTS.get(intent)


def correction_of(text: str) -> str | None:
    """What a message puts in place of the last answer ("no, I meant 3" -> "3"), or None."""
    found = _CORRECTION.match(text)
    return found["rest"].strip() if found else None


def _by_rules(said: str, places: set[str]) -> str | None:
    rules, before, after, never = _rules()
    if never.fullmatch(said):
        return None
    for candidate in _candidates(said, before, after):
        for rule in rules:
            if rule.place in places and rule.pattern.fullmatch(candidate):
                return rule.command
    return None


def _candidates(said: str, before: re.Pattern[str], after: re.Pattern[str]) -> list[str]:
    """The message, and what is left of it when politeness is taken from its ends, step by step."""
    found = [said]
    for one in found:
        for pattern in (before, after):
            rest = pattern.sub("", one, count=1).strip()
            if rest and rest not in found:
                found.append(rest)
    return found


@functools.cache
def _rules() -> tuple[tuple[_Rule, ...], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    content = yaml.safe_load(FILE.read_text("utf-8"))
    rules = tuple(
        _Rule(command, place, re.compile(pattern))
        for command, places in content["commands"].items()
        for place in ("everywhere", "elsewhere", "asked")
        for pattern in places.get(place, ())
    )
    around = content["around"]
    before = re.compile(r"^(?:" + "|".join(around["before"]) + r")\b")
    after = re.compile(r"\b(?:" + "|".join(around["after"]) + r")$")
    never = re.compile("|".join(content["never"]))
    return rules, before, after, never
