"""Whose turn it is: reply times, passing on, lapsed promises, rounds, openings (I2)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.handoff import episodes as handoff_episodes
from bot.handoff import escalation, timers
from bot.records import NotFound, contacts, deliveries, episodes, events
from bot.records.episodes import AlreadyAcknowledged, EpisodeClosed
from bot.texts import load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, OFFICE, House

FIRST, SECOND, THIRD = NAMES


def _run(house: House, at: datetime) -> int:
    with house.write() as tx:
        return timers.run(tx, texts=load_texts(), lines=load_lines(), at=at)


def _send(house: House, episode_id: str, at: datetime) -> None:
    """A channel takes everything that is due."""
    with house.write() as tx:
        for row in deliveries.claim_due(tx, worker="test", at=at, lease_s=60, limit=50):
            deliveries.sent(tx, row.id, at=at, code="250")


def _fail(house: House, at: datetime) -> None:
    """Every channel refuses everything that is due, for good."""
    with house.write() as tx:
        for row in deliveries.claim_due(tx, worker="test", at=at, lease_s=60, limit=50):
            marked = deliveries.failed(tx, row.id, at=at, error_class="refused", code="550", retry_at=None)
            escalation.after_failure(tx, marked, at)


@pytest.mark.fault(21)
def test_without_an_answer_in_time_the_next_contact_is_told_round_and_round(house: House) -> None:
    """Severity 3 gives 5 minutes each; after the last the first is told again."""
    episode = house.alert(severity=3)
    at = AT
    for _ in range(4):
        _send(house, episode.id, at)
        assert _run(house, at + 5 * MINUTE - timedelta(seconds=1)) == 0
        at += 5 * MINUTE
        assert _run(house, at) == 1
    assert house.told(episode.id) == [FIRST, SECOND, THIRD, FIRST, SECOND]
    assert house.steps(episode.id).count("escalated") == 4
    ids = [row.notification_id for row in house.deliveries(episode.id)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("severity", "minutes"), [(2, 15), (3, 5)])
def test_the_reply_time_is_the_practices_own_by_severity(house: House, severity: int, minutes: int) -> None:
    """Declared per severity."""
    assert house.alert(severity=severity).escalates_at == AT + minutes * MINUTE


def test_two_workers_looking_at_once_plan_one_page(house: House) -> None:
    """The second look finds it done."""
    episode = house.alert()
    assert [_run(house, AT + 5 * MINUTE), _run(house, AT + 5 * MINUTE)] == [1, 0]
    assert house.told(episode.id) == [FIRST, SECOND]


def test_an_answer_stops_what_is_still_to_be_sent_and_the_escalation(house: House) -> None:
    """Nobody else is told until the promised time is over."""
    episode = house.alert()
    answered = house.answer(episode.id, 0, "calling_by", next_step_at=AT + 20 * MINUTE, at=AT + MINUTE)
    assert answered.escalates_at == AT + 20 * MINUTE
    assert [row.state for row in house.deliveries(episode.id)] == ["cancelled"]
    assert _run(house, AT + 19 * MINUTE) == 0


def test_a_missed_time_lapses_and_tells_the_next_person(house: House) -> None:
    """The promise is over at the minute that was named; whoever missed it is not the next."""
    episode = house.alert()
    _send(house, episode.id, AT)
    house.answer(episode.id, 0, "calling_by", next_step_at=AT + 20 * MINUTE, at=AT + MINUTE)
    assert _run(house, AT + 20 * MINUTE) == 1
    found = house.episode(episode.id)
    assert (found.acknowledged_by, found.next_step, found.state) == (None, None, "told")
    assert house.told(episode.id) == [FIRST, SECOND]
    assert house.steps(episode.id)[-3:] == ["acknowledged", "lapsed", "escalated"]
    texts = [line["text"] for line in house.card(episode.id, AT + 21 * MINUTE)["people"]]
    assert f"There is no word from {FIRST} yet. The next person is told too." in texts


def test_calling_now_without_an_outcome_lapses_after_an_hour(house: House) -> None:
    """Also "now" is a promise."""
    episode = house.alert()
    house.answer(episode.id, 0, "calling_now", at=AT)
    assert _run(house, AT + 59 * MINUTE) == 0
    assert _run(house, AT + 60 * MINUTE) == 1
    assert house.told(episode.id) == [FIRST, SECOND]


def test_passing_on_tells_the_next_person_at_once(house: House) -> None:
    """No reply time is waited for, and whoever passed it on is not told again."""
    episode = house.alert()
    _send(house, episode.id, AT)
    house.answer(episode.id, 0, "pass_on", at=AT + MINUTE, words="I am with another client.")
    assert house.told(episode.id) == [FIRST, SECOND]
    row = house.deliveries(episode.id)[-1]
    assert (row.kind, row.due_at) == ("escalation", AT + MINUTE)
    texts = [line["text"] for line in house.card(episode.id, AT + MINUTE)["people"]]
    assert f"{FIRST} cannot, and passed it on to the next person." in texts
    assert f"{FIRST}: “I am with another client.”" in texts


def test_passing_on_after_an_answer_reopens_it_for_others(house: House) -> None:
    """The last of the path passes on: the first is told, not the one who passed."""
    episode = house.alert()
    house.answer(episode.id, 2, "calling_now", at=AT + MINUTE)
    house.answer(episode.id, 2, "pass_on", at=AT + 2 * MINUTE)
    assert house.told(episode.id) == [FIRST, SECOND]
    assert house.episode(episode.id).acknowledged_by is None


def test_passing_on_by_somebody_whose_turn_it_is_not_changes_no_turn(house: House) -> None:
    """It is noted; the person who was told keeps the time."""
    episode = house.alert()
    house.answer(episode.id, 1, "pass_on", at=AT + MINUTE)
    assert house.told(episode.id) == [FIRST]
    assert house.steps(episode.id) == ["opened", "passed_on"]


def test_the_only_contact_who_passes_on_is_told_again(house: House) -> None:
    """Nobody else is there; an alert with nobody told would be worse."""
    with house.write() as tx:
        from sqlalchemy import delete

        from bot.records.schema import channels

        for contact_id in house.contacts[1:]:
            tx.run(delete(channels).where(channels.c.contact_id == contact_id))
    episode = house.alert()
    house.answer(episode.id, 0, "pass_on", at=AT + MINUTE)
    assert house.told(episode.id) == [FIRST, FIRST]


def test_a_second_person_who_answers_is_told_who_was_first(house: House) -> None:
    """One wins."""
    episode = house.alert()
    house.answer(episode.id, 0, "calling_now", at=AT)
    with pytest.raises(AlreadyAcknowledged) as refused:
        house.answer(episode.id, 1, "calling_now", at=AT)
    assert refused.value.by_person_id == house.staff[0]


def test_every_person_told_is_told_of_live(house: House) -> None:
    """Each first time is a step with a name, and an event that the client's stream shows."""
    episode = house.alert()
    _send(house, episode.id, AT)
    _run(house, AT + 5 * MINUTE)
    _send(house, episode.id, AT + 5 * MINUTE)
    for round_ in range(1, 4):
        _run(house, AT + (5 + 5 * round_) * MINUTE)
        _send(house, episode.id, AT + (5 + 5 * round_) * MINUTE)
    with house.store.read() as tx:
        told = [step.person_id for step in episodes.history(tx, episode.id) if step.kind == "told"]
        changes = [row.data["change"] for row in events.events_after(tx, 0) if row.kind == "episode"]
    assert told == list(house.staff)
    assert changes.count("told") == 3


