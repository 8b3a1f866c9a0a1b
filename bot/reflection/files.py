"""Reads exercise files: YAML, checked against `exercise.schema.json` and against what a walk through it needs.

A file that is wrong is refused with its name, line and reason, and the rest work. Nothing is trained: a file that is
dropped into the folder is there with the next message.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bot.reflection.exercise import Condition, Exercise, Option, Step, Words
from bot.reflection.measure_walk import measure_exercises

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent / "exercises"
_SCHEMA = Path(__file__).parent / "exercise.schema.json"
# Bytes; a file that nobody can read through is a mistake.
MAX_BYTES = 200_000

type Lines = dict[tuple[str | int, ...], int]


class _Loader(yaml.CSafeLoader):
    """YAML in which `yes`, `no` and 12:30 are words, as whoever writes an exercise means them.

    libyaml reads twenty files in 0.1 s; the loader in Python takes ten times as long.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] in ("float", "null")]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9]\d*)$"), list("-0123456789"))


class BadExercise(ValueError):
    """A file that may not be used. `file`: its name; `line`: counted from 1; `reason`: what to change."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


@dataclass(frozen=True, slots=True)
class Broken:
    """A refused file, for a log or a page."""

    file: str
    line: int
    reason: str


class Exercises:
    """The exercises of a folder, as they are now: a file that came, changed or went is noticed at the next look.

    `measures`: questionnaires that stand beside the files; a file may not take the id of one.
    """

    def __init__(self, folder: Path, *, measures: Mapping[str, Exercise] | None = None) -> None:
        self._folder = folder
        self._measures = dict(measures or {})
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._by_id: dict[str, Exercise] = {}
        self._broken: tuple[Broken, ...] = ()

    def get(self, exercise_id: str) -> Exercise | None:
        """The exercise with this id, or None."""
        self._look()
        return self._by_id.get(exercise_id)

    def __iter__(self) -> Iterator[Exercise]:
        self._look()
        return iter(tuple(self._by_id.values()))

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The files that were refused, each with its line and reason."""
        self._look()
        return self._broken

    def _look(self) -> None:
        paths = sorted(self._folder.glob("*.yml"))
        seen = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
        if seen == self._seen:
            return
        good: dict[str, Exercise] = {}
        broken: list[Broken] = []
        for path in paths:
            try:
                exercise = read_exercise(path)
                if exercise.id in self._measures:
                    raise BadExercise(path.name, 1, f"{exercise.id} is the id of a measure; name the file otherwise")
            except BadExercise as error:
                broken.append(Broken(error.file, error.line, error.reason))
            else:
                good[exercise.id] = exercise
        self._by_id, self._broken, self._seen = {**good, **self._measures}, tuple(broken), seen


def load_exercises(folder: Path = FOLDER, *, measures: bool = True) -> Exercises:
    """The exercises of a folder, and the measures. Raises ValueError when not one of its files can be used."""
    beside = measure_exercises() if measures else {}
    exercises = Exercises(folder, measures=beside)
    if len(list(exercises)) == len(beside):
        reasons = "; ".join(f"{one.file}:{one.line}: {one.reason}" for one in exercises.broken)
        raise ValueError(f"{folder}: no exercise can be used; {reasons or 'the folder holds no *.yml'}")
    return exercises


def read_exercise(path: Path) -> Exercise:
    """One file. Raises BadExercise."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise BadExercise(path.name, 1, f"has {len(raw)} bytes, at most {MAX_BYTES} are read; shorten it")
        content, lines = _parse(path.name, raw.decode("utf-8"))
    except OSError as error:
        raise BadExercise(path.name, 1, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadExercise(path.name, 1, "is not UTF-8; save it as UTF-8") from error
    _check_schema(path.name, content, lines)
    _check_walk(path.name, content, lines)
    return _exercise(path.stem, hashlib.sha256(raw).hexdigest()[:12], content)


def _parse(file: str, text: str) -> tuple[Any, Lines]:
    """The file's content, and the line on which each part of it begins."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadExercise(file, line, error.problem or "is not YAML") from error
    except yaml.YAMLError as error:
        raise BadExercise(file, 1, "holds a character that YAML does not allow") from error
    if root is None:
        raise BadExercise(file, 1, "is empty")
    lines: Lines = {}
    return _build(file, root, (), lines), lines


