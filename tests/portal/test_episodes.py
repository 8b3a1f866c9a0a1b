"""The page that a notification links to: looking promises nothing, a reason opens it, the first answer counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.portal.episodes_page import next_time
from bot.records import audit_rows, episodes
from bot.records.audit_rows import AuditRow
from bot.records.episodes import Episode
from tests import doors
from tests.portal.conftest import Browser, Door, text_of

CANARY = "canary heron in the reeds"


@pytest.fixture
def client(door: Door) -> str:
    """A client of Wren's who has never been here."""
    return doors.enrol(door.store, door.people.wren, "Cleo Canaryname")


@pytest.fixture
def alert(door: Door, client: str) -> str:
    """An open alert of that client; its id."""
    return door.alert(client, f"I will do it tonight, {CANARY}")


@pytest.fixture
def wren(door: Door) -> Browser:
    """The client's therapist."""
    return door.browser(door.people.wren)


@pytest.fixture
def jo(door: Door) -> Browser:
    """Somebody on call."""
    return door.browser(door.people.jo)


def episode(door: Door, episode_id: str) -> Episode:
    """The episode as it is now."""
    with door.store.read() as tx:
        return episodes.episode(tx, episode_id)


def kinds(door: Door, episode_id: str) -> list[str]:
    """What happened to it, by kind."""
    with door.store.read() as tx:
        return [step.kind for step in episodes.history(tx, episode_id)]


def looks(door: Door, client: str) -> list[AuditRow]:
    """The audit of a client."""
    with door.store.read() as tx:
        return audit_rows.rows_of(tx, client)


def test_opening_the_page_acknowledges_nothing(door: Door, alert: str, wren: Browser, jo: Browser) -> None:
    """However often and by whom: mail scanners open links, and so do people who then do nothing (I2)."""
    for browser in (jo, wren, wren):
        assert browser.get(f"/episodes/{alert}").status_code == 200
    found = episode(door, alert)
    assert (found.state, found.acknowledged_by, found.next_step) == ("seen", None, None)
    assert kinds(door, alert) == ["opened", "seen"]


def test_somebody_on_call_sees_no_word_and_no_name_until_a_reason_is_given(
    door: Door, client: str, alert: str, jo: Browser
) -> None:
    """Reference, severity and time are there; the client's words, name and telephone are not."""
    page = jo.get(f"/episodes/{alert}")
    for secret in (CANARY, "Cleo", "Canaryname", "555 0143", client):
        assert secret not in page.text
    assert episode(door, alert).reference in page.text
    assert episode(door, alert).state == "open"  # nobody read anything yet: the client is not told "seen"


def test_break_glass_needs_a_reason_and_leaves_its_row(door: Door, client: str, alert: str, jo: Browser) -> None:
    """Without one nothing opens; with one the words do, for this person and this alert, audited and on the history."""
    for reason in ("", "   "):
        answer = jo.post(f"/episodes/{alert}/open", {"reason": reason})
        assert answer.headers["location"] == f"/episodes/{alert}?notice=reason_missing"
    assert jo.post(f"/episodes/{alert}/open", {}).status_code == 400
    assert CANARY not in jo.get(f"/episodes/{alert}").text
    jo.post(f"/episodes/{alert}/open", {"reason": "Wren is on a plane"})
    page = jo.get(f"/episodes/{alert}")
    assert CANARY in page.text
    assert "Cleo Canaryname" in page.text
    assert "+1 202 555 0143" in page.text
    assert [(row.actor, row.action) for row in looks(door, client)] == [
        (door.people.jo, "read_alert"),
        (door.people.jo, "break_glass"),
        (door.people.jo, "read_episode"),
    ]
    assert CANARY not in door.browser(door.people.sam).get(f"/episodes/{alert}").text
    other = door.alert(doors.enrol(door.store, door.people.wren), CANARY)
    assert CANARY not in jo.get(f"/episodes/{other}").text
    assert "opened_details" in kinds(door, alert)


def test_what_colleagues_wrote_opens_with_the_details(door: Door, alert: str, wren: Browser, jo: Browser) -> None:
    """A reason, an answer's words and a closing note may name the client: not for whoever has given no reason."""
    wren.post(f"/episodes/{alert}/answer", {"next_step": "calling_now", "words": "Cleo, it is Wren"})
    wren.post(f"/episodes/{alert}/close", {"outcome": "reached_and_safe", "note": "Spoke with Cleo's sister"})
    assert "Cleo" in wren.get(f"/episodes/{alert}").text
    page = jo.get(f"/episodes/{alert}")
    assert "Cleo" not in page.text
    assert "Wren Sample" in page.text  # who acted is told


