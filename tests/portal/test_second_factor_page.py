"""Setting up a second factor, new recovery codes, a new phone, and what the practice asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from bot.privacy import audit, second_factor, totp
from bot.records import audit_rows
from tests import doors
from tests.portal.authenticators import codes_on, gives, keep_cookie, offered, sets_up, with_app
from tests.portal.conftest import Door, serve, text_of
from tests.portal.test_routes import ROUTES
from tests.portal.test_second_step import STEP_S, clock, door

__all__ = ["clock", "door"]


@pytest.fixture
def live(tmp_path: Path, clock: time_machine.Traveller) -> Iterator[Door]:
    """A portal with real clients, as far as it knows."""
    yield from serve(doors.settings_in(tmp_path, mode="live"))


def is_on(door: Door, login: str) -> bool:
    """Whether somebody has one."""
    with door.store.read() as tx:
        return second_factor.is_on(tx, getattr(door.people, login))


def noted(door: Door, action: str) -> list[tuple[str, str | None]]:
    """Who did it to whom, by the audit."""
    with door.store.read() as tx:
        assert audit.verify(tx).broken is None
        return [(row.actor, row.target) for row in audit_rows.rows_after(tx, 0) if row.action == action]


def test_with_real_clients_nothing_opens_before_it_is_set_up(live: Door) -> None:
    """Whatever the role: each page leads to the enrolment and back, each form to the enrolment; nothing happens."""
    with live.store.read() as tx:
        before, _ = audit_rows.head(tx)
    for login in doors.STAFF:
        browser = live.browser(getattr(live.people, login))
        for name, route in ROUTES.items():
            if route.policy in ("open", "enrol", "leave"):
                continue
            method, _, path = name.partition(" ")
            path = re.sub(r"{\w+:str}", live.people.ada, path)
            answer = browser.get(path) if method == "GET" else browser.post(path, route.form)
            to = path if method == "GET" else "/"
            assert (name, answer.headers["location"]) == (name, f"/second-factor?next={to}")
    with live.store.read() as tx:
        assert audit_rows.head(tx)[0] == before


def test_who_is_woken_by_an_alert_enrols_on_one_page_and_goes_on_to_it(live: Door) -> None:
    """Password, one page, the recovery codes with a button to the alert: the alert opens, and no word before it."""
    episode = f"/episodes/{live.alert(live.people.ada, 'canary words of a client')}"
    jo = live.browser()
    assert jo.signs_in("jo", next=episode).headers["location"] == episode
    assert jo.get(episode).headers["location"] == f"/second-factor?next={episode}"
    page = jo.get(f"/second-factor?next={episode}")
    assert "Ada" not in page.text
    assert "canary" not in page.text
    assert 'href="/practice"' not in page.text  # no links to what would not open
    app = offered(page.text)
    answer = jo.post("/second-factor", {"code": app.code(), "next": episode})
    keep_cookie(jo, answer.headers["set-cookie"])
    assert f'href="{episode}" data-testid="go-on"' in answer.text
    assert len(codes_on(answer.text)) == second_factor.RECOVERY_CODES
    assert jo.get(episode).status_code == 200


def test_a_slip_while_enrolling_costs_nothing(live: Door) -> None:
    """As often as it takes: the page says what to look at, and shows the same key."""
    jo = live.browser(live.people.jo)
    app = offered(jo.get("/second-factor").text)
    for _ in range(8):
        wrong = jo.post("/second-factor", {"code": "000000", "next": "/practice"})
        assert wrong.status_code == 400
        assert 'role="alert"' in wrong.text
        assert 'name="next" value="/practice"' in wrong.text
        assert offered(wrong.text) == app
    assert jo.post("/second-factor", {"code": app.code()}).status_code == 200


def test_the_page_gives_the_key_in_three_ways(door: Door) -> None:
    """A picture, a link, text; the same each time in this browser, another in any other."""
    jo = door.browser(door.people.jo)
    page = jo.get("/second-factor").text
    app = offered(page)
    assert totp.as_text(app.secret) in page
    assert 'role="img"' in page
    assert '<path d="M4 4h7v1h-7z' in page  # the first corner of the picture
    assert offered(jo.get("/second-factor").text) == app
    assert offered(door.browser(door.people.jo).get("/second-factor").text) != app
    assert not is_on(door, "jo")


def test_a_code_for_another_browser_s_key_sets_up_nothing(door: Door) -> None:
    """Whoever has the password and waits with a key of their own gets in nowhere by somebody else's click."""
    thief, jo = door.browser(door.people.jo), door.browser(door.people.jo)
    seen = offered(thief.get("/second-factor").text)
    assert jo.post("/second-factor", {"code": seen.code()}).status_code == 400
    assert not is_on(door, "jo")


@pytest.mark.fault(45)
def test_setting_it_up_makes_a_new_token_and_other_browsers_need_a_code(
    door: Door, clock: time_machine.Traveller
) -> None:
    """The one that set it up goes on; the others are asked; the recovery codes come once and with a code again."""
    jo, other = door.browser(door.people.jo), door.browser(door.people.jo)
    before = jo.cookie
    app = sets_up(jo)
    assert jo.cookie != before
    assert jo.get("/").status_code == 200
    assert other.get("/").headers["location"] == "/sign-in/code?next=/"
    assert not [code for code in app.codes if code in jo.get("/second-factor").text]
    assert noted(door, "enrol_second_factor") == [(door.people.jo, door.people.jo)]
    clock.shift(STEP_S)
    assert gives(other, app.code()) == 303