def test_an_attempt_that_failed_is_shown_at_once(house: House) -> None:
    """Not only when it is given up."""
    episode = house.alert()
    with house.write() as tx:
        [row] = deliveries.claim_due(tx, worker="test", at=AT, lease_s=60, limit=5)
        before = events.last_event_id(tx)
        marked = deliveries.failed(tx, row.id, at=AT, error_class="x", code="451", retry_at=AT + MINUTE)
        escalation.after_first_failure(tx, marked, AT)
        assert [found.data["change"] for found in events.events_after(tx, before)] == ["retry"]
    assert house.card(episode.id)["state"] == "not_told"


@pytest.mark.fault(18)
def test_when_no_channel_takes_it_the_next_contact_is_told_at_once(house: House) -> None:
    """Refused for good by every channel of the first contact: no reply time is waited for."""
    episode = house.alert()
    _fail(house, AT)
    assert house.told(episode.id) == [FIRST, SECOND]
    assert house.deliveries(episode.id)[-1].due_at == AT


def test_one_channel_that_took_it_is_enough(house: House) -> None:
    """A broken second channel of the same contact passes nothing on."""
    with house.write() as tx:
        contacts.add_channel(tx, contact_id=house.contacts[0], kind="email", address="second@example.org", position=1)
    episode = house.alert()
    with house.write() as tx:
        one, two = deliveries.claim_due(tx, worker="test", at=AT, lease_s=60, limit=5)
        deliveries.sent(tx, one.id, at=AT, code="250")
        marked = deliveries.failed(tx, two.id, at=AT, error_class="refused", code="550", retry_at=None)
        escalation.after_failure(tx, marked, AT)
    assert house.told(episode.id) == [FIRST, FIRST]
    assert house.episode(episode.id).pages == 1


