"""The fictional practice's home page: another origin, a strict policy of its own, one script tag."""

from __future__ import annotations

import re

from litestar.testing import TestClient

from bot.demo.site import create_app
from bot.settings import Settings

GATEWAY = "http://localhost:8123"


def test_the_page_takes_the_chat_in_by_one_tag() -> None:
    """From the gateway's address as it is set, and nothing else from there."""
    with TestClient(create_app(Settings(public_url_client=GATEWAY))) as client:
        page = client.get("/").text
    assert re.findall(r"<script[^>]*>", page) == [f'<script src="{GATEWAY}/widget.js" async data-language="en">']
    assert "This practice does not exist." in page


def test_its_policy_allows_the_gateway_and_nobody_else() -> None:
    """What a practice with a strict policy adds for the chat: script and frame of one origin."""
    with TestClient(create_app(Settings(public_url_client=GATEWAY))) as client:
        policy = dict(part.split(" ", 1) for part in client.get("/").headers["content-security-policy"].split("; "))
    assert (policy["script-src"], policy["frame-src"]) == (GATEWAY, GATEWAY)
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")


def test_it_is_well_and_serves_its_style() -> None:
    """Health as every part has it; what is not there is not."""
    with TestClient(create_app(Settings())) as client:
        assert client.get("/healthz").json() == {"status": "ok", "parts": {}}
        assert client.get("/site.css").headers["content-type"].startswith("text/css")
        assert client.get("/home.html").status_code == 404


def test_an_odd_address_is_text() -> None:
    """A value of the settings is no markup."""
    with TestClient(create_app(Settings(public_url_client='http://x"><b>'))) as client:
        assert '"><b>' not in client.get("/").text
