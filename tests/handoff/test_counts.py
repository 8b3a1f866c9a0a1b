"""The incident register by month: alerts, times, outcomes, questions, and no group small enough to be a person."""

from __future__ import annotations

from bot.handoff import counts, timers
from bot.handoff import episodes as handoff_episodes
from bot.records import deliveries, people
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, House, evidence


def _close(house: House, episode_id: str, outcome: str, minutes: int) -> None:
    with house.write() as tx:
        handoff_episodes.close(
            tx, episode_id, person_id=house.staff[0], outcome=outcome, note=None, at=AT + minutes * MINUTE
        )


def test_a_month_counts_alerts_times_and_outcomes(house: House) -> None:
    """Medians in minutes; "not a crisis" is a false alarm."""
    first = house.alert()
    with house.write() as tx:
        for row in deliveries.claim_due(tx, worker="t", at=AT, lease_s=60, limit=5):
            deliveries.sent(tx, row.id, at=AT + MINUTE, code="250")
    house.answer(first.id, 0, "calling_now", at=AT + 3 * MINUTE)
    _close(house, first.id, "reached_and_safe", 30)
    second = house.alert(at=AT + 40 * MINUTE)
    _close(house, second.id, "not_a_crisis", 50)
    house.alert(at=AT + 60 * MINUTE)
    with house.store.read() as tx:
        [month] = counts.months(tx, year=2026)
    found = month.counts
    assert (month.month, found.alerts, found.referrals, found.open) == ("2026-03", 3, 3, 1)
    assert (found.told_minutes, found.acknowledged_minutes, found.outcome_minutes) == (1.0, 3.0, 20.0)
    assert found.outcomes == {"reached_and_safe": 1, "not_a_crisis": 1}
    assert found.false_alarms == 1


def test_questions_answers_and_paged_silences_are_counted(house: House) -> None:
    """A silence that told a person counts apart."""
    house.say("tired", level="check_in", pieces=(evidence("a"),))
    house.say("no", at=AT + MINUTE)
    house.say("tired", level="check_in", severity=2, pieces=(evidence("b", severity=2),), at=AT + 2 * MINUTE)
    with house.write() as tx:
        timers.run(tx, texts=load_texts(), lines=load_lines(), at=AT + 20 * MINUTE)
    with house.store.read() as tx:
        [month] = counts.months(tx, year=2026)
    assert (month.counts.questions, month.counts.silence_pages) == (2, 1)
    assert month.counts.answers == {"no": 1, "none": 1}
    assert month.counts.told_minutes is None


def test_a_group_under_twenty_is_not_shown_apart(house: House) -> None:
    """Nineteen are nobody's row, twenty are."""
    at = AT
    for number in range(20):
        with house.store.read() as tx:
            [month] = counts.months(tx, year=2026) or [None]
        assert month is None or month.by_language == {}
        episode = house.alert(at=at, pieces=(evidence(f"e{number}", severity=3),))
        with house.write() as tx:
            handoff_episodes.close(
                tx, episode.id, person_id=house.staff[0], outcome="reached_and_safe", note=None, at=at + MINUTE
            )
        at += 2 * MINUTE
    with house.store.read() as tx:
        [month] = counts.months(tx, year=2026)
    assert month.by_language["en"].alerts == 20
    with house.write() as tx:
        assert people.client(tx, house.client_id).language == "en"


def test_a_month_is_the_practices_own(house: House) -> None:
    """New York is five hours behind: the first hours of April in UTC are still March there."""
    house.alert(at=AT.replace(month=4, day=1, hour=3))
    with house.store.read() as tx:
        assert [month.month for month in counts.months(tx, year=2026)] == ["2026-03"]
        assert counts.months(tx, year=2025) == ()