def test_when_every_contact_failed_the_next_round_waits_a_breath(house: House) -> None:
    """A dead mail server is not hammered, and nothing is given up."""
    episode = house.alert()
    for _ in range(3):
        _fail(house, AT)
    assert house.told(episode.id) == [FIRST, SECOND, THIRD, FIRST]
    assert house.deliveries(episode.id)[-1].due_at == AT + escalation.ROUND_PAUSE
    card = house.card(episode.id, AT)
    assert card["state"] == "not_told"
    assert card["title"] == "Nobody could be reached yet"
    assert [line["text"] for line in card["people"]] == [f"{name} could not be reached." for name in NAMES]


def test_a_failure_after_the_answer_passes_nothing_on(house: House) -> None:
    """Somebody has it already."""
    episode = house.alert()
    with house.write() as tx:
        [row] = deliveries.claim_due(tx, worker="test", at=AT, lease_s=60, limit=5)
    house.answer(episode.id, 0, "calling_now", at=AT)
    with house.write() as tx:
        marked = deliveries.failed(tx, row.id, at=AT, error_class="refused", code="550", retry_at=None)
        assert marked.state == "cancelled"
        escalation.after_failure(tx, marked, AT)
    assert house.told(episode.id) == [FIRST]


def test_a_reply_time_that_ends_after_closing_goes_on_at_the_opening(house: House) -> None:
    """16:58 on a Friday: the next person is told on Monday at 9:00, and the client reads so."""
    house.hours(OFFICE)
    friday = AT + timedelta(days=4, hours=6, minutes=58)
    episode = house.alert(at=friday)
    _send(house, episode.id, friday)
    assert _run(house, friday + 5 * MINUTE) == 1
    monday = AT + timedelta(days=7, hours=-2)
    # Clocks go forward on 8 March 2026, so 9:00 is an hour earlier in UTC.
    assert house.deliveries(episode.id)[-1].due_at == monday
    card = house.card(episode.id, friday + 6 * MINUTE)
    assert card["state"] == "nobody"
    assert "Mon 09:00" in card["text"]
    assert [line["text"] for line in card["people"]] == [f"{FIRST} was told."]


def test_on_call_outside_the_hours_is_told_again_and_again(house: House) -> None:
    """At night only the on-call contact is on the path."""
    house.hours(OFFICE, outside=house.contacts[2])
    night = AT + timedelta(hours=14)
    episode = house.alert(at=night)
    _run(house, night + 5 * MINUTE)
    assert house.told(episode.id) == [THIRD, THIRD]


def test_without_declared_hours_an_alert_is_sent_at_once(house: House) -> None:
    """Nobody's night is known; waiting for ever would be worse."""
    house.hours(())
    episode = house.alert()
    assert house.deliveries(episode.id)[0].due_at == AT


