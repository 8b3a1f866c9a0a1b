"""Where a person is signed in: their own list, one ended, all others ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.portal import browsers
from bot.privacy import audit
from bot.records import audit_rows, signing
from bot.web.tokens import token_hash
from tests import doors
from tests.portal.authenticators import sets_up
from tests.portal.conftest import Browser, Door, serve, text_of
from tests.portal.test_sign_in import aged

ANDROID = "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A portal of its own for each test, because the lists are counted."""
    yield from serve(doors.settings_in(tmp_path))


def listed(browser: Browser) -> list[str]:
    """The ids on the page."""
    return re.findall(r'action="/sign-ins/([0-9a-f]{32})/end"', browser.get("/sign-ins").text)


def test_a_person_sees_their_own_and_which_is_this_one(door: Door) -> None:
    """By browser and system, not by address; nobody else's, none that has ended by itself."""
    jo = door.browser()
    jo.post("/sign-in", {"login": "jo", "password": doors.PASSWORD}, user_agent=ANDROID)
    jo.signs_in("jo")
    phone, idle, expired = door.browser(), door.browser(door.people.jo), door.browser(door.people.jo)
    door.browser(door.people.sam)
    answer = phone.post("/sign-in", {"login": "jo", "password": doors.PASSWORD}, user_agent=ANDROID)
    phone.cookie = answer.headers["set-cookie"].partition(";")[0]
    aged(door, idle.cookie.partition("=")[2], last_seen=timedelta(minutes=31))
    aged(door, expired.cookie.partition("=")[2], last_seen=timedelta(0), expires=timedelta(seconds=-1))
    assert len(listed(phone)) == 3
    page = text_of(phone.get("/sign-ins"))
    assert "Firefox, Android this one" in page
    assert page.count("this one") == 1
    assert "127.0.0.1" not in page


def test_one_is_ended_and_comes_in_no_more(door: Door) -> None:
    """The lost phone; the audit says so. Ending the one that asks leads to the sign-in."""
    jo, lost = door.browser(door.people.jo), door.browser(door.people.jo)
    (other,) = set(listed(jo)) - {own_id(door, jo)}
    assert jo.post(f"/sign-ins/{other}/end").headers["location"] == "/sign-ins"
    assert lost.get("/").headers["location"] == "/sign-in?next=/"
    assert jo.get("/").status_code == 200
    assert jo.post(f"/sign-ins/{other}/end").status_code == 404
    jo.post(f"/sign-ins/{own_id(door, jo)}/end")
    assert jo.get("/sign-ins").headers["location"] == "/sign-in?next=/sign-ins"
    with door.store.read() as tx:
        rows = [row for row in audit_rows.rows_after(tx, 0) if row.action == "end_sign_in"]
        assert audit.verify(tx).broken is None
    assert [(row.actor, row.target == other) for row in rows] == [(door.people.jo, True), (door.people.jo, False)]


@pytest.mark.fault(44)
def test_another_s_sign_in_is_not_there(door: Door) -> None:
    """The owner's neither: an id of somebody else's reads like one that nobody has, and stays signed in."""
    jo, sam = door.browser(door.people.jo), door.browser(door.people.sam)
    for sign_in_id in (own_id(door, sam), "0" * 32):
        assert jo.post(f"/sign-ins/{sign_in_id}/end").status_code == 404
    assert sam.get("/").status_code == 200


def test_all_others_end_together(door: Door) -> None:
    """This one stays, other people's too."""
    jo, sam = door.browser(door.people.jo), door.browser(door.people.sam)
    others = [door.browser(door.people.jo) for _ in range(2)]
    assert jo.post("/sign-ins/end-others").headers["location"] == "/sign-ins"
    assert listed(jo) == [own_id(door, jo)]
    assert [other.get("/").status_code for other in others] == [303, 303]
    assert sam.get("/").status_code == 200
    assert "end-others" not in jo.get("/sign-ins").text


def test_somebody_who_has_only_the_password_is_seen(door: Door) -> None:
    """A sign-in that waits for its second step is marked: whoever it is knows the password."""
    jo = door.browser(door.people.jo)
    sets_up(jo)
    assert "second step not" not in text_of(jo.get("/sign-ins"))
    door.browser().signs_in("jo")
    assert "password given, second step not" in text_of(jo.get("/sign-ins"))


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (ANDROID, "Firefox, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "Mac"),
        ("<script>", None),
        ("", None),
    ],
)
def test_a_browser_is_named_by_two_words(user_agent: str, label: str | None) -> None:
    """What is not known is left out; nothing of the header itself is kept."""
    assert browsers.label_of(user_agent) == label


def own_id(door: Door, browser: Browser) -> str:
    """The id of a browser's own sign-in."""
    with door.store.read() as tx:
        found = signing.sign_in_by_hash(tx, token_hash(browser.cookie.partition("=")[2]), "staff", at=doors.now())
    assert found is not None
    return found.id
