"""A step as the widget's control wants it: the `prompt` of a message (see docs/widget-protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.reflection.exercise import Exercise, Step
from bot.reflection.walking import position, previous_step

ANSWER = "answer:"


def prompt_of(
    exercise: Exercise,
    step: Step,
    *,
    reflection_id: str,
    answers: Mapping[str, Any],
    language: str,
    address: str,
) -> dict[str, Any]:
    """Kind, bounds and buttons of a step, how far one is, and which commands stand beside it.

    Skip and stop are always among them. Buttons carry an option id, `answer:<id>`, which the server looks up.
    """
    number, of = position(exercise, step.id, answers)
    prompt: dict[str, Any] = {
        "kind": step.kind,
        "step": step.id,
        "reflection_id": reflection_id,
        "title": exercise.title.to(language, address),
        "number": number,
        "of": of,
        "can": ["skip", "stop"] + (["back"] if previous_step(exercise, step.id, answers) else []),
    }
    match step.kind:
        case "scale":
            prompt |= {"min": step.minimum, "max": step.maximum}
            prompt |= {"low": step.low.to(language, address) if step.low else ""}
            prompt |= {"high": step.high.to(language, address) if step.high else ""}
        case "choice":
            prompt["options"] = [
                {"id": ANSWER + option.id, "label": option.label.to(language, address)} for option in step.options
            ]
        case "list":
            prompt |= {"min_items": 1, "max_items": step.max_items}
        case "timer":
            prompt |= {"seconds": step.seconds, "picture": step.picture}
    return prompt
