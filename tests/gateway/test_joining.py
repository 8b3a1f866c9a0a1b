"""Coming in: the invite, consent before anything is kept, settings, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.gateway import joining
from bot.records import consents, conversations, events, signing
from bot.records.schema import devices, entries
from bot.web.tokens import token_hash
from tests import doors
from tests.gateway.conftest import Door, serve
from tests.gateway.device import REQUIRED


@pytest.fixture
def own_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A gateway whose limits nobody else has touched."""
    yield from serve(doors.settings_in(tmp_path_factory.mktemp("gateway")))


@pytest.fixture
def ada(door: Door) -> str:
    """A client who has never been here."""
    return doors.enrol(door.store, door.people.wren)


@pytest.mark.fault(47)
def test_an_invite_works_once_and_every_refusal_is_the_same(door: Door, ada: str) -> None:
    """Wrong, used and expired: one status, one body, no cookie."""
    code = doors.invite(door.store, ada)
    old = doors.invite(door.store, ada, lasts=timedelta(seconds=-1))
    device = door.device()
    typed = code.lower().replace("-", " ")
    assert device.joins(typed).json() == {"ok": True}
    assert device.get("/api/me").json()["client"]["name"] == "Ada Example"
    answers = [door.device().joins(wrong) for wrong in (code, old, "AAAA-AAAA-AAAA-AAAA", "", "?")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, '{"error":{"code":"bad_code"}}')}
    assert not [answer for answer in answers if "set-cookie" in answer.headers]


@pytest.mark.fault(46)
def test_guessing_codes_is_limited_without_telling_which_exist(own_door: Door) -> None:
    """After twenty tries in a minute a right code is answered like a wrong one, and is not used up."""
    code = doors.invite(own_door.store, own_door.people.ada)
    device = own_door.device()
    assert {device.joins("AAAA-AAAA-AAAA-AAAA").status_code for _ in range(20)} == {404}
    for tried in ("AAAA-AAAA-AAAA-AAAA", code):
        answer = device.joins(tried)
        assert (answer.status_code, answer.json()) == (429, {"error": {"code": "too_many"}})
    with own_door.store.write() as tx:
        assert signing.use_invite(tx, token_hash(code), at=doors.now()) == own_door.people.ada


@pytest.mark.fault(45)
def test_joining_makes_a_new_token_and_ends_the_old_one(door: Door, ada: str) -> None:
    """A token planted before the sign-in is not the one that is signed in, and an earlier one ends."""
    device = door.device()
    planted = device.cookie = "__Host-interlude-client=planted-by-somebody-else"
    device.joins(doors.invite(door.store, ada))
    first = device.cookie
    assert first != planted
    device.joins(doors.invite(door.store, door.people.bo))
    assert device.cookie != first
    assert device.get("/api/me").json()["client"]["name"] == "Bo Example"
    device.cookie = first
    assert device.get("/api/me").status_code == 401


def test_the_cookie_cannot_be_read_by_a_script_or_sent_in_the_clear(door: Door, ada: str) -> None:
    """And it lives apart for each site that shows the chat; the records hold its hash only."""
    device = door.device()
    answer = device.joins(doors.invite(door.store, ada))
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-interlude-client=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned", f"Max-Age={180 * 86400}"} == set(flags)
    token = name.partition("=")[2]
    with door.store.read() as tx:
        assert signing.sign_in_by_hash(tx, token_hash(token), "client", at=doors.now()) is not None
        assert signing.sign_in_by_hash(tx, token, "client", at=doors.now()) is None


def test_nothing_is_stored_before_consent(door: Door, ada: str) -> None:
    """A message of somebody who has not agreed is refused, and leaves no message, no event and no answer."""
    device = door.device()
    device.joins(doors.invite(door.store, ada))
    for text in ("hello", "I want to kill myself tonight"):
        answer = device.tries(text)
        assert (answer.status_code, answer.json()) == (403, {"error": {"code": "consent_needed"}})
    with door.store.read() as tx:
        conversation_id = conversations.conversation_of(tx, ada, at=doors.now()).id
        assert conversations.last_messages(tx, conversation_id, 1) == []
        assert events.last_event_id(tx, conversation_id) == 0
        assert consents.state(tx, ada) == {}
        assert tx.all(select(entries.c.id).where(entries.c.client_id == ada, entries.c.fate == "own")) == [
            tx.first(select(devices.c.label_entry_id).where(devices.c.client_id == ada))
        ]


