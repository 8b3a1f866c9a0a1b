"""Who may ask for what: every route of the door, as everybody of the staff and as nobody (row 44).

The table is made of the routes of the application that runs. A route without a line here fails, so that nobody adds a
page without saying who may see it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from bot.portal import app as portal_app
from bot.portal.app import create_app
from bot.records import appointments, contacts, deliveries, people, signing
from bot.web.policy import door_of
from tests import doors
from tests.portal.conftest import Door

LOGINS = ("wren", "robin", "jo", "sam")
ALL = frozenset(LOGINS)
# Ada is Wren's client. Robin is another therapist, Jo is on call, Sam owns the practice.
OWN_THERAPIST = frozenset({"wren"})
THERAPISTS = frozenset({"wren", "robin"})
ANSWERS_ADA = frozenset({"wren", "jo", "sam"})
OWNER = frozenset({"sam"})


@dataclass(frozen=True)
class Route:
    """One route: its policy, who is let in to Ada's, a form that fits, and what it answers them."""

    policy: str
    who: frozenset[str]
    status: int = 200
    form: dict[str, str] = field(default_factory=dict)


ROUTES = {
    "GET /static/portal.css": Route("open", ALL),
    "GET /static/live.js": Route("open", ALL),
    "GET /healthz": Route("open", ALL),
    "GET /sign-in": Route("open", ALL),
    "POST /sign-in": Route("open", ALL, status=401, form={"login": "nobody", "password": "x"}),
    "POST /sign-out": Route("leave", ALL, status=303),
    # Who is in already has no second step: on to the first page. Who is not is met in test_second_step.py.
    "GET /sign-in/code": Route("code", ALL, status=303),
    "POST /sign-in/code": Route("code", ALL, status=303, form={"code": "000000"}),
    "GET /second-factor": Route("enrol", ALL),
    "POST /second-factor": Route("enrol", ALL, status=400, form={"code": "x"}),
    "POST /second-factor/codes": Route("staff", ALL, status=400, form={"code": "x"}),
    "POST /second-factor/remove": Route("staff", ALL, status=400, form={"code": "x"}),
    "GET /sign-ins": Route("staff", ALL),
    "POST /sign-ins/{sign_in_id:str}/end": Route("staff", frozenset({"jo"}), status=303),
    "POST /sign-ins/end-others": Route("staff", ALL, status=303),
    "GET /": Route("staff", ALL),
    "GET /practice": Route("staff", ALL),
    "POST /practice/coverage": Route("owner", OWNER, status=303),
    "POST /practice/contacts": Route("owner", OWNER, status=303, form={"person_id": "{robin}"}),
    "POST /practice/contacts/{contact_id:str}/first": Route("owner", OWNER, status=303),
    "POST /practice/contacts/{contact_id:str}/channels": Route(
        "owner", OWNER, status=303, form={"kind": "email", "address": "jo.sample@example.org"}
    ),
    "POST /practice/contacts/{contact_id:str}/test": Route("owner", OWNER, status=303),
    "POST /practice/channels/{channel_id:str}/remove": Route("owner", OWNER, status=303),
    "POST /practice/rules": Route(
        "owner",
        OWNER,
        status=303,
        form={"minutes_1": "60", "minutes_2": "15", "minutes_3": "5", "outside": "nobody"},
    ),
    "POST /practice/second-factor": Route("owner", OWNER, status=303, form={"needed": "no"}),
    "POST /practice/drill": Route("owner", OWNER, status=303),
    # A drill is for whom it was sent to: nobody else's, not even the owner's.
    "GET /drills/{drill_id:str}": Route("staff", frozenset({"jo"})),
    "POST /drills/{drill_id:str}/confirm": Route("staff", frozenset({"jo"}), status=303),
    "GET /incidents": Route("owner", OWNER),
    "GET /audit": Route("owner", OWNER),
    "GET /people": Route("owner", OWNER),
    "POST /people": Route("owner", OWNER, status=303, form={"login": "!"}),
    "POST /people/{person_id:str}/code": Route("owner", OWNER),
    "POST /people/{person_id:str}/close": Route("owner", OWNER, status=303),
    "POST /people/{person_id:str}/second-factor/remove": Route("owner", OWNER, status=303),
    "GET /welcome": Route("open", ALL),
    "POST /welcome": Route("open", ALL, status=400, form={"code": "x", "password": "x", "again": "y"}),
    "GET /clients/new": Route("therapist", THERAPISTS),
    "POST /clients/new": Route("therapist", THERAPISTS, status=303, form={"name": " ", "language": "en"}),
    "GET /clients/{client_id:str}": Route("therapist", OWN_THERAPIST),
    "POST /clients/{client_id:str}/invite": Route("therapist", OWN_THERAPIST),
    "POST /clients/{client_id:str}/measures/{measure:str}": Route(
        "therapist", OWN_THERAPIST, status=303, form={"weeks": "2"}
    ),
    "POST /clients/{client_id:str}/appointments": Route(
        "therapist", OWN_THERAPIST, status=303, form={"starts_at": "2020-01-01T10:00"}
    ),
    "POST /clients/{client_id:str}/appointments/{appointment_id:str}/remove": Route(
        "therapist", OWN_THERAPIST, status=303
    ),
    "GET /episodes/{episode_id:str}": Route("answers", ANSWERS_ADA),
    "POST /episodes/{episode_id:str}/open": Route("answers", ANSWERS_ADA, status=303, form={"reason": "on call"}),
    # Nobody has taken over: who may answer is led back to the alert, and the script hears that it is over.
    "GET /episodes/{episode_id:str}/live": Route("answers", ANSWERS_ADA, status=303),
    "GET /episodes/{episode_id:str}/live/messages": Route("answers", ANSWERS_ADA, status=409),
    "POST /episodes/{episode_id:str}/say": Route("answers", ANSWERS_ADA, status=303, form={"text": "hello"}),
    "POST /episodes/{episode_id:str}/hand-back": Route("answers", ANSWERS_ADA, status=303),
    "POST /episodes/{episode_id:str}/take-over": Route("answers", ANSWERS_ADA, status=303),
    "POST /episodes/{episode_id:str}/answer": Route(
        "answers", ANSWERS_ADA, status=303, form={"next_step": "calling_now"}
    ),
    "POST /episodes/{episode_id:str}/close": Route(
        "answers", ANSWERS_ADA, status=303, form={"outcome": "reached_and_safe"}
    ),
}


