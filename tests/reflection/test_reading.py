"""Answers as people write them: numbers in words, ranges, faces, buttons in words, lists."""

from __future__ import annotations

from typing import Any

import pytest

from bot.reflection import Option, Step, Words, read_answer

Q = Words(en="?", es="?")
SCALE = Step(id="s", kind="scale", text=Q, minimum=0, maximum=10, faces=True)
HUNDRED = Step(id="h", kind="scale", text=Q, minimum=0, maximum=100)
CHOICE = Step(
    id="c",
    kind="choice",
    text=Q,
    options=(
        Option("yes", Words(en="Yes, I did", es="Sí, lo hice")),
        Option("part", Words(en="Part of it", es="Una parte")),
        Option("not_sure", Words(en="Hard to say", es="Difícil de decir")),
    ),
)
LIST = Step(id="l", kind="list", text=Q, max_items=3)

NUMBERS = [
    ("7", 7), ("seven", 7), ("Seven.", 7), ("siete", 7), ("un siete", 7), ("about a 7", 7), ("7!!", 7), ("0", 0),
    ("zero", 0), ("cero", 0), ("ten", 10), ("diez", 10), ("7/10", 7), ("7 out of 10", 7), ("7 de 10", 7),
    ("6,5", 7), ("6.4", 6), ("6-7", 7), ("6 to 7", 7), ("between 4 and 6", 5), ("entre 4 y 6", 5), ("4 o 6", 5),
    ("maybe six or seven", 7), ("7️⃣", 7), ("🔟", 10), ("70%", 7), ("🙂", 7), ("😭", 0), ("I'd say 8 today", 8),
    ("hoy un 8", 8), ("3, maybe", 3), ("a solid 9", 9), ("mmm 2", 2),
    ("one", 1), ("uno", 1), ("maybe one", 1), ("one or two", 2), ("un uno", 1),
]  # fmt: skip
NO_NUMBERS = [
    "11", "-2", "bad", "mal", "like a wet sock", "3 meetings and 2 calls", "100", "2024", "1/0", "", "…", "no one",
    "one of the worst days",
    "I slept 4 hours and then I went to work and my boss shouted at me for the third time",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_number_is_read(text: str, value: int) -> None:
    """However it is written."""
    answer = read_answer(SCALE, text, None)
    assert answer is not None
    assert answer.value == value


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_no_number_is_read_where_none_is_meant(text: str) -> None:
    """Outside the scale, several, or none: asked again, never guessed."""
    assert read_answer(SCALE, text, None) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("45", 45),
        ("forty-five", 45),
        ("cuarenta y cinco", 45),
        ("veintidós", 22),
        ("a hundred", 100),
        ("cien", 100),
        ("7/10", 70),
        ("65,5", 66),
    ],
)
def test_number_up_to_a_hundred_is_read(text: str, value: int) -> None:
    """Compound words, and parts of another scale."""
    answer = read_answer(HUNDRED, text, None)
    assert answer is not None
    assert answer.value == value


@pytest.mark.parametrize("text", ["dunno", "idk", "I don't know", "no sé", "ni idea", "not sure", "🤷"])
def test_not_knowing_is_an_answer(text: str) -> None:
    """It has no value, and it is not asked again."""
    answer = read_answer(SCALE, text, None)
    assert answer is not None
    assert answer.value is None


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Yes, I did", "yes"),
        ("yes", "yes"),
        ("sí", "yes"),
        ("part of it", "part"),
        ("una parte", "part"),
        ("2", "part"),
        ("part", "part"),
        ("not sure", "not_sure"),
        ("no sé", "not_sure"),
    ],
)
def test_choice_in_words_is_read(text: str, option: str) -> None:
    """The words of a button in either language, its place, or a part that only one has."""
    answer = read_answer(CHOICE, text, None)
    assert answer is not None
    assert answer.value == option


@pytest.mark.parametrize("text", ["no", "maybe later", "4", "i"])
def test_choice_that_fits_no_button_is_asked_again(text: str) -> None:
    """No nearest guess."""
    assert read_answer(CHOICE, text, None) is None


def test_button_is_looked_up() -> None:
    """An option id that the step does not have is none (I10)."""
    assert read_answer(CHOICE, "", "answer:part") is not None
    assert read_answer(CHOICE, "", "answer:all") is None
    assert read_answer(CHOICE, "", "part") is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("one\ntwo", ["one", "two"]),
        ("1. one\n2. two\n\n", ["one", "two"]),
        ("- work\n- sleep", ["work", "sleep"]),
        ("work, my mother, sleep", ["work", "my mother", "sleep"]),
        ("lamp, chair and window", ["lamp", "chair", "window"]),
        ("work; home", ["work", "home"]),
        ("I was late, and then she said that it was over", ["I was late, and then she said that it was over"]),
        ("just one", ["just one"]),
    ],
)
def test_list_is_parted_where_it_is_one(text: str, items: list[Any]) -> None:
    """Lines, bullets, semicolons, commas between short parts; a sentence stays whole."""
    answer = read_answer(LIST, text, None)
    assert answer is not None
    assert answer.value == items
