"""What cannot be read as JSON at all is the sender's mistake (row 35)."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar, post
from litestar.testing import TestClient

from bot.web.bodies import CarefulRequest


@post("/echo", status_code=200)
async def echo(data: dict[str, Any]) -> dict[str, Any]:
    """Gives back what came."""
    return data


@pytest.mark.fault(35)
@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b'{"a": "\xff"}', b"{", b"[]"])
def test_a_body_that_cannot_be_read_is_400(raw: bytes) -> None:
    """Depth beyond the parser, bytes that are no text, half an object, no object."""
    with TestClient(Litestar([echo], request_class=CarefulRequest, logging_config=None)) as client:
        assert client.post("/echo", content=raw).status_code == 400
        assert client.post("/echo", content=b'{"a": [1]}').json() == {"a": [1]}
