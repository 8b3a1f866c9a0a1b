"""A client without a browser: the widget's protocol by hand, for what need not be seen."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

from tests.stack import Stack


class Wire:
    """One device at the client's door."""

    def __init__(self, stack: Stack, *, timeout_s: float = 20.0) -> None:
        self._http = httpx.Client(
            base_url=stack.url("gateway"),
            timeout=timeout_s,
            trust_env=False,
            headers={"X-Interlude": "1", "Origin": stack.client_url},
        )

    def comes_in(self, invite_url: str) -> None:
        """Joins by an invite and agrees to what is required."""
        code = invite_url.rpartition("#")[2]
        joined = self._http.post("/api/join", json={"code": code, "device": "test"}).raise_for_status()
        # The cookie is for https and localhost; the client library knows only the first of these.
        self._http.headers["Cookie"] = joined.headers["set-cookie"].partition(";")[0]
        version = self._http.get("/api/consent").raise_for_status().json()["version"]
        purposes = {"keep_entries": True, "crisis_events": True}
        self._http.post("/api/consent", json={"version": version, "purposes": purposes}).raise_for_status()

    def sends(self, text: str, *, message_id: str | None = None) -> list[dict[str, Any]]:
        """Sends a message; what the gateway says to it, in order."""
        body = {"id": message_id or uuid.uuid4().hex, "text": text}
        answer = self._http.post("/api/messages", json=body).raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    def history(self) -> list[dict[str, Any]]:
        """The newest messages, oldest first."""
        messages: list[dict[str, Any]] = self._http.get("/api/history").raise_for_status().json()["messages"]
        return messages

    @contextlib.contextmanager
    def streams(self, *, after: int) -> Iterator[Iterator[int]]:
        """The ids of the conversation's events after one, as the stream gives them, for as long as it lives."""
        with self._http.stream("GET", "/api/events", headers={"Last-Event-ID": str(after)}) as answer:
            answer.raise_for_status()
            yield (int(line[3:]) for line in answer.iter_lines() if line.startswith("id:"))

    def event_ids(self) -> list[int]:
        """The ids of all events so far."""
        last = int(self._http.get("/api/me").raise_for_status().json()["conversation"]["last_event"])
        found: list[int] = []
        with self.streams(after=0) as events:
            for event_id in events:
                found.append(event_id)
                if event_id >= last:
                    return found
        return found