def test_every_route_of_the_running_door_has_its_line(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """No route without a line, no line without a route, and each declares the policy that is tested below."""
    made: list[Litestar] = []
    monkeypatch.setattr(portal_app, "with_headers", lambda app, _headers: made.append(app) or app)
    create_app(door.settings)
    running = {
        f"{method} {route.path}": str(door_of(handler))
        for route in made[0].routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }
    assert running == {name: route.policy for name, route in ROUTES.items()}


@pytest.fixture(scope="module")
def ids(door: Door) -> dict[str, str]:
    """Ada and her alert, Jo as a contact with a channel, a drill and a second sign-in."""
    with door.store.write() as tx:
        jo = next(contact for contact in contacts.contacts(tx) if contact.person_id == door.people.jo)
        drill = deliveries.plan(
            tx, episode_id=None, contact_id=jo.id, channel_id=jo.channels[0].id, kind="drill", due_at=doors.now(),
            notification_id=uuid.uuid4().hex, at=doors.now(),
        )  # fmt: skip
        spare_account = people.create_staff(
            tx, login="spare", display_name="Spare Sample", password_hash=doors.password_hash(), roles=("on_call",),
            email="spare@example.org", language="en", at=doors.now(),
        )  # fmt: skip
        appointment = appointments.add(
            tx, client_id=door.people.ada, starts_at=doors.now() + timedelta(days=3), at=doors.now()
        )
        sign_in = signing.create_sign_in(
            tx, person_id=door.people.jo, door="staff", device_id=None, token_hash="of another browser",
            expires_at=doors.now() + timedelta(hours=1), at=doors.now(),
        )  # fmt: skip
        spare = contacts.add_channel(tx, contact_id=jo.id, kind="email", address="spare@example.org", position=9)
    return {
        "client_id:str": door.people.ada,
        "episode_id:str": door.alert(door.people.ada),
        "contact_id:str": jo.id,
        "channel_id:str": spare,
        "drill_id:str": drill.id,
        "person_id:str": spare_account,
        "appointment_id:str": appointment,
        "measure:str": "phq9",
        "sign_in_id:str": sign_in,
    }


def ask(door: Door, name: str, login: str | None, ids: dict[str, str], **headers: str | None) -> tuple[int, str]:
    """The request of a line of the table by somebody (None: nobody); status, and where it leads."""
    method, _, path = name.partition(" ")
    for parameter, value in ids.items():
        path = path.replace(f"{{{parameter}}}", value)
    browser = door.browser(getattr(door.people, login) if login else None)
    form = {key: value.format(robin=door.people.robin) for key, value in ROUTES[name].form.items()}
    answer = browser.get(path, **headers) if method == "GET" else browser.post(path, form, **headers)
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.fault(44)
@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("name", ROUTES)
def test_a_route_lets_in_whom_it_should(door: Door, ids: dict[str, str], name: str, login: str) -> None:
    """The others, a therapist of somebody else's client among them, read 404: not even that it exists."""
    route = ROUTES[name]
    status, _ = ask(door, name, login, ids)
    assert status == (route.status if login in route.who else 404)


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.policy != "open"])
def test_without_a_sign_in_every_page_leads_to_it(door: Door, ids: dict[str, str], name: str) -> None:
    """A page comes back to itself after the sign-in, a form to the first page."""
    status, to = ask(door, name, None, ids)
    path = name.partition(" ")[2]
    for parameter, value in ids.items():
        path = path.replace(f"{{{parameter}}}", value)
    assert (status, to) == (303, f"/sign-in?next={path if name.startswith('GET') else '/'}")


