"""Whatever is asked of whichever route, the answer is never a fault of ours (rows 34, 35)."""

from __future__ import annotations

import json
import uuid
from urllib.parse import quote

import pytest

from tests import doors
from tests.gateway.conftest import Door
from tests.gateway.device import Device
from tests.gateway.test_routes import ROUTES

ODD_IDS = ["x", "0" * 32, "%00", "é", "../..", "a" * 500, "'; --", "\ud83d\ude00", "%2e%2e%2f", "{}", "null"]
ODD_VALUES = [
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    "",
    "\x00",
    "x" * 1_000,
    [],
    [[]],
    {},
    {"a": {"a": {}}},
    "\ufffe",
    "' OR 1=1",
]
ODD_QUERIES = [
    "after=99999999999999999999", "before=-1", "before=99999999999999999999", "limit=1e3", "language=%00",
    "language=..", "a=b&a=c", "=", "%", "after[]=1", "x=" + "y" * 2_000, "after=%EF%BC%91",
]  # fmt: skip


@pytest.fixture
def ada(door: Door) -> Device:
    """A client who has agreed to everything; a new one each time, because some requests end a sign-in."""
    device = door.device(doors.enrol(door.store, door.people.wren))
    device.consents(share_summaries=True)
    return device


def path_of(name: str, value: str) -> str:
    """A route's path with an odd id in it."""
    path = name.partition(" ")[2]
    for parameter in ROUTES[name].own:
        path = path.replace(f"{{{parameter}}}", quote(value, safe="%", errors="surrogatepass"))
    return path


@pytest.mark.fault(35)
@pytest.mark.parametrize("name", [name for name in ROUTES if name.startswith("POST")])
def test_an_odd_body_is_no_fault_of_ours(ada: Device, name: str) -> None:
    """Each field with each odd value, bodies of another shape, other media types, none at all."""
    route, heard = ROUTES[name], set()
    fields = {"id": uuid.uuid4().hex, **(route.body or {"remove": []})}
    bodies = [json.dumps({**fields, field: value}).encode() for field in fields for value in ODD_VALUES]
    bodies += [json.dumps(value).encode() for value in ODD_VALUES] + [b"", b"{", b"\xff", b"a=b", b"\x00", b"[" * 5_000]
    for body in bodies:
        answer = ada.http.post(path_of(name, "x"), content=body, headers=ada.headers(content_type="application/json"))
        assert answer.status_code < 500, body[:80]
        heard.add(answer.status_code)
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""):
        answer = ada.http.post(path_of(name, "x"), content=b"{}", headers=ada.headers(content_type=media_type))
        assert answer.status_code < 500, media_type
    assert route.policy == "open" or heard != {401}


@pytest.mark.fault(34)
@pytest.mark.parametrize("name", [name for name in ROUTES if name != "GET /api/events"])
def test_an_odd_path_or_query_is_no_fault_of_ours(ada: Device, name: str) -> None:
    """Ids that are none, numbers beyond every range, queries of no shape."""
    method = name.partition(" ")[0]
    ids = ODD_IDS if ROUTES[name].own else ["x"]
    asked = [path_of(name, value) for value in ids] + [f"{path_of(name, 'x')}?{query}" for query in ODD_QUERIES]
    for path in asked:
        answer = ada.http.request(method, path, headers=ada.headers(), content=b"{}" if method == "POST" else None)
        assert answer.status_code < 500, path


def test_an_odd_cookie_or_header_is_no_fault_of_ours(door: Door) -> None:
    """Cookies that cannot be parsed, languages that there are not, a host that is not ours."""
    device = door.device()
    for header in (
        {"cookie": "=;;==; __Host-interlude-client"},
        {"cookie": "__Host-interlude-client=" + "x" * 8_000},
        {"accept-language": "," * 500},
        {"accept-language": "\x7f;q=x"},
        {"host": "evil.example"},
        {"origin": "\x7f"},
        {"sec-fetch-site": "x"},
        {"last-event-id": "x" * 4_000},
        {"accept": "text/html"},
    ):
        for path in ("/", "/api/open", "/api/me", "/healthz"):
            assert device.http.get(path, headers=header).status_code < 500, header
