"""Questionnaires on a client's page, from real records: only shared sums, their change, and the flag."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.portal.brief_input import brief_of
from bot.records import Store, people, summaries
from bot.records.practice import set_practice
from bot.texts import load_texts
from tests.actions.conftest import parts, practice, talker
from tests.actions.talking import Talker

__all__ = ["parts", "practice", "talker"]

LEVELS = ("not_at_all", "several_days", "more_than_half_the_days", "nearly_every_day")
MONTH = timedelta(days=28)


@pytest.fixture(autouse=True)
def here(store: Store, talker: Talker) -> None:
    """A practice with a clock."""
    with store.write() as tx:
        set_practice(
            tx, name="Test", time_zone="UTC", country="US", languages=("en",), reply_minutes={1: 60, 2: 15, 3: 5}
        )


def fill_in(talker: Talker, measure: str, *marks: int, without: tuple[str, ...] = (), share: bool = True) -> None:
    """One questionnaire, a month after the one before, shared without some of its lines."""
    talker.at += MONTH
    talker.begin(measure)
    talker.say("Done")
    for mark in marks:
        talker.press(f"answer:{LEVELS[mark]}")
    talker.say("Done")
    if not share:
        return
    with talker.store.write() as tx:
        found = summaries.summary(tx, talker.last[-1].summary_id or "")
        kept = [line for line in found.body["lines"] if line["id"] not in without]
        summaries.share(tx, found.id, body={**found.body, "lines": kept}, at=talker.at)


def lines(talker: Talker) -> dict[str, str]:
    """The lines of the brief about the last week."""
    with talker.store.write() as tx:
        client = people.client(tx, talker.client_id)
        at = talker.at + timedelta(hours=1)
        since = at - timedelta(days=7)
        shared = summaries.shared_of(tx, client.id, since)
        made = brief_of(tx, client, shared, texts=load_texts(), language="en", since=since, at=at)
    return {line.id: line.text for line in made.lines()}


def phq9(total: int, ninth: int = 0) -> list[int]:
    """Marks that add up to `total`, the ninth as given."""
    rest = total - ninth
    marks = [min(3, max(0, rest - 3 * place)) for place in range(8)]
    assert sum(marks) + ninth == total
    return [*marks, ninth]


def test_first_shared_sum_has_nothing_to_compare_with(talker: Talker) -> None:
    """One that was kept is none."""
    fill_in(talker, "phq9", *phq9(20), share=False)
    fill_in(talker, "phq9", *phq9(12))
    assert lines(talker)["change.phq9"].endswith("No earlier sum is shared.")


def test_change_since_the_last_shared_sum_is_reliable_or_not(talker: Talker) -> None:
    """GAD-7 four points, PHQ-9 six; each against its own."""
    fill_in(talker, "gad7", *[1] * 7)
    fill_in(talker, "phq9", *phq9(12))
    fill_in(talker, "gad7", *[1] * 4, 0, 0, 0)
    assert "−3 since" in lines(talker)["change.gad7"]
    assert lines(talker)["change.gad7"].endswith("(4 points or more): no.")
    fill_in(talker, "gad7", *[2] * 4, 0, 0, 0)
    assert lines(talker)["change.gad7"].endswith("(4 points or more): yes.")
    assert "change.phq9" not in lines(talker)


def test_rise_in_two_sums_is_not_on_track(talker: Talker) -> None:
    """Against the first, months ago."""
    fill_in(talker, "phq9", *phq9(8))
    fill_in(talker, "phq9", *phq9(14))
    assert "not_on_track.phq9" not in lines(talker)
    fill_in(talker, "phq9", *phq9(15))
    assert lines(talker)["not_on_track.phq9"].startswith("PHQ-9 rises: 8 → 14 → 15; 7 points above the first.")


def test_rise_with_question_nine_is_not_on_track_at_once(talker: Talker) -> None:
    """Only where the client shares that answer."""
    fill_in(talker, "phq9", *phq9(8))
    fill_in(talker, "phq9", *phq9(14, ninth=1))
    assert "question 9 is marked higher" in lines(talker)["not_on_track.phq9"]


def test_answer_that_was_taken_out_is_not_used(talker: Talker) -> None:
    """Neither the mark, nor a sum (I5)."""
    fill_in(talker, "phq9", *phq9(8))
    fill_in(talker, "phq9", *phq9(14, ninth=1), without=("item_9",))
    assert "not_on_track.phq9" not in lines(talker)
    fill_in(talker, "phq9", *phq9(20), without=("measure_total",))
    assert "change.phq9" not in lines(talker)
