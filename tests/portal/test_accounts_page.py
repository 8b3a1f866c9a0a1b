"""Accounts: a code and not a password is passed on; who leaves comes in no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.privacy import accounts, audit
from bot.records import contacts, people
from tests import doors
from tests.portal.conftest import Browser, Door, serve

NEW = {"login": "Kit", "name": "Kit Sample", "email": "kit@example.org", "role": "therapist", "language": "es"}
SENTENCE = "a harbour with nine small boats"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A portal of its own for each test, because each changes the practice."""
    yield from serve(doors.settings_in(tmp_path))


def _code(page: str) -> str:
    found = re.search(r'data-testid="code">([A-Z0-9-]+)<', page)
    assert found is not None
    return found.group(1)


def _account(door: Door, login: str) -> people.Staff:
    with door.store.read() as tx:
        found = people.staff_by_login(tx, login)
    assert found is not None
    return found


def _welcome(browser: Browser, code: str, password: str = SENTENCE, again: str | None = None) -> int:
    form = {"code": code, "password": password, "again": password if again is None else again}
    return browser.post("/welcome", form).status_code


def test_an_account_is_opened_and_its_person_chooses_the_password(door: Door) -> None:
    """The code works once, typed in small letters too; before it nobody comes in, after it the person does."""
    shown = door.browser(door.people.sam).post("/people", NEW)
    assert shown.status_code == 200
    code = _code(shown.text)
    kit = door.browser()
    assert kit.signs_in("kit", "").status_code == 401
    assert _welcome(kit, code.lower().replace("-", " ")) == 303
    assert _welcome(kit, code) == 400
    assert kit.signs_in("kit", SENTENCE).status_code == 303
    account = _account(door, "kit")
    assert (account.roles, account.language) == (("therapist",), "es")
    with door.store.read() as tx:
        assert audit.verify(tx).broken is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"login": "k!"}, "login"),
        ({"login": "wren"}, "login_taken"),
        ({"email": "kit"}, "email"),
        ({"role": "king"}, "roles"),
    ],
)
def test_what_does_not_fit_is_said_and_no_account_made(door: Door, change: dict[str, str], fault: str) -> None:
    """The page says what is wrong in words."""
    owner = door.browser(door.people.sam)
    answer = owner.post("/people", {**NEW, **change})
    assert answer.headers["location"] == f"/people?fault={fault}"
    assert 'role="alert"' in owner.get(f"/people?fault={fault}").text
    with door.store.read() as tx:
        assert len(people.all_staff(tx)) == 4


def test_a_new_code_ends_the_earlier_one_and_every_sign_in(door: Door) -> None:
    """Somebody whose device is lost is out of it as soon as they come back in."""
    owner, lost = door.browser(door.people.sam), door.browser(door.people.jo)
    first = _code(owner.post(f"/people/{door.people.jo}/code").text)
    second = _code(owner.post(f"/people/{door.people.jo}/code").text)
    assert _welcome(door.browser(), first) == 400
    assert lost.get("/").status_code == 200
    assert _welcome(door.browser(), second) == 303
    assert lost.get("/").status_code == 303


@pytest.mark.parametrize(("password", "again"), [("short", None), ("x" * 201, None), (SENTENCE, SENTENCE + "!")])
def test_a_password_that_does_not_do_leaves_the_code_usable(door: Door, password: str, again: str | None) -> None:
    """A slip while typing costs no code."""
    code = _code(door.browser(door.people.sam).post(f"/people/{door.people.jo}/code").text)
    browser = door.browser()
    assert _welcome(browser, code, password, again) == 400
    assert _welcome(browser, code) == 303


def test_a_code_ends_by_itself(door: Door) -> None:
    """A slip of paper found next week opens nothing."""
    at = doors.now() - accounts.CODE_LASTS - timedelta(seconds=1)
    with door.store.write() as tx:
        code = accounts.give_code(tx, door.people.jo, by="test", at=at)
    assert _welcome(door.browser(), code) == 400


def test_guessing_codes_is_slowed_down(door: Door) -> None:
    """After ten tries from one address even a right code waits."""
    code = _code(door.browser(door.people.sam).post(f"/people/{door.people.jo}/code").text)
    answers = [_welcome(door.browser(), f"AAAA-AAAA-AAAA-AA{n:02}") for n in range(10)]
    assert set(answers) == {400}
    assert _welcome(door.browser(), code) == 429


def test_who_leaves_comes_in_no_more_and_is_told_no_more(door: Door) -> None:
    """Closing ends the sign-ins, the password, unused codes and the place among the contacts."""
    owner, jo = door.browser(door.people.sam), door.browser(door.people.jo)
    code = _code(owner.post(f"/people/{door.people.jo}/code").text)
    assert owner.post(f"/people/{door.people.jo}/close").headers["location"] == "/people"
    assert jo.get("/").status_code == 303
    assert door.browser().signs_in("jo").status_code == 401
    assert _welcome(door.browser(), code) == 400
    with door.store.read() as tx:
        assert door.people.jo not in {contact.person_id for contact in contacts.contacts(tx)}
    assert owner.post(f"/people/{door.people.jo}/code").status_code == 404


@pytest.mark.parametrize(("login", "fault"), [("sam", "last_owner"), ("wren", "has_clients")])
def test_an_account_that_is_needed_stays_open(door: Door, login: str, fault: str) -> None:
    """A practice keeps an owner, and a client a therapist."""
    owner = door.browser(door.people.sam)
    answer = owner.post(f"/people/{getattr(door.people, login)}/close")
    assert answer.headers["location"] == f"/people?fault={fault}"
    assert _account(door, login).status == "active"