def test_without_a_contact_the_alert_waits_for_one_and_says_so(
    house: House,
) -> None:
    """It stays open and in sight, and goes out as soon as somebody can be told."""
    from sqlalchemy import delete

    from bot.records.schema import channels

    with house.write() as tx:
        tx.run(delete(channels))
    episode = house.alert()
    assert house.deliveries(episode.id) == []
    assert house.card(episode.id)["state"] == "not_told"
    assert _run(house, AT + MINUTE) == 1
    with house.write() as tx:
        contacts.add_channel(tx, contact_id=house.contacts[1], kind="email", address="jo@example.org", position=0)
    assert _run(house, AT + 2 * MINUTE) == 1
    [row] = house.deliveries(episode.id)
    assert (row.kind, house.told(episode.id)) == ("alert", [SECOND])


def test_a_rise_without_a_contact_begins_the_pages_when_there_is_one(house: House) -> None:
    """The first page is the alert itself, not a rise."""
    from sqlalchemy import delete

    from bot.records.schema import channels

    with house.write() as tx:
        tx.run(delete(channels))
    episode = house.alert(severity=2)
    with house.write() as tx:
        contacts.add_channel(tx, contact_id=house.contacts[0], kind="email", address="f@example.org", position=0)
    house.alert(severity=3, at=AT + MINUTE)
    assert [row.kind for row in house.deliveries(episode.id)] == ["alert"]


def test_a_rise_after_an_answer_tells_the_person_who_answered(house: House) -> None:
    """That person has the alert; their promise was made for less, so it ends sooner."""
    episode = house.alert(severity=2)
    house.answer(episode.id, 1, "calling_by", next_step_at=AT + 120 * MINUTE, at=AT)
    house.alert(severity=3, at=AT + MINUTE)
    row = house.deliveries(episode.id)[-1]
    assert (row.kind, row.contact_id) == ("rise", house.contacts[1])
    assert house.episode(episode.id).escalates_at == AT + 6 * MINUTE
    assert house.episode(episode.id).state == "acknowledged"


def test_a_rise_while_nobody_is_on_duty_pages_nobody(house: House) -> None:
    """The page that waits for the opening says the severity of that moment."""
    house.hours(OFFICE)
    sunday = AT - timedelta(days=1)
    episode = house.alert(severity=2, at=sunday)
    house.alert(severity=3, at=sunday + MINUTE)
    assert [row.kind for row in house.deliveries(episode.id)] == ["alert"]
    assert house.episode(episode.id).severity == 3


def test_closing_stops_everything(house: House) -> None:
    """An outcome is recorded, nothing is sent any more, the next crisis is a new alert."""
    episode = house.alert()
    with house.write() as tx:
        handoff_episodes.close(
            tx, episode.id, person_id=house.staff[0], outcome="reached_and_safe", note="talked", at=AT + MINUTE
        )
    assert _run(house, AT + timedelta(days=2)) == 0
    assert [row.state for row in house.deliveries(episode.id)] == ["cancelled"]
    card = house.card(episode.id, AT + MINUTE)
    assert (card["state"], card["consequence"]) == ("closed", None)
    assert FIRST in card["text"]
    with pytest.raises(EpisodeClosed):
        house.answer(episode.id, 0, "calling_now", at=AT + MINUTE)
    assert house.alert(at=AT + 3 * MINUTE).id != episode.id


def test_not_what_i_meant_is_noted_once_told_and_undoes_nothing(house: House) -> None:
    """Whoever has the alert gets a note, the escalation goes on, the button is gone."""
    episode = house.alert()
    _send(house, episode.id, AT)
    for _ in range(2):
        with house.write() as tx:
            handoff_episodes.not_meant(tx, episode.id, client_id=house.client_id, at=AT + MINUTE)
    assert house.steps(episode.id).count("not_meant") == 1
    notes = [row for row in house.deliveries(episode.id) if row.kind == "mail"]
    assert [row.contact_id for row in notes] == [house.contacts[0]]
    assert house.episode(episode.id).escalates_at == AT + 5 * MINUTE
    card = house.card(episode.id, AT + MINUTE)
    assert "not_meant" not in [action["id"] for action in card["actions"]]
    assert "You said that this is not what you meant." in card["text"]
    _run(house, AT + 5 * MINUTE)
    assert house.told(episode.id) == [FIRST, SECOND]


