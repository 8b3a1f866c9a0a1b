"""What is offered first: each rule with a hit and a near miss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.reflection import load_exercises
from bot.reflection.choosing import Moment, Past, choose

EXERCISES = list(load_exercises())
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def past(
    exercise: str, hours_ago: float, *, finished: bool = True, answered: int = 3, eased: int | None = None
) -> Past:
    return Past(exercise, finished, answered, NOW - hours_ago * HOUR, eased)


def reasons(
    *before: Past,
    now: datetime = NOW,
    last: float | None = None,
    following: float | None = None,
    every: dict[str, int] | None = None,
) -> dict[str, str | None]:
    moment = Moment(
        now=now,
        every=every or {},
        last_session=now - last * HOUR if last is not None else None,
        next_session=now + following * HOUR if following is not None else None,
    )
    return {offer.exercise.id: offer.reason for offer in choose(EXERCISES, before, moment)}


def test_everything_offered_is_in_the_list_once() -> None:
    """The waiting file is not, for it comes with an alert."""
    assert set(reasons()) == {one.id for one in EXERCISES} - {"waiting"}


def test_preparation_comes_first_before_a_session() -> None:
    """Within 48 hours, unless it was finished since the last session."""
    assert next(iter(reasons(following=48).items())) == ("session_preparation", "before_session")
    assert reasons(following=49)["session_preparation"] is None
    assert reasons(past("session_preparation", 5), following=40, last=120)["session_preparation"] is None
    assert reasons(past("session_preparation", 130), following=40, last=120)["session_preparation"] == "before_session"


def test_takeaways_come_after_a_session() -> None:
    """Within a day, unless they are finished."""
    assert reasons(last=3)["session_takeaways"] == "after_session"
    assert reasons(last=25)["session_takeaways"] is None
    assert reasons(past("session_takeaways", 1), last=3)["session_takeaways"] is None


def test_check_in_is_offered_once_a_day() -> None:
    """Finished today: no reason any more; finished yesterday, or stopped today: still one."""
    assert reasons()["daily_check_in"] == "not_today"
    assert reasons(past("daily_check_in", 2))["daily_check_in"] is None
    assert reasons(past("daily_check_in", 20))["daily_check_in"] == "not_today"
    assert reasons(past("daily_check_in", 2, finished=False))["daily_check_in"] == "not_today"


def test_what_eased_before_comes_before_the_usual() -> None:
    """On the whole, not once; the greater ease first."""
    found = reasons(
        past("paced_breathing", 30, eased=3), past("urge_riding", 40, eased=1), past("containment", 9, eased=-1)
    )
    assert found["paced_breathing"] == found["urge_riding"] == "eased"
    assert found["containment"] is None
    assert list(found)[1:3] == ["paced_breathing", "urge_riding"]
    mixed = reasons(past("paced_breathing", 30, eased=3), past("paced_breathing", 20, eased=-3))
    assert mixed["paced_breathing"] is None


def test_quiet_ones_come_at_night() -> None:
    """From ten in the evening to five in the morning."""
    assert reasons(now=NOW.replace(hour=23))["containment"] == "night"
    assert reasons(now=NOW.replace(hour=4))["containment"] == "night"
    assert reasons(now=NOW.replace(hour=5))["containment"] is None
    assert reasons(now=NOW.replace(hour=21))["containment"] is None


def test_exercise_left_twice_without_an_answer_goes_to_the_end() -> None:
    """Not offered again first; one answer, or one time only, and it is."""
    twice = [
        past("daily_check_in", 50, finished=False, answered=0),
        past("daily_check_in", 26, finished=False, answered=0),
    ]
    assert list(reasons(*twice))[-1] == "daily_check_in"
    assert reasons(*twice)["daily_check_in"] is None
    assert next(iter(reasons(twice[0]))) == "daily_check_in"
    assert next(iter(reasons(*twice, past("daily_check_in", 25, finished=False, answered=1)))) == "daily_check_in"


def test_measure_with_a_rhythm_comes_first_when_its_weeks_have_passed() -> None:
    """Counted in days of the calendar from when it was last finished; begun and left, it is still due."""
    assert next(iter(reasons(every={"phq9": 2}, following=5).items())) == ("phq9", "scheduled")
    day = 24
    assert reasons(past("phq9", 14 * day), every={"phq9": 2})["phq9"] == "scheduled"
    assert reasons(past("phq9", 13 * day), every={"phq9": 2})["phq9"] is None
    assert reasons(past("phq9", 6 * day), every={"phq9": 1})["phq9"] is None
    assert reasons(past("phq9", 28 * day), every={"phq9": 4})["phq9"] == "scheduled"
    assert reasons(past("phq9", 27 * day), every={"phq9": 4})["phq9"] is None
    assert reasons(past("phq9", 1, finished=False), every={"phq9": 1})["phq9"] == "scheduled"


def test_measure_without_a_rhythm_stands_last() -> None:
    """It is there for whoever wants it, and pushed at nobody."""
    assert list(reasons())[-2:] == ["gad7", "phq9"]
    assert reasons()["phq9"] is None


def test_measure_left_twice_is_not_offered_first_although_it_is_due() -> None:
    """Skipped twice is heard as an answer."""
    left = [past("phq9", hours, finished=False, answered=0) for hours in (5, 3)]
    assert reasons(*left, every={"phq9": 1})["phq9"] is None
