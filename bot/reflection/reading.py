"""What a message answers, by the kind of the step that asked. A message that cannot be read gives None: ask again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.reflection.exercise import Step
from bot.reflection.numbers import read_number
from bot.reflection.plain import plain
from bot.reflection.prompts import ANSWER

# A number in a longer text than this is part of a story and not an answer to a scale; words.
LONGEST_SCALE_ANSWER = 14
# Letters of a part of a button's words that may stand for the whole.
SHORTEST_PART = 3
_UNSURE = {
    "dunno", "idk", "i dont know", "i don t know", "don t know", "dont know", "not sure", "i m not sure",
    "im not sure", "no idea", "no clue", "hard to say", "i can t say", "can t say", "unsure", "who knows",
    "i have no idea", "not really sure", "no se", "no lo se", "ni idea", "no estoy seguro", "no estoy segura",
    "no tengo idea", "no sabria decir", "quien sabe", "no se que decir", "no sabria", "no estoy muy seguro",
    "no estoy muy segura", "dificil de decir", "pues no se", "nose",
}  # fmt: skip
_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d{1,2}[.)])\s+")
_YES = {
    "yes",
    "yeah",
    "yep",
    "yup",
    "sure",
    "ok",
    "okay",
    "si",
    "claro",
    "vale",
    "dale",
    "y",
    "of course",
    "por supuesto",
}
_NO = {"no", "nope", "nah", "not really", "para nada", "la verdad no", "n", "no thanks", "no gracias"}
_NEVER = {"never", "none", "not once", "nunca", "nada", "jamas", "ninguno", "ninguna vez"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`value`: int, str or list of str as the step's kind has it, None for "I don't know". `exact`: False where the
    client may want to see what was understood."""

    value: Any
    exact: bool = True


def read_answer(step: Step, text: str, option: str | None) -> Answer | None:
    """The answer in a message: its text, or the id of the button that was pressed. None where it cannot be read."""
    if option is not None:
        return _read_option(step, option)
    match step.kind:
        case "text":
            return Answer(text.strip())
        case "list":
            return _read_list(step, text)
        case "scale":
            return _read_scale(step, text)
        case "choice":
            return _read_choice(step, text)
        case _:
            return Answer("done")


def _read_option(step: Step, option: str) -> Answer | None:
    known = {ANSWER + one.id: one.id for one in step.options}
    return Answer(known[option]) if option in known else None


def _read_scale(step: Step, text: str) -> Answer | None:
    words = plain(text)
    if words in _UNSURE or text.strip() in {"🤷", "🤷‍♀️", "🤷‍♂️", "?", "??", "???"}:
        return Answer(None, exact=False)
    if len(words.split()) > LONGEST_SCALE_ANSWER:
        return None
    number = read_number(text, low=step.minimum, high=step.maximum, faces=step.faces)
    return None if number is None else Answer(number.value, exact=number.exact)


def _read_choice(step: Step, text: str) -> Answer | None:
    said = plain(text)
    scored = any(one.score is not None for one in step.options)
    if scored and (points := _read_points(step, text, said)) is not None:
        return points
    labels = {
        one.id: {plain(one.label.en), plain(one.label.es), plain(one.label.es_usted or one.label.es)}
        for one in step.options
    }
    exact = [option for option, names in labels.items() if said in names or said == option]
    if len(exact) == 1:
        return Answer(exact[0])
    for word, meant in ((_YES, "yes"), (_NO, "no")):
        if said in word and meant in labels:
            return Answer(meant)
    if said in _UNSURE and "not_sure" in labels:
        return Answer("not_sure")
    if not scored and len(said.split()) <= 3 and (number := read_number(text, low=1, high=len(step.options))):
        return Answer(step.options[number.value - 1].id)
    near = [
        o
        for o, names in labels.items()
        if len(said) >= SHORTEST_PART and any(f" {said} " in f" {name} " for name in names)
    ]
    if scored:
        # "all" is in "Not at all" and means the opposite: a part of the words never makes a nought.
        near = [o for o in near if next(one.score for one in step.options if one.id == o)]
    if len(near) == 1:
        return Answer(near[0], exact=False)
    if step.own_words and said:
        return Answer(text.strip())
    return None


def _read_points(step: Step, text: str, said: str) -> Answer | None:
    """An item of a measure: a number is the score as the printed form has it, not the place of a button."""
    if said in _NO or said in _NEVER:
        return Answer(next(one.id for one in step.options if one.score == 0), exact=False)
    if len(said.split()) > 3:
        return None
    most = max(one.score or 0 for one in step.options)
    number = read_number(text, low=0, high=most)
    if number is None:
        return None
    return Answer(next(one.id for one in step.options if one.score == number.value), exact=False)


def _read_list(step: Step, text: str) -> Answer:
    """One item a line, a bullet or a semicolon; a single line of short parts is parted at its commas."""
    rows = [_BULLET.sub("", row).strip() for row in re.split(r"[\n;]+", text)]
    rows = [row for row in rows if row]
    if len(rows) == 1:
        parts = [part.strip() for part in re.split(r",|\s+(?:and|y|e)\s+", rows[0]) if part.strip()]
        if "," in rows[0] and all(len(part.split()) <= 4 for part in parts):
            rows = parts
    return Answer(rows)
