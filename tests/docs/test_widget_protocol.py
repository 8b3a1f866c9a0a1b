"""docs/widget-protocol.md names every route, error, event and state of the gateway, and none that is not there."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import bot.gateway
from bot.gateway import errors

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/widget-protocol.md").read_text("utf-8")
GATEWAY = ROOT / "bot/gateway"


def routes() -> dict[str, str]:
    """`GET /api/open` -> its policy, for every handler of the door."""
    found = {}
    rooms = [importlib.import_module(f"bot.gateway.{room.name}") for room in pkgutil.iter_modules(bot.gateway.__path__)]
    for handler in [handler for room in rooms for handler in getattr(room, "HANDLERS", ())]:
        for path in handler.paths:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                found[f"{method} {re.sub(r':[a-z]+}', '}', path)}"] = handler.opt["door"]
    return found


def documented() -> dict[str, str]:
    """The routes that the page names with their policy; those of pages and files are open without saying so."""
    found = dict.fromkeys(re.findall(r"^\| `(GET [^`]+)` \|", PAGE, re.MULTILINE), "open")
    for route, policy in re.findall(r"^`((?:GET|POST) [^`?]+)[^`]*` \((\w+)\)", PAGE, re.MULTILINE):
        found[route] = policy
    return found


def test_every_route_is_documented_with_its_policy() -> None:
    """No route without a word about it, no word about a route that is gone."""
    assert documented() == routes()


def test_every_error_code_is_documented_with_its_status() -> None:
    """The table of errors is what the gateway's code can give."""
    given = {(str(status), code) for status, code in errors._CODES.items()} | {("500", "fault")}
    for path in GATEWAY.glob("*.py"):
        for status, code in re.findall(r"Refused\(\s*HTTP_(\d+)_\w+, \"(\w+)\"", path.read_text("utf-8")):
            given.add((status, code))
    assert set(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", PAGE, re.MULTILINE)) == given


def test_every_type_of_line_and_event_is_documented() -> None:
    """What the widget is told over a message's answer and over the stream."""
    source = "".join((GATEWAY / name).read_text("utf-8") for name in ("receiving.py", "talking.py", "views.py"))
    given = set(re.findall(r"\"type\": \"(\w+)\"", source))
    assert given == set(re.findall(r"\"type\": \"(\w+)\"", PAGE))


def test_every_state_of_the_card_is_documented() -> None:
    """The states that the safety card takes, from the first one to the end of an alert."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "bot/handoff").glob("*.py"))
    states = re.findall(r"^\| `(\w+)` \| (?:seen|could|stored|a |nobody|no |ended|\")", PAGE, re.MULTILINE)
    assert len(states) == 10
    assert [state for state in states if f'"{state}"' not in source] == []


def test_the_fields_of_the_shapes_are_documented() -> None:
    """A message, a summary and a card have the fields that the page lists."""
    views = (GATEWAY / "views.py").read_text("utf-8")
    card = (ROOT / "bot/handoff/card.py").read_text("utf-8")
    for name, source, start in (
        ("MESSAGE", views, "def message_json"),
        ("SUMMARY", views, "def summary_json"),
        ("CARD", card, "def card_json"),
    ):
        body = source[source.index(start) :].split("return {", 1)[1].split("\n    }", 1)[0]
        fields = re.findall(r"^        \"(\w+)\":", body, re.MULTILINE)
        listed = re.search(rf"\*\*{name}\*\* `\{{(.*?)\}}`", PAGE, re.DOTALL)
        assert listed, name
        assert re.findall(r"\"(\w+)\"", listed[1]) == fields
