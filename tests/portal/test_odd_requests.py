"""Whatever is asked of whichever page of the staff's, the answer is never a fault of ours (row 34)."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from tests.portal.conftest import Door
from tests.portal.test_routes import ROUTES, ids

ODD_IDS = ["x", "0" * 32, "%00", "é", "../..", "a" * 500, "'; --", "\ud83d\ude00", "%2e%2e%2f", "{}"]
ODD_VALUES = [
    "",
    "\x00",
    "x" * 5_000,
    "<script>",
    "-1",
    "99999999999999999999",
    "é\ufffe",
    "24:60",
    "' OR 1=1",
    "\u0661",
]
ODD_BODIES = [b"", b"%", b"=", b"&&&", b"\xff\xfe", b"{}", b"a" * 50_000, b"next_step=calling_now&next_step=pass_on"]
ODD_QUERIES = [
    "notice=%00",
    "saved=x",
    "fault=<b>",
    "after=99999999999999999999",
    "after=-1",
    "a=b&a=c",
    "%",
    "next=%0a",
]
SIGNS_OUT = "POST /sign-out"
# Each try costs a full comparison; its odd forms are in test_sign_in.py.
SLOW = "POST /sign-in"

__all__ = ["ids"]


def path_of(name: str, value: str) -> str:
    """A route's path with an odd id in it."""
    path = name.partition(" ")[2]
    while "{" in path:
        path = path[: path.index("{")] + quote(value, safe="%", errors="surrogatepass") + path[path.index("}") + 1 :]
    return path


@pytest.mark.fault(34)
@pytest.mark.parametrize("name", [name for name in ROUTES if name.startswith("POST") and name not in (SIGNS_OUT, SLOW)])
def test_an_odd_form_is_no_fault_of_ours(door: Door, ids: dict[str, str], name: str) -> None:
    """Each field with each odd value, and bodies that are no form, on what exists and on what does not."""
    form = ROUTES[name].form or {"text": "x"}
    real = name.partition(" ")[2]
    for parameter, value in ids.items():
        real = real.replace(f"{{{parameter}}}", value)
    browser = door.browser(door.people.sam)
    browser.http.headers["content-type"] = "application/x-www-form-urlencoded"
    bodies = [urlencode({**form, field: value}).encode() for field in form for value in ODD_VALUES] + ODD_BODIES
    for number, body in enumerate(bodies):
        for path in (real, path_of(name, "x")):
            headers = browser.headers(x_forwarded_for=f"203.0.113.{number}")
            assert browser.http.post(path, content=body, headers=headers).status_code < 500, body[:80]


@pytest.mark.fault(34)
@pytest.mark.parametrize("name", [name for name in ROUTES if name not in (SIGNS_OUT, SLOW)])
def test_an_odd_path_or_query_is_no_fault_of_ours(door: Door, ids: dict[str, str], name: str) -> None:
    """Ids that are none, numbers beyond every range, queries of no shape."""
    method, _, real = name.partition(" ")
    for parameter, value in ids.items():
        real = real.replace(f"{{{parameter}}}", value)
    browser = door.browser(door.people.sam)
    asked = [path_of(name, value) for value in (ODD_IDS if "{" in name else ["x"])]
    asked += [f"{real}?{query}" for query in ODD_QUERIES]
    for path in asked:
        answer = browser.get(path) if method == "GET" else browser.post(path, ROUTES[name].form)
        assert answer.status_code < 500, path
