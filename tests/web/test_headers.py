"""Headers are on every answer, whatever made it, and a handler's own wins."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar, Response, get
from litestar.testing import TestClient

from bot.web.headers import BASE, content_security_policy, with_headers


@get("/plain")
async def plain() -> str:
    """An ordinary answer."""
    return "x"


@get("/own")
async def own() -> Response[str]:
    """An answer with a policy of its own."""
    return Response("x", headers={"Referrer-Policy": "same-origin"})


@get("/fails")
async def fails() -> str:
    """A fault."""
    raise RuntimeError("canary")


def headers_for(path: str) -> dict[str, str]:
    """One more for one path."""
    return {"x-of": path} if path == "/plain" else {}


@pytest.fixture
def client() -> TestClient[Any]:
    """The application in its wrapper."""
    app = Litestar([plain, own, fails], openapi_config=None, logging_config=None)
    return TestClient(with_headers(app, headers_for), raise_server_exceptions=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/plain", "/fails", "/nowhere"])
def test_every_answer_has_the_base_headers(client: TestClient[Any], path: str) -> None:
    """A fault and a refusal as well."""
    headers = client.get(path).headers
    assert {name: headers[name] for name in BASE} == BASE


def test_a_handlers_own_header_wins(client: TestClient[Any]) -> None:
    """However it is capitalised, and it is there once."""
    assert client.get("/own").headers.get_list("referrer-policy") == ["same-origin"]


def test_headers_may_depend_on_the_path(client: TestClient[Any]) -> None:
    """One page more, others not."""
    assert client.get("/plain").headers["x-of"] == "/plain"
    assert "x-of" not in client.get("/own").headers


def test_the_policy_allows_nothing_inline_and_nobody_to_frame() -> None:
    """Unless somebody is named."""
    alone = content_security_policy()
    assert alone.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in alone
    assert alone.endswith("frame-ancestors 'none'")
    assert content_security_policy(frame_ancestors="'self' https://a.example").endswith(
        "frame-ancestors 'self' https://a.example"
    )
