"""Guided reflection: exercises as files, which step comes next, what a message means there. Knows no other room.

exercises = load_exercises()
step = next_step(exercise, after="mood", answers={"mood": 4})
read_answer(step, "maybe six or seven", None)      # Answer(value=7, exact=False)
command_of("can we stop here please", intent="tell", kind="text")       # "stop"
"""

from __future__ import annotations

from bot.reflection.commands import command_of, correction_of
from bot.reflection.exercise import Condition, Exercise, Option, Step, Words
from bot.reflection.files import BadExercise, Broken, Exercises, load_exercises, read_exercise
from bot.reflection.measure_walk import measure_exercises, points_of, safety_step
from bot.reflection.prompts import prompt_of
from bot.reflection.reading import Answer, read_answer
from bot.reflection.walking import applies, first_step, next_step, previous_step

__all__ = [
    "Answer", "BadExercise", "Broken", "Condition", "Exercise", "Exercises", "Option", "Step", "Words", "applies",
    "command_of", "correction_of", "first_step", "load_exercises", "measure_exercises", "next_step", "points_of",
    "previous_step", "prompt_of", "read_answer", "read_exercise", "safety_step",
]  # fmt: skip
