"""Questionnaires in the brief: the sum, the change and its arithmetic, the flag, and each with its sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.summary import BriefInput, Source
from bot.summary.brief import MAX_WORDS
from bot.summary.shared import MeasureCourse, Total, Worse
from tests.summary.life import LIFE, SINCE, brief

FIRST = Total(value=8, at=SINCE - timedelta(days=14), entry="phq0", line="measure_total")
BEFORE = Total(value=14, at=SINCE - timedelta(days=1), entry="phq1", line="measure_total")
LAST = Total(value=15, at=SINCE + timedelta(days=10), entry="phq2", line="measure_total")
COURSE = MeasureCourse(
    id="phq9", title="PHQ-9", maximum=27, limit=6, last=LAST, before=BEFORE, reliable=False,
    worse=Worse(against="first", rise=7, totals=(FIRST, BEFORE, LAST), safety_rose=False),
)  # fmt: skip


def given(**changes: object) -> BriefInput:
    return replace(LIFE, measures=(replace(COURSE, **changes),))  # type: ignore[arg-type]


def text(line_id: str, life: BriefInput, language: str = "en") -> str | None:
    return next((line.text for line in brief(life, language).lines() if line.id == line_id), None)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "PHQ-9: 15 of 27, Fri 13 Mar; +1 since Mon 2 Mar. Reliable change (6 points or more): no."),
        (
            {"before": replace(BEFORE, value=22), "reliable": True},
            "PHQ-9: 15 of 27, Fri 13 Mar; −7 since Mon 2 Mar. Reliable change (6 points or more): yes.",
        ),
        ({"before": None, "reliable": None}, "PHQ-9: 15 of 27, Fri 13 Mar. No earlier sum is shared."),
    ],
)
def test_sum_is_shown_with_its_change(changes: dict[str, object], shown: str) -> None:
    """The arithmetic stands there; whether it is more than noise is a yes or a no."""
    assert text("change.phq9", given(**changes)) == shown


def test_course_that_gets_worse_is_flagged_above_all_but_safety() -> None:
    """With the sums that show it and the rule; question 9 is named when it rose."""
    made = brief(given())
    flagged = made.section("not_on_track")
    assert flagged is not None
    assert flagged.lines[0].text == (
        "PHQ-9 rises: 8 → 14 → 15; 7 points above the first. Flagged at 6 or more in two sums."
    )
    assert flagged.lines[0].sources == tuple(Source("entry", one, "measure_total") for one in ("phq0", "phq1", "phq2"))
    item = Worse(against="best", rise=7, totals=(FIRST, LAST), safety_rose=True)
    assert "above the best, and question 9 is marked higher" in (text("not_on_track.phq9", given(worse=item)) or "")
    assert text("not_on_track.phq9", given(worse=None)) is None


def test_measure_stays_when_the_page_is_full_longer_than_mood() -> None:
    """Lines give way from the end of a section."""
    ids = [line.id for line in brief(given()).section("change").lines]  # type: ignore[union-attr]
    assert ids == ["change.phq9", "change.mood"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_brief_with_measures_is_still_read_in_two_minutes(language: str) -> None:
    """Two questionnaires, both flagged."""
    both = replace(LIFE, measures=(COURSE, replace(COURSE, id="gad7", title="GAD-7", maximum=21, limit=4)))
    assert brief(both, language).words <= MAX_WORDS


def test_spanish_says_the_same() -> None:
    """In the reader's language."""
    assert (text("change.phq9", given(), "es") or "").endswith(
        "+1 desde lun 2 mar. Cambio fiable (6 puntos o más): no."
    )
