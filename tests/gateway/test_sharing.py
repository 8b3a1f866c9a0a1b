"""Sharing: exactly the lines that are left, frozen, hidden again at any time (I5)."""

from __future__ import annotations

import json

import pytest

from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device
from tests.gateway.stories import shared_summary, summary_of

KEPT, TAKEN_OUT = "the heron came back", "canary lynx in the snow"


@pytest.fixture
def client_id(door: Door) -> str:
    """A client who has never been here."""
    return doors.enrol(door.store, door.people.wren)


@pytest.fixture
def ada(door: Door, client_id: str) -> Device:
    """The client's device; sharing was agreed to."""
    device = door.device(client_id)
    device.consents(share_summaries=True)
    return device


@pytest.fixture
def summary_id(door: Door, client_id: str) -> str:
    """A summary of two lines that the client has not shared."""
    return summary_of(door.store, client_id, [KEPT, TAKEN_OUT])


def test_what_is_taken_out_reaches_nobody(door: Door, ada: Device, client_id: str, summary_id: str) -> None:
    """The therapist gets the lines that are left; the client sees which those are, and still has all of them."""
    assert shared_summary(door.store, client_id) == []
    answer = ada.post(f"/api/summaries/{summary_id}/share", {"remove": ["line-2"]}).json()
    (shared,) = shared_summary(door.store, client_id)
    assert [line["text"] for line in shared["lines"]] == [KEPT]
    assert TAKEN_OUT not in json.dumps(shared)
    assert answer["shared_at"] is not None
    assert [line["text"] for line in answer["shared_lines"]] == [KEPT]
    assert [line["text"] for line in answer["body"]["lines"]] == [KEPT, TAKEN_OUT]


def test_sharing_again_with_less_leaves_the_less(door: Door, ada: Device, client_id: str, summary_id: str) -> None:
    """What was shared first is not shown beside it."""
    ada.post(f"/api/summaries/{summary_id}/share", {}).raise_for_status()
    ada.post(f"/api/summaries/{summary_id}/share", {"remove": ["line-2"]}).raise_for_status()
    assert TAKEN_OUT not in json.dumps(shared_summary(door.store, client_id))


def test_what_is_hidden_is_shown_to_nobody(door: Door, ada: Device, client_id: str, summary_id: str) -> None:
    """At once, and twice is no error."""
    ada.post(f"/api/summaries/{summary_id}/share", {}).raise_for_status()
    for _ in range(2):
        answer = ada.post(f"/api/summaries/{summary_id}/unshare").json()
        assert (answer["shared_at"], answer["shared_lines"]) == (None, None)
    assert shared_summary(door.store, client_id) == []


def test_a_withdrawn_consent_stops_further_sharing(door: Door, ada: Device, client_id: str, summary_id: str) -> None:
    """From the withdrawal on; nothing new reaches the therapist."""
    ada.consents(share_summaries=False)
    assert ada.post(f"/api/summaries/{summary_id}/share", {}).status_code == 403
    assert shared_summary(door.store, client_id) == []


@pytest.mark.parametrize("remove", [["line-9"], ["line-2", "line-2"], ["", "'; --"]])
def test_lines_that_there_are_not_are_not_missed(
    door: Door, ada: Device, client_id: str, summary_id: str, remove: list[str]
) -> None:
    """Unknown ids take nothing out, known ones theirs."""
    ada.post(f"/api/summaries/{summary_id}/share", {"remove": remove}).raise_for_status()
    (shared,) = shared_summary(door.store, client_id)
    assert (TAKEN_OUT in json.dumps(shared)) == ("line-2" not in remove)


@pytest.mark.parametrize("body", [{"remove": "line-1"}, {"remove": [1]}, {"remove": ["x"] * 201}, {"lines": []}, []])
def test_a_body_that_is_none_shares_nothing(
    door: Door, ada: Device, client_id: str, summary_id: str, body: object
) -> None:
    """A shape that is not understood is never taken for "all of it"."""
    assert ada.post(f"/api/summaries/{summary_id}/share", body).status_code == 400
    assert shared_summary(door.store, client_id) == []


def test_the_list_is_the_clients_own(door: Door, ada: Device, summary_id: str) -> None:
    """Newest first, and nobody else's."""
    assert [one["id"] for one in ada.get("/api/summaries").json()["summaries"]] == [summary_id]
    other = door.device(doors.enrol(door.store, door.people.wren))
    assert other.get("/api/summaries").json() == {"summaries": []}
