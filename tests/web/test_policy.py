"""Default deny: a route without a policy keeps an application from starting; foreign requests are refused."""

from __future__ import annotations

import pytest
from litestar import Litestar, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException

from bot.web.policy import UndeclaredRoute, check_origin, door_of, origin_of, require_policies

OWN = "http://localhost:8000"


@get("/a", opt={"door": "open"})
async def declared() -> str:
    """A route with a policy."""
    return "a"


@get("/b")
async def undeclared() -> str:
    """A route without one."""
    return "b"


@post("/c", opt={"door": "everybody"})
async def unknown() -> str:
    """A route with a policy that does not exist."""
    return "c"


def _request(**headers: str) -> ASGIConnection:  # type: ignore[type-arg]
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return ASGIConnection({"type": "http", "headers": raw})  # type: ignore[typeddict-item,arg-type]


def test_require_policies_passes_when_each_route_declares_one() -> None:
    """A declared route is no obstacle."""
    app = Litestar([declared], openapi_config=None)
    require_policies(app, allowed=["open"])
    assert door_of(declared) == "open"


@pytest.mark.parametrize(("handler", "path", "door"), [(undeclared, "/b", None), (unknown, "/c", "everybody")])
def test_require_policies_refuses_when_one_is_missing_or_unknown(handler: object, path: str, door: str | None) -> None:
    """The error names the route, what it declares, and what there is to choose from."""
    app = Litestar([declared, handler], openapi_config=None)  # type: ignore[list-item]
    said = rf"^route {path} \(.*\) declares door={door!r}; choose one of \['open'\]$"
    with pytest.raises(UndeclaredRoute, match=said):
        require_policies(app, allowed=["open"])


@pytest.mark.parametrize(
    ("headers", "needed"),
    [
        ({"origin": OWN}, True),
        ({"origin": OWN}, False),
        ({}, False),
        ({"sec_fetch_site": "same-origin"}, False),
    ],
)
def test_check_origin_passes_when_the_request_is_ours(headers: dict[str, str], needed: bool) -> None:
    """Our own page, or a plain same-origin GET that carries no Origin."""
    assert check_origin(_request(**headers), own=OWN, needed=needed) is None


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    ("headers", "needed"),
    [
        ({"origin": "http://localhost:8002"}, True),
        ({"origin": "http://localhost:8002"}, False),
        ({"origin": "null"}, True),
        ({}, True),
        ({"sec_fetch_site": "cross-site"}, False),
    ],
)
def test_check_origin_refuses_when_another_site_asks(headers: dict[str, str], needed: bool) -> None:
    """Another origin, no origin on a change, or a cross-site fetch."""
    with pytest.raises(PermissionDeniedException):
        check_origin(_request(**headers), own=OWN, needed=needed)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://chat.example.org:8443/x?y", "https://chat.example.org:8443"),
        ("https://Chat.Example.org:443", "https://chat.example.org"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://user:secret@chat.example.org/", "https://chat.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_origin_of_writes_an_address_as_browsers_do(url: str, origin: str) -> None:
    """Without path, user, capitals, or the port that is usual: else every request of our own page would be foreign."""
    assert origin_of(url) == origin
