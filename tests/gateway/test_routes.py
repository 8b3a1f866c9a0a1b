"""Who may ask for what: every route of the door, as every kind of visitor, from our own page and from others (row 44).

The table is made of the routes of the application that runs. A route without a line here fails, so that nobody adds a
page without saying who may see it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from bot.gateway import app as gateway_app
from bot.gateway.app import create_app
from bot.web.policy import door_of
from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device
from tests.gateway.stories import shared_summary, summary_of

NOBODY, JOINED, CONSENTED = "nobody", "joined", "consented"
# What each policy answers each visitor who comes from our own page: None is "let in".
ANSWERS: dict[str, dict[str, tuple[int, str] | None]] = {
    "open": {NOBODY: None, JOINED: None, CONSENTED: None},
    "joined": {NOBODY: (401, "not_signed_in"), JOINED: None, CONSENTED: None},
    "consented": {NOBODY: (401, "not_signed_in"), JOINED: (403, "consent_needed"), CONSENTED: None},
}


@dataclass(frozen=True)
class Route:
    """One route: its policy, a request that fits it, and what it answers somebody who is let in."""

    policy: str
    body: Any = None
    status: int = 200
    # Filled into the path: ids of the client's own things.
    own: dict[str, str] = field(default_factory=dict)


ROUTES = {
    "GET /": Route("open"),
    "GET /join": Route("open"),
    "GET /chat": Route("open"),
    "GET /widget.js": Route("open"),
    "GET /sw.js": Route("open"),
    "GET /static/{name:path}": Route("open", own={"name:path": "app.js"}),
    "GET /healthz": Route("open"),
    "GET /schema": Route("open"),
    "GET /schema/openapi.json": Route("open"),
    "GET /schema/{path:str}": Route("open", own={"path:str": "nowhere"}, status=404),
    "GET /api/open": Route("open"),
    "POST /api/join": Route("open", body={"code": "AAAA-AAAA-AAAA-AAAA"}, status=404),
    "POST /api/help": Route("open"),
    "POST /api/sign-out": Route("open"),
    "GET /api/me": Route("joined"),
    "GET /api/consent": Route("joined"),
    "POST /api/consent": Route("joined", body={"version": "old", "purposes": {}}, status=409),
    "POST /api/settings": Route("joined", body={"language": "en"}),
    "GET /api/data": Route("joined"),
    "GET /api/export": Route("joined"),
    "POST /api/erase": Route("joined", body={"kind": "message", "id": uuid.uuid4().hex}, status=404),
    "POST /api/messages": Route("consented", body={"id": "", "text": "hello"}),
    "GET /api/events": Route("consented"),
    "GET /api/history": Route("consented"),
    "POST /api/not-meant": Route("consented", body={"episode_id": uuid.uuid4().hex}, status=404),
    "GET /api/summaries": Route("consented"),
    "GET /api/summaries/{summary_id:str}": Route("consented", own={"summary_id:str": "summary"}),
    "POST /api/summaries/{summary_id:str}/share": Route("consented", own={"summary_id:str": "summary"}),
    "POST /api/summaries/{summary_id:str}/unshare": Route("consented", own={"summary_id:str": "summary"}),
}


def running_routes(door: Door, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """`GET /api/open` -> policy, of the application as it is made for the port."""
    made: list[Litestar] = []
    monkeypatch.setattr(gateway_app, "with_headers", lambda app, _headers: made.append(app) or app)
    create_app(door.settings)
    return {
        f"{method} {route.path}": str(door_of(handler))
        for route in made[0].routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }


def test_every_route_of_the_running_door_has_its_line(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """No route without a line, no line without a route, and each declares the policy that is tested below."""
    assert running_routes(door, monkeypatch) == {name: route.policy for name, route in ROUTES.items()}


@pytest.fixture(scope="module")
def visitors(door: Door) -> dict[str, Device]:
    """Somebody without a sign-in, a client before consent, and one who agreed."""
    return {
        NOBODY: door.device(),
        JOINED: door.device(door.people.bo, consents=False),
        CONSENTED: door.device(door.people.ada),
    }


@pytest.fixture(scope="module")
def ids(door: Door, visitors: dict[str, Device]) -> dict[str, str]:
    """A summary of Ada's, whom the consented visitor is."""
    visitors[CONSENTED].consents(share_summaries=True)
    return {"summary": summary_of(door.store, door.people.ada, ["a line"])}


def ask(name: str, visitor: Device, ids: dict[str, str], **headers: str | None) -> tuple[int, Any]:
    """The request of a line of the table; status, and the error's code if there is one."""
    route = ROUTES[name]
    method, _, path = name.partition(" ")
    for parameter, value in route.own.items():
        path = path.replace(f"{{{parameter}}}", ids.get(value, value))
    body = {**route.body, "id": uuid.uuid4().hex} if name == "POST /api/messages" else route.body
    sent = visitor.headers(**({"origin": None, **headers} if method == "GET" else headers))
    with visitor.http.stream(method, path, headers=sent, json=(body or {}) if method == "POST" else None) as answer:
        if answer.status_code < 400 or not answer.headers["content-type"].startswith("application/json"):
            return answer.status_code, None
        answer.read()
        return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("visitor", [NOBODY, JOINED, CONSENTED])
