"""Exercise files: what is accepted, what is refused with file, line and reason, and that the rest work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.reflection import BadExercise, load_exercises, read_exercise
from bot.reflection.files import FOLDER
from bot.reflection.measuring import load_measures

GOOD = """\
title: {en: "Test", es: "Prueba"}
purpose: {en: "To test.", es: "Para probar."}
for: {en: "Tests.", es: "Pruebas."}
not_for: null
minutes: 1
source: "own"
licence: MIT
clinical_review: none
steps:
  - id: mood
    kind: scale
    min: 0
    max: 10
    low: {en: "low", es: "bajo"}
    high: {en: "high", es: "alto"}
    text: {en: "How is it?", es: "¿Cómo va?"}
  - id: why
    kind: text
    when: {step: mood, at_most: 3}
    text: {en: "What is hard?", es: "¿Qué es difícil?"}
"""

# What is replaced, by what, the line and the reason that are named.
BROKEN = [
    ('title: {en: "Test", es: "Prueba"}\n', "", 1, "'title' is a required property"),
    ('es: "Prueba"', 'es: ""', 1, "title.es: '' should be non-empty"),
    (', es: "Prueba"', "", 1, "title: 'es' is a required property"),
    ("kind: text", "kind: dance", 18, "steps.1.kind: 'dance' is not one of"),
    ("    max: 10\n", "", 10, "steps.0: 'max' is a required property"),
    ("max: 10", "max: 0", 13, "step mood: max 0 is not above min 0"),
    ("step: mood,", "step: food,", 19, "step why: there is no earlier step 'food'"),
    ("at_most: 3", "options: [yes_]", 19, "step why: step mood has no option 'yes_'"),
    ("- id: why", "- id: mood", 17, "step mood: this id is taken by an earlier step"),
    ("minutes: 1", "minutes: 1\nminutes: 2", 6, "'minutes' is given twice; keep one of them"),
    ("minutes: 1", "minutes: one", 5, "minutes: 'one' is not of type 'integer'"),
    ('source: "own"', "sauce: own", 1, "'source' is a required property"),
    ("    kind: text\n", "    kind: text\n    secret: 1\n", 17, "secret"),
    ("title: {", "title: [", 1, "expected"),
    ("How is it?", "How is {it}?", 16, "steps.0.text.en"),
]


def test_good_file_is_read(tmp_path: Path) -> None:
    """Every field arrives, and the version is that of the words."""
    path = tmp_path / "test.yml"
    path.write_text(GOOD, "utf-8")
    exercise = read_exercise(path)
    assert (exercise.id, exercise.minutes, len(exercise.steps)) == ("test", 1, 2)
    path.write_text(GOOD.replace("To test", "To try"), "utf-8")
    assert read_exercise(path).version != exercise.version


@pytest.mark.parametrize(("old", "new", "line", "reason"), BROKEN)
def test_broken_file_is_refused_with_its_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    """Whoever wrote it finds the place."""
    path = tmp_path / "broken.yml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(BadExercise, match=re.escape(reason)) as refused:
        read_exercise(path)
    assert (refused.value.file, refused.value.line) == ("broken.yml", line)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- a\n- b", b"x" * 200_001, b"a: \x00"])
def test_file_that_is_no_exercise_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, not UTF-8, another shape, too long, a control character."""
    path = tmp_path / "broken.yml"
    path.write_bytes(content)
    with pytest.raises(BadExercise):
        read_exercise(path)


def test_broken_file_leaves_the_others_usable(tmp_path: Path) -> None:
    """One refusal is reported; the rest is there."""
    (tmp_path / "good.yml").write_text(GOOD, "utf-8")
    (tmp_path / "broken.yml").write_text("title: 1", "utf-8")
    exercises = load_exercises(tmp_path, measures=False)
    assert [one.id for one in exercises] == ["good"]
    assert [(one.file, one.line) for one in exercises.broken] == [("broken.yml", 1)]


def test_dropped_in_file_is_there_at_the_next_look(tmp_path: Path) -> None:
    """No restart, no training; a removed file is gone as quickly."""
    (tmp_path / "one.yml").write_text(GOOD, "utf-8")
    exercises = load_exercises(tmp_path, measures=False)
    assert exercises.get("two") is None
    (tmp_path / "two.yml").write_text(GOOD, "utf-8")
    assert exercises.get("two") is not None
    (tmp_path / "two.yml").unlink()
    assert exercises.get("two") is None


def test_folder_without_a_usable_file_is_refused(tmp_path: Path) -> None:
    """An action server without exercises does not start."""
    with pytest.raises(ValueError, match="no exercise can be used"):
        load_exercises(tmp_path)


def test_file_with_the_id_of_a_measure_is_refused(tmp_path: Path) -> None:
    """The published questionnaire stays what it is; the file is reported."""
    (tmp_path / "good.yml").write_text(GOOD, "utf-8")
    (tmp_path / "phq9.yml").write_text(GOOD, "utf-8")
    exercises = load_exercises(tmp_path)
    phq9 = exercises.get("phq9")
    assert phq9 is not None
    assert phq9.is_measure
    assert [one.reason for one in exercises.broken] == ["phq9 is the id of a measure; name the file otherwise"]


def test_every_shipped_file_is_good() -> None:
    """All of them load, each with a closing step and both languages."""
    exercises = load_exercises()
    assert exercises.broken == ()
    assert len(list(exercises)) == len(list(FOLDER.glob("*.yml"))) + len(load_measures())