def _build(file: str, node: yaml.Node, path: tuple[str | int, ...], lines: Lines) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in built:
                raise BadExercise(file, line, f"{key!r} is given twice; keep one of them")
            lines[(*path, key)] = line
            built[key] = _build(file, value_node, (*path, key), lines)
        return built
    if isinstance(node, yaml.SequenceNode):
        return [_build(file, item, (*path, number), lines) for number, item in enumerate(node.value)]
    return _Loader("").construct_object(node)


@functools.cache
def _validator() -> Draft202012Validator:
    # Only who reads a folder of exercises needs it; the door does not.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8")))


def _check_schema(file: str, content: Any, lines: Lines) -> None:
    found = sorted(_validator().iter_errors(content), key=lambda error: _line(lines, tuple(error.absolute_path)))
    if found:
        first = found[0]
        where = ".".join(str(part) for part in first.absolute_path) or "file"
        raise BadExercise(file, _line(lines, tuple(first.absolute_path)), f"{where}: {_short(first.message)}")


def _check_walk(file: str, content: Mapping[str, Any], lines: Lines) -> None:
    """What a schema cannot say: ids are unique, and a step looks back only on steps that can have been answered."""
    before: dict[str, Mapping[str, Any]] = {}
    for number, step in enumerate(content["steps"]):
        here = ("steps", number)

        def refuse(field: str, reason: str, here: tuple[str | int, ...] = here, name: str = step["id"]) -> BadExercise:
            return BadExercise(file, _line(lines, (*here, field)), f"step {name}: {reason}")

        if step["id"] in before:
            raise refuse("id", "this id is taken by an earlier step")
        if step["kind"] == "scale" and not step["min"] < step["max"]:
            raise refuse("max", f"max {step['max']} is not above min {step['min']}")
        options = [option["id"] for option in step.get("options", ())]
        if len(set(options)) < len(options):
            raise refuse("options", "two options have the same id")
        for place, option in enumerate(step.get("options", ())):
            if "back_to" in option and option["back_to"] not in before:
                raise refuse("options", f"option {place + 1}: there is no earlier step {option['back_to']!r}")
        if "shows" in step and step["shows"] not in before:
            raise refuse("shows", f"there is no earlier step {step['shows']!r}")
        if "when" in step:
            _check_condition(refuse, step["when"], before)
        before[step["id"]] = step


def _check_condition(refuse: Any, when: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]]) -> None:
    other = before.get(when["step"])
    if other is None:
        raise refuse("when", f"there is no earlier step {when['step']!r}")
    if "options" in when:
        known = [option["id"] for option in other.get("options", ())]
        unknown = sorted(set(when["options"]) - set(known))
        if unknown:
            raise refuse(
                "when", f"step {other['id']} has no option {unknown[0]!r}; it has {', '.join(known) or 'none'}"
            )
    elif other["kind"] != "scale":
        raise refuse("when", f"at_least and at_most need a scale, step {other['id']} is a {other['kind']}")


def _line(lines: Lines, path: tuple[str | int, ...]) -> int:
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:199] + "…"


def _exercise(exercise_id: str, version: str, content: Mapping[str, Any]) -> Exercise:
    return Exercise(
        id=exercise_id,
        version=version,
        title=Words(**content["title"]),
        purpose=Words(**content["purpose"]),
        for_whom=Words(**content["for"]),
        not_for=Words(**content["not_for"]) if content["not_for"] else None,
        minutes=content["minutes"],
        source=content["source"],
        licence=content["licence"],
        clinical_review=content["clinical_review"],
        steps=tuple(_step(step) for step in content["steps"]),
        offered=content.get("offered", True),
    )


def _step(found: Mapping[str, Any]) -> Step:
    fields = dict(found)
    for name, goes_by in (("min", "minimum"), ("max", "maximum")):
        if name in fields:
            fields[goes_by] = fields.pop(name)
    for name in ("text", "label", "why", "low", "high"):
        if name in fields:
            fields[name] = Words(**fields[name])
    if "when" in fields:
        when = dict(fields["when"])
        fields["when"] = Condition(**{**when, "options": tuple(when.get("options", ()))})
    fields["options"] = tuple(
        Option(one["id"], Words(**one["label"]), one.get("back_to")) for one in fields.get("options", ())
    )
    return Step(**fields)
