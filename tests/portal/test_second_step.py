"""The second step of a sign-in: a code once, a limit, one answer for every refusal, and nothing open before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import limits
import pytest
import time_machine

from bot.portal import second_step
from bot.privacy import audit, totp
from bot.records import audit_rows, people
from bot.web.passwords import hash_password
from tests import doors
from tests.portal.authenticators import gives, with_app
from tests.portal.conftest import Door, serve, text_of
from tests.portal.test_routes import ROUTES

STEP_S = totp.STEP_S


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time that stands still in the middle of a step until a test moves it."""
    begin = totp.step_of(datetime.now(UTC)) * STEP_S
    with time_machine.travel(datetime.fromtimestamp(begin + STEP_S / 2, UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def door(tmp_path: Path, clock: time_machine.Traveller) -> Iterator[Door]:
    """A portal of its own for each test, whose limits nobody else has touched."""
    yield from serve(doors.settings_in(tmp_path))


def actions(door: Door) -> list[str]:
    """What the audit says, with the chain verified."""
    with door.store.read() as tx:
        assert audit.verify(tx).broken is None
        return [row.action for row in audit_rows.rows_after(tx, 0)]


def test_a_code_after_the_password_opens_the_page_that_was_asked_for(door: Door, clock: time_machine.Traveller) -> None:
    """The link of an alert's e-mail leads to the alert, through both steps."""
    app = with_app(door, "jo")
    clock.shift(STEP_S)
    episode = f"/episodes/{door.alert(door.people.ada)}"
    jo = door.browser()
    assert jo.get(episode).headers["location"] == f"/sign-in?next={episode}"
    assert jo.signs_in("jo", next=episode).headers["location"] == f"/sign-in/code?next={episode}"
    page = jo.get(f"/sign-in/code?next={episode}")
    assert f'name="next" value="{episode}"' in page.text
    assert "Jo Sample" not in page.text
    answer = jo.post("/sign-in/code", {"code": app.code(), "next": episode})
    assert (answer.status_code, answer.headers["location"]) == (303, episode)
    jo.cookie = answer.headers["set-cookie"].partition(";")[0]
    assert jo.get(episode).status_code == 200
    assert [one for one in actions(door) if one in ("password_given", "sign_in")] == ["password_given", "sign_in"]


@pytest.mark.fault(44)
@pytest.mark.parametrize("login", ["jo", "sam", "wren"])
def test_with_the_password_alone_nothing_opens(door: Door, login: str) -> None:
    """Every route but the second step and the way out leads to the second step and does nothing."""
    older = door.browser(getattr(door.people, login))
    with_app(door, login)
    half = door.browser()
    half.signs_in(login)
    before = actions(door)
    for browser in (half, older):
        for name, route in ROUTES.items():
            if route.policy in ("open", "code", "leave"):
                continue
            method, _, path = name.partition(" ")
            path = re.sub(r"{\w+:str}", door.people.ada, path)
            answer = browser.get(path) if method == "GET" else browser.post(path, route.form)
            to = path if method == "GET" else "/"
            assert (name, answer.status_code, answer.headers["location"]) == (name, 303, f"/sign-in/code?next={to}")
    assert actions(door) == before


@pytest.mark.fault(45)
def test_the_second_step_makes_a_new_token_and_ends_the_first(door: Door, clock: time_machine.Traveller) -> None:
    """Whoever saw the token of the first step has nothing."""
    app = with_app(door, "jo")
    clock.shift(STEP_S)
    jo = door.browser()
    jo.signs_in("jo")
    first = jo.cookie
    assert gives(jo, app.code()) == 303
    assert jo.cookie != first
    thief = door.browser()
    thief.cookie = first
    assert thief.get("/").headers["location"] == "/sign-in?next=/"
    assert jo.get("/").status_code == 200


@pytest.mark.fault(47)
def test_a_code_that_was_used_is_refused(door: Door, clock: time_machine.Traveller) -> None:
    """Read over a shoulder and typed at once in another browser; the code that set it up; a recovery code again."""
    app = with_app(door, "jo")
    first, second = door.browser(), door.browser()
    for browser in (first, second):
        browser.signs_in("jo")
    assert gives(first, app.code()) == 401
    clock.shift(STEP_S)
    assert gives(first, app.code()) == 303
    assert gives(second, app.code()) == 401
    assert gives(second, app.codes[0]) == 303
    third = door.browser()
    third.signs_in("jo")
    assert gives(third, app.codes[0]) == 401
    assert gives(third, app.codes[1].lower().replace("-", "")) == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_a_clock_may_be_off_by_one_step(door: Door, clock: time_machine.Traveller, steps: int, status: int) -> None:
    """Thirty seconds either way."""
    app = with_app(door, "jo")
    clock.shift(5 * STEP_S)
    jo = door.browser()
    jo.signs_in("jo")
    assert gives(jo, app.code(steps=steps)) == status


@pytest.mark.fault(46)
def test_every_refusal_is_the_same_page(door: Door, clock: time_machine.Traveller) -> None:
    """Wrong, used, a stranger's, a recovery code that there is not, nonsense; each leaves a row for the owner."""
    app, other = with_app(door, "jo"), with_app(door, "robin")
    half = door.browser()
    half.signs_in("jo")
    typed = [app.code(), other.code(steps=1), other.codes[0], "AAAA-AAAA-AAAA-AAAA", "\u0661" * 6]
    answers = [half.post("/sign-in/code", {"code": code}) for code in typed]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not [answer for answer in answers if "set-cookie" in answer.headers]
    assert actions(door).count("second_factor_refused") == 5
    assert actions(door).count("sign_in") == 0


@pytest.mark.fault(46)
def test_guessing_codes_is_limited_for_the_account_and_not_for_a_browser(
    door: Door, clock: time_machine.Traveller
) -> None:
    """Five tries in fifteen minutes, whoever has the password; then the right code waits as well."""
    app = with_app(door, "jo")
    thief, jo = door.browser(), door.browser()
    for browser in (thief, jo):
        browser.signs_in("jo")
    assert [gives(thief, "000000") for _ in range(6)] == [401] * 5 + [429]
    refused = jo.post("/sign-in/code", {"code": app.code(steps=1)})
    assert refused.status_code == 429
    assert "fifteen minutes" in text_of(refused)
    assert actions(door).count("second_factor_refused") == 5
    clock.shift(timedelta(minutes=16))
    jo.signs_in("jo")
    assert gives(jo, app.code()) == 303


@pytest.mark.fault(46)
def test_guessing_codes_is_limited_over_a_day(
    door: Door, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty; a new password, chosen with a code of the owner's, is a new start."""
    assert [str(limit) for limit in second_step._LIMITS] == ["5 per 15 minute", "30 per 1 day"]
    monkeypatch.setattr(second_step, "_LIMITS", (limits.parse("2/minute"), limits.parse("4/day")))
    app = with_app(door, "jo")
    answers = []
    for _ in range(3):
        thief = door.browser()
        thief.signs_in("jo")
        answers += [gives(thief, "000000") for _ in range(2)]
        clock.shift(61)
    assert answers == [401] * 4 + [429] * 2
    with door.store.write() as tx:
        people.set_staff(tx, door.people.jo, password_hash=hash_password("another harbour"))
    jo = door.browser()
    jo.signs_in("jo", "another harbour")
    assert gives(jo, app.code()) == 303


def test_tries_count_anew_after_a_code_that_fits(door: Door, clock: time_machine.Traveller) -> None:
    """Somebody who signs in often is not kept out by it."""
    app = with_app(door, "jo")
    for _ in range(4):
        jo = door.browser()
        jo.signs_in("jo")
        clock.shift(STEP_S)
        assert [gives(jo, "000000"), gives(jo, app.code())] == [401, 303]


def test_half_a_sign_in_ends_after_ten_minutes(door: Door, clock: time_machine.Traveller) -> None:
    """A password that was typed and left."""
    with_app(door, "jo")
    half = door.browser()
    half.signs_in("jo")
    clock.shift(timedelta(minutes=9))
    assert half.get("/sign-in/code").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert half.get("/sign-in/code").headers["location"] == "/sign-in?next=/sign-in/code"


def test_half_a_sign_in_can_be_left(door: Door) -> None:
    """Signing out works before the second step."""
    with_app(door, "jo")
    half = door.browser()
    half.signs_in("jo")
    assert half.post("/sign-out").status_code == 303
    assert half.get("/sign-in/code").headers["location"] == "/sign-in?next=/sign-in/code"


@pytest.mark.parametrize("next_path", ["https://evil.example", "//evil.example", "/x?next=//evil.example"])
def test_nobody_is_sent_elsewhere_after_the_second_step(
    door: Door, clock: time_machine.Traveller, next_path: str
) -> None:
    """Neither by the address nor by the form."""
    app = with_app(door, "jo")
    clock.shift(STEP_S)
    jo = door.browser()
    jo.signs_in("jo")
    assert (
        'name="next" value="/"' in jo.http.get("/sign-in/code", params={"next": next_path}, headers=jo.headers()).text
    )
    answer = jo.post("/sign-in/code", {"code": app.code(), "next": next_path})
    assert answer.headers["location"] == "/"