def test_not_meant_about_somebody_elses_episode_finds_nothing(house: House) -> None:
    """As for none at all."""
    episode = house.alert()
    with pytest.raises(NotFound), house.write() as tx:
        handoff_episodes.not_meant(tx, episode.id, client_id="f" * 32, at=AT)


def test_not_meant_at_night_pages_nobody(house: House) -> None:
    """It is on the page for the opening."""
    house.hours(OFFICE)
    episode = house.alert(at=AT - timedelta(days=1))
    with house.write() as tx:
        handoff_episodes.not_meant(tx, episode.id, client_id=house.client_id, at=AT - timedelta(days=1))
    assert [row.kind for row in house.deliveries(episode.id)] == ["alert"]


@pytest.mark.fault(23)
@pytest.mark.parametrize("back", [timedelta(days=1), timedelta(hours=1), timedelta(seconds=30)])
def test_a_clock_set_back_delays_nothing(house: House, back: timedelta) -> None:
    """What waits is moved with the clock: due after the same real time, at most 60 s later."""
    episode = house.alert(severity=3)
    _send(house, episode.id, AT)
    with house.write() as tx:
        assert timers.beat(tx, AT + MINUTE) == timedelta(0)
    # The worker says that it lives every 5 s; the clock is set back within one such time.
    after = AT + MINUTE + timedelta(seconds=5) - back
    with house.write() as tx:
        moved = timers.beat(tx, after)
    assert moved == back - timedelta(seconds=5)
    due = after + 4 * MINUTE - timedelta(seconds=5)
    assert _run(house, due - timedelta(seconds=5)) == 0
    assert _run(house, due + timedelta(seconds=60)) == 1
    with house.write() as tx:
        assert timers.beat(tx, after + timedelta(seconds=5)) == timedelta(0)


@pytest.mark.fault(23)
def test_a_clock_set_forward_pages_early_and_never_late(house: House) -> None:
    """A day ahead: everything that waits within a day is due."""
    episode = house.alert(severity=2)
    with house.write() as tx:
        timers.beat(tx, AT)
        timers.beat(tx, AT + timedelta(days=1))
    assert _run(house, AT + timedelta(days=1)) == 1
    assert house.told(episode.id) == [FIRST, SECOND]


@pytest.mark.fault(23)
def test_a_small_step_back_is_no_jump(house: House) -> None:
    """Time servers correct by less; moving everything each time would add up."""
    with house.write() as tx:
        timers.beat(tx, AT)
        assert timers.beat(tx, AT - timedelta(seconds=5)) == timedelta(0)


def test_leases_and_silences_move_with_the_clock(house: House) -> None:
    """A claim of a worker that died, and the time under a question, would wait a day longer otherwise."""
    other = house.say("tired", level="check_in", severity=2, at=AT)
    assert other.question_id
    with house.write() as tx:
        row = deliveries.plan(
            tx, episode_id=None, contact_id=house.contacts[0], channel_id=_channel(tx), kind="drill", due_at=AT,
            notification_id="drill", at=AT,
        )  # fmt: skip
        deliveries.claim_due(tx, worker="dead", at=AT, lease_s=60, limit=1)
        timers.beat(tx, AT)
        timers.beat(tx, AT - timedelta(days=1))
        moved = deliveries.delivery(tx, row.id)
        assert moved.leased_until == AT + MINUTE - timedelta(days=1)
        from bot.records import questions

        asked = questions.question(tx, other.question_id)
        assert asked.pages_at == AT + 15 * MINUTE - timedelta(days=1)


def test_an_episode_without_a_next_look_is_looked_at(house: House) -> None:
    """Opened by an older version, or by a mistake: never forgotten."""
    episode = house.alert()
    with house.write() as tx:
        from sqlalchemy import update

        from bot.records.schema import episodes as table

        tx.run(update(table).values(escalates_at=None))
        assert [found.id for found in episodes.due_to_escalate(tx, AT)] == [episode.id]


def _channel(tx: object) -> str:
    return contacts.contacts(tx)[0].channels[0].id  # type: ignore[arg-type]