@pytest.mark.parametrize("name", ROUTES)
def test_a_route_answers_each_visitor_as_its_policy_says(
    door: Door, visitors: dict[str, Device], ids: dict[str, str], name: str, visitor: str
) -> None:
    """401 without a sign-in, 403 before consent, and otherwise what the route itself says."""
    route = ROUTES[name]
    refused = ANSWERS[route.policy][visitor]
    device = visitors[visitor]
    if name == "POST /api/sign-out" and visitor != NOBODY:
        # It ends the visitor whom the other lines need.
        device = door.device(doors.enrol(door.store, door.people.wren), consents=visitor == CONSENTED)
    status, code = ask(name, device, ids)
    if refused is not None:
        assert (status, code) == refused
    else:
        assert status == route.status


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://practice.example"},
        {"origin": "null"},
        {"origin": None},
        {"x_interlude": None},
        {"x_interlude": "0"},
    ],
    ids=["a site that shows the chat", "null", "no origin", "no header of ours", "another header"],
)
@pytest.mark.parametrize("name", [name for name in ROUTES if name.startswith("POST")])
def test_what_changes_something_is_refused_from_elsewhere(
    visitors: dict[str, Device], ids: dict[str, str], name: str, headers: dict[str, str | None]
) -> None:
    """Not even a site that may show the chat in a frame can post as the client, sign-in or not."""
    assert ask(name, visitors[CONSENTED], ids, **headers) == (403, "refused")


@pytest.mark.fault(43)
@pytest.mark.parametrize("headers", [{"origin": "https://practice.example"}, {"sec_fetch_site": "cross-site"}])
@pytest.mark.parametrize(
    "name", [name for name, route in ROUTES.items() if name.startswith("GET") and route.policy != "open"]
)
def test_what_is_the_clients_is_not_read_from_elsewhere(
    visitors: dict[str, Device], ids: dict[str, str], name: str, headers: dict[str, str]
) -> None:
    """The event stream and every page of the client's refuse another site, whatever the cookie."""
    assert ask(name, visitors[CONSENTED], ids, **headers) == (403, "refused")


@pytest.mark.fault(44)
@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.own.get("summary_id:str")])
def test_another_clients_things_are_not_there(door: Door, ids: dict[str, str], name: str) -> None:
    """Bo asks for Ada's summary by its id: 404, exactly as for an id that nobody has."""
    bo = door.device(door.people.bo)
    bo.consents(share_summaries=True)
    assert ask(name, bo, ids) == (404, "not_found")
    assert ask(name, bo, {"summary": uuid.uuid4().hex}) == (404, "not_found")


@pytest.mark.fault(44)
def test_another_clients_alert_cannot_be_objected_to(door: Door) -> None:
    """ "Not what I meant" reaches the own alert only; another's reads 404 and stays as it is."""
    ada, bo = door.device(door.people.ada), door.device(door.people.bo)
    ada.sends("I want to kill myself tonight")
    episode_id = ada.get("/api/history").json()["card"]["episode_id"]
    assert bo.post("/api/not-meant", {"episode_id": episode_id}).status_code == 404
    assert ada.post("/api/not-meant", {"episode_id": episode_id}).json() == {"ok": True}


@pytest.mark.fault(44)
@pytest.mark.parametrize("token", ["", "x", "A" * 43, "__Host-interlude-client=", "é" * 20])
def test_a_cookie_that_is_no_sign_in_opens_nothing(door: Door, token: str) -> None:
    """Guessed, empty and odd cookies are nobody."""
    device = door.device()
    header = f"__Host-interlude-client={token}".encode()
    answer = device.http.get("/api/me", headers=[(b"cookie", header)])
    assert answer.status_code == 401


def test_what_does_not_exist_says_nothing(door: Door) -> None:
    """Unknown paths and methods are refused in the door's own words, without the path."""
    device = door.device()
    for path in ("/nowhere", "/api/nowhere", "/static/nowhere.js", "/static/../app.py", "/api/summaries/x/y"):
        answer = device.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": {"code": "not_found"}})
    answer = device.http.put("/api/messages", headers=device.headers())
    assert (answer.status_code, answer.json()) == (405, {"error": {"code": "method"}})


def test_sharing_needs_its_own_consent(door: Door) -> None:
    """A client who did not agree to share cannot by accident."""
    bo = door.device(door.people.bo)
    summary_id = summary_of(door.store, door.people.bo, ["a line"])
    bo.consents(share_summaries=False)
    answer = bo.post(f"/api/summaries/{summary_id}/share", {})
    assert (answer.status_code, answer.json()) == (403, {"error": {"code": "consent_needed"}})
    assert shared_summary(door.store, door.people.bo) == []
