"""`python -m bot.crisis.lines` as others call it: a real process, JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.crisis.lines import POOL_FROM_LINES
from bot.crisis.types import CATEGORIES, LEVELS

ROOT = Path(__file__).parents[2]
DANGER = "I have the pills here and I am going to kill myself tonight"
PEACE = "the bus was late and I had soup"


def run(lines: list[str]) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, what was written as objects, and what went to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.crisis.lines"],
        input="".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"),
        capture_output=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()], done.stderr.decode()


def test_each_line_is_answered_in_its_place_whatever_the_other_lines_are() -> None:
    """Strings and objects as turns, modes, baselines and broken lines in one run."""
    question = {"role": "bot", "text": "Are you thinking about killing yourself?", "question": "risk"}
    usual = {"usual": ["passive_ideation", "active_ideation"], "severity": 2}
    asked = [
        {"id": "peace", "turns": [PEACE]},
        {"id": 7, "turns": [PEACE, DANGER]},
        {"id": "object", "turns": [{"role": "client", "text": DANGER, "at_utc": "2026-01-05T10:00:00+00:00"}]},
        {"id": "answer", "turns": ["I feel low", question, {"text": "yes"}], "language": "en"},
        {"id": "no answer", "turns": [PEACE, question]},
        {"id": "another's words", "turns": [PEACE, {"role": "person", "text": DANGER}]},
        {"id": "fixed", "turns": ["i want to kill myself"], "mode": "fixed_list"},
        {"id": "not listed", "turns": ["i have had enough of waking up"], "mode": "fixed_list"},
        {"id": "usual", "turns": ["some days i want to be dead"], "baseline": usual},
        {"id": "nobody", "turns": []},
        {"turns": [PEACE]},
        {"id": "ñandú", "turns": ["me quiero morir"], "language": "es"},
    ]
    code, answers, _ = run([json.dumps(row, ensure_ascii=False) for row in asked])
    assert code == 0
    assert [answer["id"] for answer in answers] == [row.get("id") for row in asked]
    assert all(set(answer) == {"id", "level", "severity", "categories"} for answer in answers)
    level = {answer["id"]: answer["level"] for answer in answers}
    assert level["peace"] == level["nobody"] == level["another's words"] == level["not listed"] == "none"
    assert level[7] == level["object"] == level["answer"] == level["fixed"] == level["ñandú"] == "alert"
    assert (level["usual"], answers[8]["severity"]) == ("check_in", 1)


def test_a_broken_line_costs_only_itself_when_others_are_sound() -> None:
    """Its place says what is wrong without a word of it, the rest is answered, and the exit code tells."""
    broken = [
        "my secret words, no JSON",
        "[1, 2]",
        '"secret"',
        '{"id": 1}',
        '{"id": 1, "turns": "secret"}',
        '{"id": 1, "turns": [5]}',
        '{"id": 1, "turns": [{"role": "doctor", "text": "secret"}]}',
        '{"id": 1, "turns": [{"text": "secret", "at_utc": "secret"}]}',
        '{"id": 1, "turns": ["a"], "mode": "secret"}',
        '{"id": 1, "turns": ["a"], "baseline": "secret"}',
        "[" * 5000,
    ]
    sound = json.dumps({"id": "sound", "turns": [DANGER]})
    lines = [line for each in broken for line in (each, sound)]
    code, answers, said = run(lines)
    assert code == 1
    assert len(answers) == len(lines)
    for number, answer in enumerate(answers):
        if number % 2:
            assert (answer["id"], answer["level"]) == ("sound", "alert")
        else:
            assert set(answer) == {"id", "error"}, lines[number]
            assert answer["id"] is None
            assert "secret" not in answer["error"]
    assert "secret" not in said


def test_order_is_kept_and_nothing_is_lost_when_lines_are_shared_among_processes() -> None:
    """Enough lines for the pool, sound and broken, with odd characters; blank lines are skipped."""
    count = POOL_FROM_LINES + 50
    rows = [
        json.dumps({"id": n, "turns": [(DANGER if n % 3 == 0 else PEACE) + "\u2028\x00 " + str(n)]})
        for n in range(count)
    ]
    rows[100] = "{"
    code, answers, _ = run(["", *rows[:50], "   ", *rows[50:]])
    assert code == 1
    assert [answer["id"] for answer in answers] == [None if n == 100 else n for n in range(count)]
    for number, answer in enumerate(answers):
        if number != 100:
            assert answer["level"] == ("alert" if number % 3 == 0 else "none")
            assert answer["level"] in LEVELS
            assert set(answer["categories"]) <= set(CATEGORIES)


def test_nothing_is_written_when_nothing_is_asked() -> None:
    """An empty input is no failure."""
    assert run([])[:2] == (0, [])


def test_bytes_that_are_no_utf_8_are_read_when_they_come() -> None:
    """A lone byte of another encoding does not end the run."""
    line = json.dumps({"id": "x", "turns": ["PLACE " + DANGER]}).replace("PLACE", "caf\udce9")
    code, answers, _ = run([line])
    assert (code, answers[0]["id"], answers[0]["level"]) == (0, "x", "alert")