def test_setting_it_up_again_over_it_is_refused(door: Door) -> None:
    """An open browser alone replaces nothing."""
    jo = door.browser(door.people.jo)
    app = sets_up(jo)
    assert jo.post("/second-factor", {"code": app.code(steps=1)}).status_code == 400
    assert noted(door, "enrol_second_factor") == [(door.people.jo, door.people.jo)]


@pytest.mark.fault(46)
@pytest.mark.parametrize("path", ["/second-factor/codes", "/second-factor/remove"])
def test_changing_it_takes_a_code_and_tries_are_limited(door: Door, clock: time_machine.Traveller, path: str) -> None:
    """Wrong codes change nothing, and after five of them a right one waits."""
    jo = door.browser(door.people.jo)
    app = sets_up(jo)
    clock.shift(STEP_S)
    assert [jo.post(path, {"code": "000000"}).status_code for _ in range(5)] == [400] * 5
    refused = jo.post(path, {"code": app.code()})
    assert refused.status_code == 429
    assert "fifteen minutes" in text_of(refused)
    assert is_on(door, "jo")
    assert noted(door, "new_recovery_codes") == []


def test_new_recovery_codes_end_the_earlier_ones(door: Door, clock: time_machine.Traveller) -> None:
    """Shown once; the page says how many are left."""
    jo = door.browser(door.people.jo)
    app = sets_up(jo)
    clock.shift(STEP_S)
    new = codes_on(jo.post("/second-factor/codes", {"code": app.code()}).text)
    assert len(new) == 8
    assert set(new).isdisjoint(app.codes)
    half = door.browser()
    half.signs_in("jo")
    assert [gives(half, app.codes[0]), gives(half, new[0])] == [401, 303]
    assert "recovery codes: 7" in text_of(jo.get("/second-factor"))


def test_a_new_phone_takes_a_code_ends_the_other_sign_ins_and_gets_a_new_key(
    door: Door, clock: time_machine.Traveller
) -> None:
    """The recovery code is enough, because the old phone may be gone; the old key is worthless then."""
    jo, other = door.browser(door.people.jo), door.browser(door.people.jo)
    app = sets_up(jo)
    clock.shift(STEP_S)
    assert gives(other, app.code()) == 303
    answer = jo.post("/second-factor/remove", {"code": app.codes[3]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/second-factor")
    keep_cookie(jo, answer.headers["set-cookie"])
    assert other.get("/").headers["location"] == "/sign-in?next=/"
    assert not is_on(door, "jo")
    assert noted(door, "take_second_factor") == [(door.people.jo, door.people.jo)]
    assert sets_up(jo).secret != app.secret


def test_the_owner_takes_a_colleague_s_away(live: Door) -> None:
    """Audited; ends their sign-ins; the next sign-in sets up another. It is no way in for the owner."""
    sam, jo = live.browser(live.people.sam), live.browser(live.people.jo)
    sets_up(sam)
    sets_up(jo)
    assert f"/people/{live.people.jo}/second-factor/remove" in sam.get("/people").text
    answer = sam.post(f"/people/{live.people.jo}/second-factor/remove")
    assert answer.headers["location"] == "/people"
    assert jo.get("/").headers["location"] == "/sign-in?next=/"
    assert noted(live, "take_second_factor") == [(live.people.sam, live.people.jo)]
    assert f"/people/{live.people.jo}/second-factor/remove" not in sam.get("/people").text
    assert jo.signs_in("jo").headers["location"] == "/"
    assert jo.get("/").headers["location"] == "/second-factor?next=/"


def test_the_owner_s_own_goes_by_a_code_only(door: Door) -> None:
    """Whoever finds the owner's browser open cannot take it away by the list of people."""
    sam = door.browser(door.people.sam)
    sets_up(sam)
    answer = sam.post(f"/people/{door.people.sam}/second-factor/remove")
    assert answer.headers["location"] == "/people?fault=own_second_factor"
    assert 'role="alert"' in sam.get("/people?fault=own_second_factor").text
    assert is_on(door, "sam")


def test_who_leaves_leaves_no_secret_behind(door: Door) -> None:
    """Closing the account forgets it."""
    with_app(door, "jo")
    assert door.browser(door.people.sam).post(f"/people/{door.people.jo}/close").headers["location"] == "/people"
    assert not is_on(door, "jo")


def test_the_practice_can_make_it_needed(door: Door) -> None:
    """In the demo it is each person's choice until the owner says otherwise; it counts at once, for the owner too."""
    sam, wren = door.browser(door.people.sam), door.browser(door.people.wren)
    assert wren.get("/").status_code == 200
    assert sam.post("/practice/second-factor", {"needed": "yes"}).status_code == 303
    for browser in (sam, wren):
        assert browser.get("/practice").headers["location"] == "/second-factor?next=/practice"
    sets_up(sam)
    assert "not-enrolled" in sam.get("/practice").text  # Jo and Wren are contacts
    assert sam.post("/practice/second-factor", {}).status_code == 303
    assert wren.get("/practice").status_code == 200
    assert "not-enrolled" not in wren.get("/practice").text
    assert len(noted(door, "change_second_factor")) == 2


def test_with_real_clients_it_cannot_be_switched_off(live: Door) -> None:
    """No form for it, and the request changes nothing."""
    sam = live.browser(live.people.sam)
    sets_up(sam)
    assert 'action="/practice/second-factor"' not in sam.get("/practice").text
    sam.post("/practice/second-factor", {"needed": "no"})
    assert live.browser(live.people.jo).get("/").headers["location"] == "/second-factor?next=/"
