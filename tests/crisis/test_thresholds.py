"""Where the lines are drawn: each is where it says, may be moved one way freely, and never beyond its floor."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.crisis import Turn, assess
from bot.crisis.classifier import Opinion
from bot.crisis.engine import Engine, make_engine
from bot.crisis.thresholds import THRESHOLDS, load_thresholds
from tests.crisis.readers import using

# The values that the report was made with. Whoever moves a line makes the report anew and writes its value here.
VALUES = {
    "support_alert": 0.92,
    "support_check_in": 0.5,
    "plain_check_in": 0.35,
    "imminent_alert": 0.65,
    "imminent_severe": 0.5,
    "course_from": 0.3,
    "course_check_in": 0.55,
    "course_alert": 0.78,
    "plain_alert": 0.8,
    "alone_alert": 0.95,
    "alone_check_in": 0.55,
    "encoder_from": 0.1,
    "build_up_check_in": 4.0,
    "build_up_alert": 7.0,
    "fade_per_turn": 0.9,
    "fade_half_life_h": 24.0,
    "turns_remembered": 12,
}
# One text for each strength of rule: none stands, one that needs support stands, a plain wording stands.
ALONE, SUPPORT, PLAIN = "the kettle is on", "i do not want to see another birthday", "I want to kill myself"
STEP = 0.005


@pytest.fixture(scope="module")
def made() -> Engine:
    """The engine, for stand-ins of the classifier's opinion."""
    return make_engine(with_model=True)


def level(made: Engine, text: str, opinion: Opinion) -> tuple[str, int]:
    """What a text gets where the classifier thinks so of it."""
    with using(dataclasses.replace(made, opinion=lambda _text: opinion)):
        found = assess([Turn("client", text)])
    return found.level, found.severity


def test_the_lines_are_those_of_the_report() -> None:
    """A value that moves is seen here before anywhere else."""
    assert dataclasses.asdict(load_thresholds()) == VALUES


@pytest.mark.parametrize(
    ("text", "name", "below", "above"),
    [
        (ALONE, "alone_check_in", "none", "check_in"),
        (ALONE, "alone_alert", "check_in", "alert"),
        (SUPPORT, "support_check_in", "none", "check_in"),
        (SUPPORT, "support_alert", "check_in", "alert"),
        (PLAIN, "plain_check_in", "none", "check_in"),
        (PLAIN, "plain_alert", "check_in", "alert"),
    ],
)
def test_a_line_lies_where_it_says(made: Engine, text: str, name: str, below: str, above: str) -> None:
    """Just under it one level, on it the next."""
    assert level(made, text, Opinion(VALUES[name] - STEP, 0.0))[0] == below
    assert level(made, text, Opinion(VALUES[name], 0.0))[0] == above


def test_what_is_imminent_is_told_where_it_would_be_asked_about(made: Engine) -> None:
    """A plan for tonight does not wait for an answer; alone it makes nothing of what is no crisis."""
    asked = VALUES["alone_check_in"]
    assert level(made, ALONE, Opinion(asked, VALUES["imminent_alert"] - STEP))[0] == "check_in"
    assert level(made, ALONE, Opinion(asked, VALUES["imminent_alert"])) == ("alert", 3)
    assert level(made, ALONE, Opinion(asked - STEP, 1.0))[0] == "none"


def test_an_alert_has_the_severity_that_it_sounds_like(made: Engine) -> None:
    """2, or 3 from the line on."""
    assert level(made, ALONE, Opinion(1.0, VALUES["imminent_severe"] - STEP)) == ("alert", 2)
    assert level(made, ALONE, Opinion(1.0, VALUES["imminent_severe"])) == ("alert", 3)


def written(folder: Path, change: Mapping[str, Any], *, name: str = "alone_check_in") -> Path:
    """A file of thresholds with one of them changed."""
    rows = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    for row in rows:
        if row["name"] == name:
            row.update(change)
    path = folder / "thresholds.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_a_practice_may_be_more_careful(tmp_path: Path) -> None:
    """Down to nothing, if it wants to be asked about everything."""
    assert load_thresholds(written(tmp_path, {"value": 0.0})).alone_check_in == 0.0


@pytest.mark.parametrize(
    "change",
    [{"value": 0.81}, {"value": -1}, {"value": "low"}, {"unit": ""}, {"source": ""}, {"name": "other"}, {"more": 1}],
)
def test_a_line_beyond_its_floor_or_without_a_source_is_refused(tmp_path: Path, change: Mapping[str, Any]) -> None:
    """Less careful only down to the floor; nothing without unit and source, nothing unknown."""
    with pytest.raises(ValueError, match=r"thresholds\.json"):
        load_thresholds(written(tmp_path, change))


def test_fading_may_be_slower(tmp_path: Path) -> None:
    """Where more is more careful, more is free."""
    assert load_thresholds(written(tmp_path, {"value": 0.99}, name="fade_per_turn")).fade_per_turn == 0.99


def test_fading_may_not_be_faster_than_its_floor(tmp_path: Path) -> None:
    """The floor is below the value there."""
    with pytest.raises(ValueError, match="less sensitive than its floor"):
        load_thresholds(written(tmp_path, {"value": 0.5}, name="fade_per_turn"))
