"""Written phrasings of commands, and journal answers that contain command words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "phrasings"
CORPORA = Path(__file__).parents[1] / "corpora" / "messages"
COMMAND_FILES = ("commands.txt", "commands_fresh.txt", "commands_last.txt")
ANSWERS_FILE = "answers.txt"


def commands(name: str) -> list[tuple[str, str]]:
    """(command, phrasing) of one file."""
    rows = (line.partition("|") for line in _lines(name))
    return [(command.strip(), phrasing.strip()) for command, _, phrasing in rows]


def answers() -> list[str]:
    """Journal answers: each contains a word that commands have, none is one."""
    return list(_lines(ANSWERS_FILE))


def corpus_messages() -> list[str]:
    """Every single message of the corpora that crisis detection is trained and measured on."""
    rows = (
        json.loads(line) for path in sorted(CORPORA.rglob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    )
    return [row["text"] for row in rows if row.get("text")]


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()