def test_the_first_answer_counts(door: Door, alert: str, wren: Browser, jo: Browser) -> None:
    """The second is told so, and the page says who answered."""
    assert jo.post(f"/episodes/{alert}/answer", {"next_step": "calling_now"}).headers["location"] == (
        f"/episodes/{alert}"
    )
    answer = wren.post(f"/episodes/{alert}/answer", {"next_step": "calling_now"})
    assert answer.headers["location"] == f"/episodes/{alert}?notice=already"
    assert episode(door, alert).acknowledged_by == door.people.jo
    assert "Jo Sample" in text_of(wren.get(answer.headers["location"]))


@pytest.mark.parametrize("by", ["", "25:00", "x", "9", "tomorrow"])
def test_calling_by_needs_a_time_to_come(door: Door, alert: str, wren: Browser, by: str) -> None:
    """A promise without a time is none."""
    answer = wren.post(f"/episodes/{alert}/answer", {"next_step": "calling_by", "by": by[:5]})
    assert answer.status_code in (303, 400)
    assert episode(door, alert).acknowledged_by is None


@pytest.mark.parametrize(
    ("typed", "at", "zone", "expected"),
    [
        ("18:30", "2026-03-02T17:00", "UTC", "2026-03-02T18:30"),
        ("00:30", "2026-03-02T23:00", "UTC", "2026-03-03T00:30"),
        ("17:00", "2026-03-02T17:00", "UTC", None),  # a day away
        ("05:01", "2026-03-02T17:00", "UTC", None),  # further than a promise may be
        ("05:00", "2026-03-02T17:00", "UTC", "2026-03-03T05:00"),
        # The night on which clocks go forward in New York: 03:30 there is half past seven in UTC, as on no other.
        ("03:30", "2026-03-08T04:00", "America/New_York", "2026-03-08T07:30"),
        # And back: the next evening's seven o'clock is counted in the time of that evening.
        ("07:00", "2026-11-01T03:00", "America/New_York", "2026-11-01T12:00"),
        ("nonsense", "2026-03-02T17:00", "UTC", None),
    ],
)
def test_a_time_of_day_is_the_next_one_there_is(typed: str, at: str, zone: str, expected: str | None) -> None:
    """In the practice's own time, over midnight and on the nights when clocks change."""
    found = next_time(typed, at=datetime.fromisoformat(at).replace(tzinfo=UTC), zone=zone)
    assert found == (None if expected is None else datetime.fromisoformat(expected).replace(tzinfo=UTC))


def test_a_promise_is_shown_in_the_practices_time(door: Door, alert: str, wren: Browser) -> None:
    """And kept with the episode."""
    by = (doors.now() + timedelta(hours=2)).replace(second=0, microsecond=0)
    wren.post(f"/episodes/{alert}/answer", {"next_step": "calling_by", "by": f"{by:%H:%M}"})
    assert episode(door, alert).next_step_at == by
    assert f"{by:%H:%M}" in text_of(wren.get(f"/episodes/{alert}"))


def test_closing_records_the_outcome_and_ends_it(door: Door, client: str, alert: str, wren: Browser) -> None:
    """Nothing happens to it after: a second closing and an answer are told that it is closed."""
    for outcome in ("", "fine"):
        assert wren.post(f"/episodes/{alert}/close", {"outcome": outcome}).status_code == 400
    wren.post(f"/episodes/{alert}/close", {"outcome": "emergency_services", "note": "ambulance called"})
    assert (episode(door, alert).outcome, kinds(door, alert)[-1]) == ("emergency_services", "closed")
    for path, form in (("close", {"outcome": "not_a_crisis"}), ("answer", {"next_step": "calling_now"})):
        assert wren.post(f"/episodes/{alert}/{path}", form).headers["location"] == f"/episodes/{alert}?notice=closed"
    assert [row.action for row in looks(door, client)] == ["close_episode"]


@pytest.mark.parametrize("notice", ["<script>alert(1)</script>", "nonsense", "../x"])
def test_a_notice_that_there_is_not_is_not_shown(alert: str, wren: Browser, notice: str) -> None:
    """Nobody can put words on the page by a link."""
    page = wren.get(f"/episodes/{alert}?notice={notice}")
    assert page.status_code == 200
    assert notice not in page.text


def test_every_kind_of_step_has_its_words(door: Door, alert: str, wren: Browser) -> None:
    """A history with everything that can happen is a page and no fault, in both languages."""
    steps = [
        "joined", "rose", "told", "seen", "opened_details", "acknowledged", "answered_no", "passed_on", "lapsed",
        "escalated", "not_meant",
    ]  # fmt: skip
    with door.store.write() as tx:
        for kind in steps:
            episodes.add_step(tx, alert, kind=kind, at=doors.now(), person_id=door.people.jo)
    page = wren.get(f"/episodes/{alert}")
    assert page.status_code == 200
    assert page.text.count("<li>") == len(steps) + 2  # opened before, seen by this look


def test_words_that_raised_it_are_marked(alert: str, wren: Browser) -> None:
    """With what the rule means, for the therapist to judge."""
    page = wren.get(f"/episodes/{alert}")
    assert f"<mark>I will do it tonight, {CANARY}</mark>" in page.text
    assert "names a plan" in page.text
