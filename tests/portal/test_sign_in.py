"""Signing in: argon2id, a limit that tells nothing, a new token each time, an end when nobody is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import argon2
import limits
import pytest
from sqlalchemy import update

from bot.portal import identity, sign_in
from bot.records import people, signing
from bot.records.schema import sign_ins, staff
from bot.web import passwords
from bot.web.tokens import token_hash
from tests import doors
from tests.portal.conftest import Door, serve


@pytest.fixture
def own_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A portal whose limits nobody else has touched."""
    yield from serve(doors.settings_in(tmp_path_factory.mktemp("portal")))


def test_the_right_password_signs_in_and_leaves_a_row(own_door: Door) -> None:
    """However the login is capitalised; the password is kept as argon2id; the cookie is the door's alone."""
    browser = own_door.browser()
    answer = browser.signs_in(" Wren ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    flags = set(answer.headers["set-cookie"].split("; ")[1:])
    assert flags == {"Path=/", "Max-Age=43200", "Secure", "HttpOnly", "SameSite=Lax"}
    assert "Wren Sample" in browser.get("/").text
    with own_door.store.read() as tx:
        assert people.staff(tx, own_door.people.wren).password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "sign_in" in own_door.browser(own_door.people.sam).get("/audit").text


@pytest.mark.fault(46)
def test_every_refusal_is_the_same_page(own_door: Door) -> None:
    """Wrong password, unknown login, closed account: nothing tells who works here."""
    with own_door.store.write() as tx:
        tx.run(update(staff).where(staff.c.person_id == own_door.people.robin).values(status="closed"))
    answers = [
        own_door.browser().signs_in("wren", "wrong"),
        own_door.browser().signs_in("nobody", "wrong"),
        own_door.browser().signs_in("robin"),
        own_door.browser().signs_in("", ""),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not [answer for answer in answers if "set-cookie" in answer.headers]


@pytest.mark.fault(46)
def test_an_unknown_login_costs_the_same_work_as_a_wrong_password(
    own_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One full argon2 comparison with the same parameters either way, so that the time tells nothing."""
    worked: list[str] = []
    real = passwords._hasher

    class Watched:
        """The real hasher, and a note of what it compared with."""

        def verify(self, stored: str, password: str) -> bool:
            worked.append(stored)
            return bool(real.verify(stored, password))

    monkeypatch.setattr(passwords, "_hasher", Watched())
    for login in ("wren", "nobody"):
        own_door.browser().signs_in(login, "wrong")
    known, unknown = (argon2.extract_parameters(stored) for stored in worked)
    assert known == unknown
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # and not refused early as malformed
        real.verify(passwords._NOBODY, "wrong")


@pytest.mark.fault(46)
def test_guessing_is_limited_for_a_login_that_exists_and_for_one_that_does_not(
    own_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the tries that there are the answer is the same for both, and the right password does not help."""
    assert str(sign_in._BY_LOGIN) == "10 per 15 minute"
    monkeypatch.setattr(sign_in, "_BY_LOGIN", limits.parse("3/15minutes"))
    for login in ("wren", "nobody"):
        assert {own_door.browser().signs_in(login, "wrong").status_code for _ in range(3)} == {401}
    refused = [own_door.browser().signs_in(login) for login in ("wren", "nobody")]
    assert {answer.status_code for answer in refused} == {429}
    assert len({answer.text for answer in refused}) == 1
    assert own_door.browser().signs_in("jo").status_code == 303


@pytest.mark.fault(46)
def test_guessing_many_logins_from_one_place_is_limited(own_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many tries in fifteen minutes, whatever the logins."""
    assert str(sign_in._BY_ADDRESS) == "30 per 15 minute"
    monkeypatch.setattr(sign_in, "_BY_ADDRESS", limits.parse("4/15minutes"))
    tried = [own_door.browser().signs_in(f"guess {number}", "wrong").status_code for number in range(5)]
    assert tried == [401] * 4 + [429]


@pytest.mark.fault(45)
def test_each_sign_in_makes_a_new_token_and_ends_the_old_one(own_door: Door) -> None:
    """A token that somebody planted before is never the one that is signed in."""
    browser = own_door.browser()
    browser.cookie = "__Host-interlude-staff=planted-by-somebody-else"
    browser.signs_in("wren")
    first = browser.cookie
    assert "planted" not in first
    browser.signs_in("wren")
    assert browser.cookie != first
    browser.cookie = first
    assert browser.get("/").status_code == 303


def test_signing_out_ends_the_token(own_door: Door) -> None:
    """What is left in somebody's browser opens nothing."""
    browser = own_door.browser()
    browser.signs_in("wren")
    left = browser.cookie
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    browser.cookie = left
    assert browser.get("/").status_code == 303


def aged(door: Door, token: str, *, last_seen: timedelta, expires: timedelta = timedelta(hours=1)) -> None:
    """Turns the clock of a sign-in back."""
    at = doors.now()
    with door.store.write() as tx:
        values = {"last_seen_at": at - last_seen, "expires_at": at + expires}
        tx.run(update(sign_ins).where(sign_ins.c.token_hash == token_hash(token)).values(**values))


@pytest.mark.parametrize(
    ("last_seen", "expires", "status"),
    [
        (timedelta(minutes=29), timedelta(hours=1), 200),
        (timedelta(minutes=31), timedelta(hours=1), 303),
        (timedelta(0), timedelta(seconds=-1), 303),
    ],
)
def test_a_sign_in_ends_when_nobody_is_there_and_after_a_day(
    door: Door, last_seen: timedelta, expires: timedelta, status: int
) -> None:
    """Thirty minutes without a use; twelve hours in any case."""
    browser = door.browser(door.people.wren)
    token = browser.cookie.partition("=")[2]
    aged(door, token, last_seen=last_seen, expires=expires)
    assert browser.get("/").status_code == status


def test_each_use_starts_the_thirty_minutes_anew(door: Door) -> None:
    """Noted at most once a minute; twelve hours are never made longer by it."""
    browser = door.browser(door.people.wren)
    token = browser.cookie.partition("=")[2]
    aged(door, token, last_seen=timedelta(minutes=20))
    browser.get("/practice")
    with door.store.read() as tx:
        found = signing.sign_in_by_hash(tx, token_hash(token), "staff", at=doors.now())
    assert found is not None
    assert doors.now() - found.last_seen_at < identity.NOTE_EVERY
    browser.get("/practice")
    with door.store.read() as tx:
        again = signing.sign_in_by_hash(tx, token_hash(token), "staff", at=doors.now())
    assert again == found


def test_a_closed_account_is_out_at_once(door: Door) -> None:
    """Not only at the next sign-in."""
    browser = door.browser(door.people.robin)
    assert browser.get("/").status_code == 200
    with door.store.write() as tx:
        tx.run(update(staff).where(staff.c.person_id == door.people.robin).values(status="closed"))
    assert browser.get("/").status_code == 303
    with door.store.write() as tx:
        tx.run(update(staff).where(staff.c.person_id == door.people.robin).values(status="active"))


ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/%2f%2fevil.example",
    "/x\r\nset-cookie: a=b",
    "evil.example",
    " //evil.example",
    "/@evil.example",
    "/x?next=//evil.example",
    "",
]


@pytest.mark.parametrize("next_path", ELSEWHERE)
def test_nobody_is_sent_elsewhere_after_the_sign_in(door: Door, next_path: str) -> None:
    """By a link to the page: only paths of this door are handed on."""
    page = door.browser().get(f"/sign-in?next={quote(next_path)}")
    assert 'name="next" value="/"' in page.text


@pytest.mark.parametrize("next_path", ["https://evil.example", "/\t/evil.example", "/x\r\nset-cookie: a=b"])
def test_nobody_is_sent_elsewhere_by_the_form(door: Door, next_path: str) -> None:
    """Whoever fills in the hidden field."""
    answer = door.browser().signs_in("sam", next=next_path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("next_path", ["/", "/practice", "/episodes/0123abc", "/clients/demo-es"])
def test_a_page_of_this_door_is_come_back_to(door: Door, next_path: str) -> None:
    """The link of an e-mail leads to the alert after the sign-in."""
    assert f'name="next" value="{next_path}"' in door.browser().get(f"/sign-in?next={next_path}").text
    browser = door.browser()
    assert browser.get(next_path).headers["location"] == f"/sign-in?next={next_path}"


@pytest.mark.parametrize(
    "path", ["/episodes/%0d%0aset-cookie:%20a=b", "/episodes/%22%3E%3Cscript%3E", "/clients/a&b=c"]
)
def test_an_odd_path_is_no_header_and_no_markup(door: Door, path: str) -> None:
    """What is typed into the address never becomes part of an answer."""
    answer = door.browser().get(path)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert "<script>" not in door.browser().get(answer.headers["location"]).text


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    "raw",
    [
        b"login=%00&password=x",
        b"login=%ED%A0%80&password=%ED%A0%80",
        b"login=%FF%FE&password=x",
        b"login=a&login=b&password=x",
        b"login=x",
        b"",
        b"login=" + b"x" * 201 + b"&password=x",
        b"login[]=x&password[$ne]=x",
        b"%",
        b"{}",
    ],
    ids=range(10),
)
def test_an_odd_form_is_no_fault_of_ours(door: Door, raw: bytes) -> None:
    """Refused as malformed or as a wrong password, never 500."""
    headers = door.browser().headers(
        content_type="application/x-www-form-urlencoded", x_forwarded_for=f"198.51.100.{len(raw) % 250}"
    )
    answer = door.browser().http.post("/sign-in", content=raw, headers=headers)
    assert answer.status_code in (400, 401)


def test_the_page_is_in_the_browser_s_language(door: Door) -> None:
    """Before anybody has signed in; another language is the practice's first."""
    assert '<html lang="es">' in door.browser().get("/sign-in", accept_language="es-ES,es").text
    assert '<html lang="en">' in door.browser().get("/sign-in", accept_language="fr").text