@pytest.mark.parametrize(
    ("version", "purposes", "code"),
    [
        ("0123456789abcdef", REQUIRED, "consent_changed"),
        (None, {}, "consent_needed"),
        (None, {"keep_entries": True}, "consent_needed"),
        (None, {"keep_entries": True, "crisis_events": False}, "consent_needed"),
        (None, {**REQUIRED, "advertising": True}, "consent_needed"),
    ],
)
def test_consent_is_to_the_present_text_and_to_what_is_required(
    door: Door, version: str | None, purposes: dict[str, bool], code: str
) -> None:
    """Another version, a missing or refused required purpose, an unknown one: 409, and nothing is agreed to."""
    device = door.device(door.people.bo, consents=False)
    body = {"version": version or device.get("/api/consent").json()["version"], "purposes": purposes}
    answer = device.post("/api/consent", body)
    assert (answer.status_code, answer.json()) == (409, {"error": {"code": code}})
    assert device.get("/api/me").json()["consent"]["needed"]


def test_a_client_is_greeted_once(door: Door, ada: str) -> None:
    """Agreeing again, in another language, neither greets nor begins a second time."""
    device = door.device(ada)
    greeted = [(message["text_id"], message["role"]) for message in device.history()]
    device.post("/api/settings", {"language": "es"}).raise_for_status()
    device.consents(share_summaries=True)
    again = [(message["text_id"], message["role"]) for message in device.history()]
    assert greeted[:2] == again[:2] == [("gateway.hello", "bot"), (None, "client")]
    assert [role for _, role in again].count("client") == 1


def test_a_withdrawn_purpose_is_shown_as_such(door: Door, ada: str) -> None:
    """Every answer is kept; the newest counts."""
    device = door.device(ada)
    device.consents(share_summaries=True)
    assert device.get("/api/me").json()["consent"]["given"]["share_summaries"]
    device.consents(share_summaries=False)
    assert not device.get("/api/me").json()["consent"]["given"]["share_summaries"]


def test_settings_change_what_is_named(door: Door, ada: str) -> None:
    """The rest stays; the next words are in the new language."""
    device = door.device(ada)
    device.post("/api/settings", {"language": "es", "address": "usted"}).raise_for_status()
    assert device.get("/api/me").json()["client"] == {"name": "Ada Example", "language": "es", "address": "usted"}
    assert device.get("/api/open").json()["language"] == "es"
    device.post("/api/settings", {}).raise_for_status()
    assert device.get("/api/me").json()["client"]["language"] == "es"


@pytest.mark.parametrize(
    "body", [{"language": "fr"}, {"address": "vos"}, {"name": ""}, {"name": "x" * 81}, {"role": "x"}]
)
def test_settings_that_there_are_not_are_refused(door: Door, body: dict[str, str]) -> None:
    """An unknown language, form, field, or a name of no length."""
    assert door.device(door.people.bo).post("/api/settings", body).status_code == 400


def test_signing_out_ends_this_device_only(door: Door, ada: str) -> None:
    """The cookie is taken away and its token is worth nothing; the client's other device goes on."""
    first, second = door.device(ada), door.device(ada)
    answer = first.post("/api/sign-out")
    assert answer.headers["set-cookie"].startswith("__Host-interlude-client=; ")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert first.get("/api/me").status_code == 401
    assert second.get("/api/me").status_code == 200
    assert door.device().post("/api/sign-out").json() == {"ok": True}


def test_the_open_door_says_what_is_needed_before_a_sign_in(door: Door) -> None:
    """Crisis lines, hours, words and the key for sealing; nothing of anybody."""
    own = door.device().get("/api/open?language=es").json()
    assert (own["language"], own["signed_in"], own["country"]) == ("es", False, "US")
    assert next(line["number"] for line in own["lines"] if line["kind"] == "general") == "988"
    assert own["coverage"]["open"] is True
    assert set(own["key"]["jwk"]) == {"kty", "crv", "x", "y"}
    assert own["max_chars"] == 40_000
    assert "Example" not in str(own)
    assert door.device().get("/api/open?language=xx").json()["language"] == "en"


def test_a_session_begins_the_conversation_once(door: Door, ada: str) -> None:
    """The first message has an id made of the conversation's, so that a second consent cannot make a second one."""
    device = door.device(ada)
    conversation_id = device.get("/api/me").json()["conversation"]["id"]
    with door.store.read() as tx:
        first = conversations.messages_after(tx, conversation_id, 1)[0]
    assert first.id == joining.uuid.uuid5(joining._BEGIN, conversation_id).hex
