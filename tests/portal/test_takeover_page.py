"""A person answers in the chat from the portal: alone, announced, both ways, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.records import conversations
from bot.records.conversations import Message
from tests import doors
from tests.portal.conftest import Door, serve, text_of


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A portal of its own for each test."""
    yield from serve(doors.settings_in(tmp_path))


def _conversation(door: Door) -> list[Message]:
    with door.store.write() as tx:
        found = conversations.conversation_of(tx, door.people.ada, at=doors.now())
        return conversations.last_messages(tx, found.id, limit=50)


def test_the_therapist_takes_over_writes_and_hands_back(door: Door) -> None:
    """The client's log holds who joined, the words with their writer, and who left."""
    episode_id = door.alert(door.people.ada)
    wren = door.browser(door.people.wren)
    assert 'data-testid="take-over"' in wren.get(f"/episodes/{episode_id}").text
    answer = wren.post(f"/episodes/{episode_id}/take-over")
    assert answer.headers["location"] == f"/episodes/{episode_id}/live"
    page = wren.get(f"/episodes/{episode_id}/live")
    assert "is here now and reads what you write" in text_of(page)
    assert "I want to kill myself tonight" not in text_of(page)
    assert wren.post(f"/episodes/{episode_id}/say", {"text": "Hello, it is me."}).status_code == 303
    assert wren.post(f"/episodes/{episode_id}/say", {"text": "  "}).headers["location"].endswith("fault=empty")
    assert "Nothing was sent" in wren.get(f"/episodes/{episode_id}/live?fault=empty").text
    joined, said = _conversation(door)[-2:]
    assert (joined.text_id, said.role, said.text) == ("takeover.joined", "person", "Hello, it is me.")
    found = wren.get(f"/episodes/{episode_id}/live/messages?after={joined.offset}").json()["messages"]
    assert [(one["role"], one["mine"], one["text"]) for one in found] == [("person", True, "Hello, it is me.")]
    assert wren.get(f"/episodes/{episode_id}/live/messages?after=0").json()["messages"][0]["offset"] == joined.offset
    assert wren.post(f"/episodes/{episode_id}/hand-back").headers["location"] == f"/episodes/{episode_id}"
    assert _conversation(door)[-1].text_id == "takeover.left"
    assert wren.get(f"/episodes/{episode_id}/live/messages").status_code == 409
    for path in ("say", "hand-back"):
        led = wren.post(f"/episodes/{episode_id}/{path}", {"text": "x"}).headers["location"]
        assert led == f"/episodes/{episode_id}?notice=not_taken"


def test_two_people_at_once_one_wins_and_the_other_reads_who(door: Door) -> None:
    """On the alert's page."""
    episode_id = door.alert(door.people.ada)
    wren, jo = door.browser(door.people.wren), door.browser(door.people.jo)
    jo.post(f"/episodes/{episode_id}/open", {"reason": "on call tonight"})
    wren.post(f"/episodes/{episode_id}/take-over")
    answer = jo.post(f"/episodes/{episode_id}/take-over")
    assert answer.headers["location"] == f"/episodes/{episode_id}?notice=taken"
    page = text_of(jo.get(f"/episodes/{episode_id}?notice=taken"))
    assert "A colleague answers in the chat already." in page
    assert "answers in the chat now." in page
    assert "To the chat" in text_of(wren.get(f"/episodes/{episode_id}"))


def test_who_has_not_opened_the_details_is_asked_for_a_reason_first(door: Door) -> None:
    """Break-glass comes before reading along."""
    episode_id = door.alert(door.people.ada)
    jo = door.browser(door.people.jo)
    answer = jo.post(f"/episodes/{episode_id}/take-over")
    assert answer.headers["location"] == f"/episodes/{episode_id}?notice=reason_missing"
    assert jo.get(f"/episodes/{episode_id}/live").status_code == 303


def test_a_closed_alert_cannot_be_taken_over(door: Door) -> None:
    """It is over."""
    episode_id = door.alert(door.people.ada)
    wren = door.browser(door.people.wren)
    wren.post(f"/episodes/{episode_id}/close", {"outcome": "not_a_crisis"})
    answer = wren.post(f"/episodes/{episode_id}/take-over")
    assert answer.headers["location"] == f"/episodes/{episode_id}?notice=closed"


def test_whoever_answered_may_change_the_next_step(door: Door) -> None:
    """ "Calling by" can become "calling now", and others see no form."""
    episode_id = door.alert(door.people.ada)
    wren, jo = door.browser(door.people.wren), door.browser(door.people.jo)
    wren.post(f"/episodes/{episode_id}/answer", {"next_step": "calling_now"})
    assert "Change your answer" in text_of(wren.get(f"/episodes/{episode_id}"))
    assert '/answer"' not in jo.get(f"/episodes/{episode_id}").text


def test_the_script_is_served_and_allowed_by_the_pages_policy(door: Door) -> None:
    """From this door only."""
    answer = door.browser().get("/static/live.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
