"""The report's arithmetic on cases worked out by hand, and what the page must say and must not."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

import pytest

from bot.crisis import Turn, assessing
from bot.crisis.engine import make_engine
from bot.crisis.thresholds import load_thresholds
from tests.corpora.corpus_format import rows_of
from tests.crisis.breakdowns import group_frame
from tests.crisis.evaluate import Judged, Share, group_gap, met
from tests.crisis.measures import Point, Use, curve_of, in_a_week, ppv, ppv_of, recall_at
from tests.crisis.misses import quoted
from tests.crisis.readers import rules_alone, shifted
from tests.crisis.references import TfIdf, by_keywords, fit_tf_idf
from tests.crisis.report import PICTURES, REPORT
from tests.crisis.tables import cell, filled, table


def judged(group: str, level: str, *, crisis: bool) -> Judged:
    """An answer to a message of a group."""
    row: dict[str, Any] = {"id": f"{group}-{level}", "group": group, "crisis": crisis, "severity": 2 * crisis}
    return Judged(row, level, 2)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        # Wilson's score interval with z = 1.96: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (1, 100, 0.0018, 0.0545),
    ],
)
def test_the_interval_is_wilsons(count: int, total: int, low: float, high: float) -> None:
    """Worked out by hand, ends included, where the plain interval would leave 0 to 1."""
    assert Share(count, total).interval == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_of_nothing_there_is_no_share() -> None:
    """No cases: the interval says nothing, the cell says so, and no target is met."""
    nothing = Share(0, 0)
    assert math.isnan(nothing.value)
    assert nothing.interval == (0.0, 1.0)
    assert cell(nothing) == "none"
    assert not met("seen_plain", nothing.value)
    assert not met("check_in_benign", nothing.value)


def test_predictive_value_follows_prevalence() -> None:
    """Of 1,000 messages with 10 crises: 9 true alerts, 99 false ones."""
    assert ppv(0.9, 0.9, 0.01) == pytest.approx(9 / 108)
    assert ppv(0.9, 1.0, 0.01) == 1.0
    assert ppv(0.0, 0.9, 0.01) == 0.0
    assert math.isnan(ppv(0.0, 1.0, 0.01))


def test_bounds_of_the_predictive_value_join_the_ends_of_both_intervals() -> None:
    """The worst sensitivity with the worst specificity, and the best with the best."""
    sensitivity, specificity = Share(90, 100), Share(95, 100)
    found = ppv_of(sensitivity, specificity, 0.02)
    assert found.value == pytest.approx(0.018 / (0.018 + 0.049))
    assert found.low == pytest.approx(ppv(sensitivity.interval[0], specificity.interval[0], 0.02))
    assert found.high == pytest.approx(ppv(sensitivity.interval[1], specificity.interval[1], 0.02))
    assert found.low < found.value < found.high


def test_the_curve_has_a_point_for_each_score_and_treats_equals_together() -> None:
    """Two messages with one score cannot be told apart by any threshold."""
    points = curve_of([True, False, True, False], [0.9, 0.5, 0.5, 0.1])
    assert [(each.recall.count, each.false.count) for each in points] == [(0, 0), (1, 0), (2, 1), (2, 2)]
    assert [each.false_per_1000 for each in points] == [0.0, 0.0, 500.0, 1000.0]
    assert {(each.recall.total, each.false.total) for each in points} == {(2, 2)}


def test_the_recall_within_a_budget_is_the_best_that_keeps_it() -> None:
    """A point beyond the budget does not count; of equal recall the one with fewer needless counts."""
    points = [Point(Share(seen, 10), Share(false, 1000)) for seen, false in ((3, 5), (6, 25), (6, 20), (9, 26))]
    assert recall_at(points, 25) == points[2]
    assert recall_at(points, 4) is None


def test_a_week_of_a_practice_is_its_messages_times_the_share() -> None:
    """100 clients, 4 days, 6 messages: 2,400 messages, of which 1 in 100 is 24."""
    assert Use().messages == 2400
    rate = Share(1, 100)
    found = in_a_week(rate, Use().messages)
    assert found.value == pytest.approx(24)
    assert (found.low, found.high) == tuple(pytest.approx(2400 * end) for end in rate.interval)


def test_the_lowest_group_is_compared_with_all() -> None:
    """One group sees 1 of 2, another 2 of 2: all see 3 of 4. Benign messages don't count."""
    answers = [judged("one", level, crisis=True) for level in ("alert", "none")]
    answers += [judged("two", level, crisis=True) for level in ("alert", "check_in")]
    answers += [judged("two", "none", crisis=False)]
    assert group_gap(answers) == ("one", pytest.approx(0.25))


