"""Scores of PHQ-9 and GAD-7: published examples, every total, missing items, reliable change, the course."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reflection.measuring import Measure, Score, band_of, changed_reliably, load_measures, off_track, score

PHQ9, GAD7 = load_measures()["phq9"], load_measures()["gad7"]
BOTH = pytest.mark.parametrize("measure", [PHQ9, GAD7], ids=lambda one: one.id)
# HL7 US Core, QuestionnaireResponse/phq-9-example: LOINC answer codes in the order of the items; its total is 12.
US_CORE = ["LA6570-1"] * 4 + ["LA6569-3", "LA6569-3", "LA6570-1", "LA6568-5", "LA6568-5"]


def answered(measure: Measure, values: list[int]) -> dict[str, int]:
    return {item.code: value for item, value in zip(measure.items, values, strict=False)}


def total(value: int, safety: int | None = 0) -> Score:
    return Score(total=value, missing=0, prorated=False, band=None, safety=safety)


def test_us_core_example_has_its_published_total() -> None:
    """12 points, moderate, item 9 not marked."""
    found = score(PHQ9, answered(PHQ9, [PHQ9.answers[code] for code in US_CORE]))
    assert (found.total, found.band, found.safety, found.prorated) == (12, "moderate", 0, False)


@BOTH
@settings(max_examples=200)
@given(st.data())
def test_total_of_complete_answers_is_their_sum(measure: Measure, data: st.DataObject) -> None:
    """Whatever is answered; and the band is the one that holds the sum."""
    values = data.draw(st.lists(st.integers(0, 3), min_size=len(measure.items), max_size=len(measure.items)))
    found = score(measure, answered(measure, values))
    assert found.total == sum(values)
    low, high, _ = next(band for band in measure.bands if band[2] == found.band)
    assert low <= sum(values) <= high


@BOTH
@settings(max_examples=200)
@given(st.data())
def test_missing_items_take_the_mean_up_to_two(measure: Measure, data: st.DataObject) -> None:
    """Within the range of what the missing ones could have been; from three on there is no total."""
    count = len(measure.items)
    values = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    left_out = data.draw(st.sets(st.integers(0, count - 1), max_size=count))
    kept = {item.code: v for n, (item, v) in enumerate(zip(measure.items, values, strict=True)) if n not in left_out}
    found = score(measure, kept)
    assert found.missing == len(left_out)
    if len(left_out) > 2:
        assert found.total is None
        assert found.band is None
    else:
        assert found.total is not None
        assert sum(kept.values()) <= found.total <= sum(kept.values()) + 3 * len(left_out)
        assert found.prorated == bool(left_out)


@pytest.mark.parametrize(
    ("value", "band"),
    [(0, "minimal"), (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"),
     (15, "moderately_severe"), (19, "moderately_severe"), (20, "severe"), (27, "severe")],
)  # fmt: skip
def test_phq9_bands_are_the_published_ones(value: int, band: str) -> None:
    """LOINC LL382-3, Kroenke 2001."""
    assert band_of(PHQ9, value) == band


@pytest.mark.parametrize(
    ("value", "band"), [(4, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe"), (21, "severe")]
)
def test_gad7_bands_are_the_published_ones(value: int, band: str) -> None:
    """Spitzer 2006."""
    assert band_of(GAD7, value) == band


def test_unknown_item_or_answer_is_refused() -> None:
    """A wrong code would be a missing item that nobody sees."""
    with pytest.raises(ValueError, match="PHQ-9 has no item 'x'"):
        score(PHQ9, {"x": 1})
    with pytest.raises(ValueError, match="GAD-7 has no answer 4; answers are 0 to 3"):
        score(GAD7, {"69725-0": 4})


def test_change_is_reliable_from_the_stated_points_on() -> None:
    """PHQ-9 six, GAD-7 four, in both directions."""
    assert changed_reliably(PHQ9, 10, 16)
    assert not changed_reliably(PHQ9, 10, 15)
    assert changed_reliably(PHQ9, 16, 10)
    assert changed_reliably(GAD7, 6, 10)
    assert not changed_reliably(GAD7, 6, 9)


@pytest.mark.parametrize(
    ("course", "against"),
    [
        ([total(8), total(14), total(15)], "first"),
        ([total(8), total(14)], None),
        ([total(8), total(14, safety=1)], "first"),
        ([total(16), total(6), total(12), total(13)], "best"),
        ([total(8), total(13), total(13)], None),
        ([total(8), total(15), total(9)], None),
        ([total(14), total(8)], None),
        ([total(14)], None),
        ([], None),
    ],
)
def test_course_is_flagged_by_the_stated_rule(course: list[Score], against: str | None) -> None:
    """In two readings, or in one with a rise of item 9; against the first and against the best since."""
    found = off_track(PHQ9, course)
    assert (found.against if found else None) == against


def test_totals_that_are_missing_are_no_zero() -> None:
    """A reading with too many gaps is left out of the course."""
    gap = Score(total=None, missing=5, prorated=False, band=None, safety=None)
    assert off_track(PHQ9, [total(8), gap, total(14), total(15)]) is not None
    assert off_track(PHQ9, [gap, total(20)]) is None


@BOTH
def test_measure_names_its_source_and_licence(measure: Measure) -> None:
    """And the items have every language that it claims."""
    assert "doi" in measure.source
    assert "No permission required" in measure.licence
    assert all(set(item.text) == set(measure.languages) for item in measure.items)
    assert ("es" in measure.languages) == (measure is PHQ9)