@pytest.mark.fault(44)
@pytest.mark.parametrize("name", [name for name in ROUTES if "{" in name])
def test_what_is_not_there_reads_like_what_is_anothers(door: Door, name: str) -> None:
    """An id that nobody has is the same 404 for everybody."""
    kinds = re.findall(r"{(\w+:str)}", name)
    nowhere = {kind: uuid.uuid4().hex for kind in kinds}
    assert {ask(door, name, login, nowhere)[0] for login in LOGINS} == {404}


@pytest.mark.fault(43)
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None, "http://localhost:8000"])
@pytest.mark.parametrize("name", [name for name in ROUTES if name.startswith("POST")])
def test_a_form_from_elsewhere_is_refused(door: Door, ids: dict[str, str], name: str, origin: str | None) -> None:
    """Signed in or not, from any other origin or from none: 403 (CSRF), sign-in included."""
    for login in ("wren", None):
        assert ask(door, name, login, ids, origin=origin)[0] == 403


def test_another_door_s_cookie_opens_nothing(door: Door) -> None:
    """A client's token, put into the staff's cookie, is nobody's; so is an ended and a guessed one."""
    browser = door.browser()
    for token in (doors.sign_in(door.store, door.people.ada, "client"), "guessed", "é"):
        answer = browser.http.get("/", headers=[(b"cookie", f"__Host-interlude-staff={token}".encode())])
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


@pytest.mark.parametrize("path", ["/nowhere", "/episodes", "/clients/", "/static/x.css", "/static/../app.py"])
def test_unknown_pages_say_nothing(door: Door, path: str) -> None:
    """The same plain page for everybody, sign-in or not."""
    pages = {door.browser(person).get(path).text for person in (None, door.people.sam)}
    assert len(pages) == 1
    assert door.browser().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/nowhere", "/static/portal.css", "/audit"])
def test_every_answer_carries_the_headers(door: Door, path: str) -> None:
    """No frame, no inline code, no sniffing, no cache for what is private; refusals as well."""
    headers = door.browser(door.people.sam).get(path).headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")
