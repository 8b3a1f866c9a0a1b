"""Pages, files, health and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.gateway.app import POLICIES, create_app
from bot.records import heartbeats
from bot.web.headers import BASE
from tests import doors
from tests.gateway.conftest import Door, serve

PATHS = [
    "/",
    "/join",
    "/chat",
    "/widget.js",
    "/sw.js",
    "/healthz",
    "/api/open",
    "/api/me",
    "/nowhere",
    "/schema/openapi.json",
]


def frame_ancestors(policy: str) -> str:
    """Who may show the page in a frame."""
    found = re.search(r"frame-ancestors ([^;]*)$", policy)
    assert found, policy
    return found[1]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(door: Door, path: str) -> None:
    """Refusals and errors as well: no sniffing, no referrer, no inline code, nothing from elsewhere."""
    headers = door.device().get(path).headers
    assert {name: headers[name] for name in BASE} == BASE
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "server" not in headers


@pytest.mark.parametrize("path", [path for path in [*PATHS, "/chat/", "//chat", "/chat/x", "/CHAT"] if path != "/chat"])
def test_no_page_but_the_chat_can_be_framed(door: Door, path: str) -> None:
    """Neither by the practice's own sites nor by anybody."""
    headers = door.device().get(path).headers
    assert frame_ancestors(headers["content-security-policy"]) == "'none'"
    assert headers["x-frame-options"] == "DENY"


def test_the_chat_is_framed_by_the_declared_sites_alone(door: Door) -> None:
    """Exactly WIDGET_ORIGINS, besides the door itself."""
    headers = door.device().get("/chat").headers
    assert frame_ancestors(headers["content-security-policy"]) == (
        "'self' https://practice.example https://other.example"
    )
    assert "x-frame-options" not in headers


def test_what_is_private_is_kept_in_no_cache(door: Door) -> None:
    """Answers of the API, refused ones included, and the framed page."""
    ada = door.device(door.people.ada)
    for path in ("/api/me", "/api/history", "/api/open", "/api/nowhere", "/chat"):
        assert ada.get(path).headers["cache-control"] == "no-store"


def test_files_are_cached_under_names_that_change_with_them(door: Door) -> None:
    """What the page asks for is there, with its type, for a year."""
    page = door.device().get("/").text
    files = set(re.findall(r"/static/[^\"']+\.\w+", page))
    assert len(files) > 10
    for path in files:
        answer = door.device().get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].split(";")[0] in ("text/javascript", "text/css", "image/svg+xml")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/x/../../app.py"]
)
def test_no_file_outside_the_folder_is_served(door: Door, path: str) -> None:
    """Whatever the path says."""
    assert door.device().http.request("GET", door.url + path).status_code == 404


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("?language=es", "", "es"),
        ("", "es-MX,es;q=0.9", "es"),
        ("?language=xx", "fr", "en"),
        ("", "fr,es;q=0.5", "es"),
    ],
)
def test_the_page_is_in_the_visitors_language(door: Door, query: str, header: str, language: str) -> None:
    """What is asked for, what the browser prefers, else the practice's first; crisis lines on it without any script."""
    page = door.device().get(f"/{query}", accept_language=header).text
    assert f'<html lang="{language}"' in page
    assert 'href="tel:988"' in page


def test_the_launcher_has_its_words_and_crisis_lines(door: Door) -> None:
    """Any site may load it, and it works before the frame does."""
    answer = door.device().get("/widget.js")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "/* DATA */" not in answer.text
    assert '"number":"988"' in answer.text
    assert '"es":{"title"' in answer.text


def test_the_service_worker_has_its_files(door: Door) -> None:
    """At the root, because its scope is the whole door."""
    text = door.device().get("/sw.js").text
    assert "__VERSION__" not in text
    assert '["__FILES__"]' not in text


def test_health_names_each_part(door: Door) -> None:
    """200 as long as the door itself works, degraded while a part is silent."""
    with door.store.write() as tx:
        heartbeats.beat(tx, "worker", doors.now())
    answer = door.device().get("/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "degraded", "parts": {"records": "ok", "worker": "ok", "engine": "silent", "actions": "silent"}},
    )


def test_the_schema_names_the_routes_of_the_widget_and_no_page(door: Door) -> None:
    """For a practice that writes its own client."""
    paths = door.device().get("/schema/openapi.json").json()["paths"]
    assert {"/api/messages", "/api/events", "/api/join"} <= set(paths)
    assert not {"/", "/chat", "/healthz"} & set(paths)


@pytest.fixture(scope="module")
def closed_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door whose records are torn away under it."""
    yield from serve(doors.settings_in(tmp_path_factory.mktemp("gateway")))


def test_when_the_records_are_gone_the_door_says_so_and_help_is_there(
    closed_store: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file: 503 with words for it, never 500; page, launcher and help card work; the card says the truth."""
    ada = closed_store.device(closed_store.people.ada)
    monkeypatch.setattr("bot.gateway.identity.FRESH_FOR", doors.timedelta(0))
    fresh = closed_store.device()
    fresh.cookie = "__Host-interlude-client=never-seen-before"
    path = closed_store.settings.root / "var" / "records.db"
    for name in ("records.db-wal", "records.db"):
        with path.with_name(name).open("r+b") as file:
            size = file.seek(0, 2)
            file.seek(0)
            file.write(b"\xff" * size)
    for path_ in ("/api/history", "/api/summaries"):
        answer = ada.get(path_)
        assert (answer.status_code, answer.json()) == (503, {"error": {"code": "store_silent"}})
    assert fresh.get("/api/me").status_code == 503
    assert ada.post("/api/help").json()["state"] == "help"
    assert 'href="tel:988"' in ada.get("/").text
    assert ada.get("/healthz").json()["parts"]["records"] == "silent"
    for device in (ada, fresh):
        steps = device.sends("I want to kill myself tonight")
        assert [step["type"] for step in steps] == ["card", "not_stored"]
        assert steps[1]["card"]["state"] == "not_stored"


def test_policies_are_the_three_of_the_protocol(door: Door) -> None:
    """And an application with another one does not start (see tests/web/test_policy.py)."""
    assert POLICIES == ("open", "joined", "consented")
    assert create_app(door.settings) is not None