def test_fairlearns_rates_by_group_are_the_shares() -> None:
    """MetricFrame counts what the tables count; a group without benign messages has no rate of them."""
    answers = [judged("one", level, crisis=True) for level in ("alert", "none")]
    answers += [judged("two", level, crisis=False) for level in ("alert", "check_in", "none", "none")]
    answers += [judged("two", "alert", crisis=True)]
    frame = group_frame(answers)
    assert frame.by_group.loc["one", "seen"] == pytest.approx(0.5)
    assert math.isnan(frame.by_group.loc["one", "raised"])
    assert frame.by_group.loc["two", "raised"] == pytest.approx(0.5)
    assert frame.by_group.loc["two", "alerted"] == pytest.approx(0.25)


def test_moved_thresholds_move_the_probabilities_alone() -> None:
    """Nothing moves by 0; by more, probabilities are less sensitive, and what is no probability stays."""
    own = load_thresholds()
    same, less = (dataclasses.asdict(shifted(own, by)) for by in (0.0, 1.0))
    before = dataclasses.asdict(own)
    assert same == pytest.approx(before)
    moved = {name for name, value in less.items() if value != pytest.approx(before[name])}
    assert {"alone_check_in", "alone_alert"} <= moved
    assert not moved & {"build_up_alert", "fade_per_turn", "turns_remembered", "encoder_from"}
    assert all(before[name] < less[name] < 1 for name in moved)


def test_rules_alone_go_without_the_model() -> None:
    """The reader is the product with its model refused: plain danger is heard, and the process's engine stays."""
    own = assessing.engine
    read = rules_alone(make_engine(with_model=False))
    assert read([Turn(role="client", text="I am going to kill myself tonight")])[0] == "alert"
    assert assessing.engine is own


def test_references_read_as_such_tools_do() -> None:
    """Key words anywhere, accents aside; TF-IDF keeps its two thresholds above nearly all benign tune messages."""

    def said(text: str) -> list[Turn]:
        return [Turn(role="client", text=text)]

    assert by_keywords(said("No quiero hacerme daño")) == ("alert", 2)
    assert by_keywords(said("the bus was late")) == ("none", 0)
    train = [{"text": f"i want to die {n}", "crisis": True} for n in range(20)]
    train += [{"text": f"soup for lunch {n}", "crisis": False} for n in range(20)]
    tune = [{"text": "soup again", "crisis": False}, {"text": "i want soup", "crisis": False}]
    fitted: TfIdf = fit_tf_idf(train, tune)
    assert fitted.read(said("i want to die")) == ("alert", 2)
    assert fitted.read(said("i want soup")) == ("none", 0)


def test_a_text_shows_in_markdown_as_it_is() -> None:
    """Marks, lines and what cannot be seen: none of it makes a link, a table or a hidden word."""
    assert quoted("a|b [c](d) <e>\n\n`f`\u200b") == "a&#124;b &#91;c&#93;(d) &#60;e&#62; / &#96;f&#96;U+200B"


def test_tables_and_paragraphs_keep_their_form() -> None:
    """A table is not filled into lines; a paragraph is."""
    made = table(["a", "b"], [["1", "2"]])
    assert made == "| a | b |\n|---|---|\n| 1 | 2 |"
    assert filled(made) == made
    assert filled("one\ntwo") == "one two"


def test_the_page_names_the_version_and_shows_its_pictures() -> None:
    """Rules and model by their hashes, or rules alone; each picture is there and is linked; no date of its making."""
    page = REPORT.read_text("utf-8")
    assert re.search(r"^Rules and model: version `[0-9a-f]{8}-([0-9a-f]{8}|rules-only)`", page, re.MULTILINE)
    pictures = sorted(path.name for path in PICTURES.glob("*.svg"))
    assert sorted(set(re.findall(r"\(pictures/crisis/([a-z-]+\.svg)\)", page))) == pictures
    assert not [name for name in pictures if "<dc:date>" in (PICTURES / name).read_text("utf-8")]


def test_the_page_holds_no_text_of_the_test_split() -> None:
    """Whoever reads the report must be able to change the rules without having seen what they are measured on."""
    page = REPORT.read_text("utf-8")
    own = {row["text"] for _, row in rows_of("messages", "test")}
    own |= {
        turn["text"] for _, row in rows_of("dialogues", "test") for turn in row["turns"] if turn["role"] == "client"
    }
    # Short texts ("yes") are nobody's wording and stand in many places.
    assert sum(quoted(text) in page for text in own if len(text) > 20) == 0
