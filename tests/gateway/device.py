"""A client's device, as the gateway sees it: the widget's protocol by hand."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

REQUIRED = {"keep_entries": True, "crisis_events": True}


@dataclass
class Device:
    """Requests with the headers that the widget sends; each can be left out or changed."""

    http: httpx.Client
    origin: str
    cookie: str = ""

    def headers(self, **changes: str | None) -> dict[str, str]:
        """What the widget sends. A change to None leaves a header out."""
        sent: dict[str, str | None] = {"origin": self.origin, "x-interlude": "1", "cookie": self.cookie or None}
        sent.update({name.replace("_", "-"): value for name, value in changes.items()})
        return {name: value for name, value in sent.items() if value is not None}

    def get(self, path: str, **changes: str | None) -> httpx.Response:
        """A GET; like a browser's own it carries no Origin."""
        return self.http.get(path, headers=self.headers(**{"origin": None, **changes}))

    def post(self, path: str, body: Any = None, **changes: str | None) -> httpx.Response:
        """A POST of JSON."""
        return self.http.post(path, json={} if body is None else body, headers=self.headers(**changes))

    def joins(self, code: str) -> httpx.Response:
        """Uses an invite, and keeps the cookie if there is one."""
        answer = self.post("/api/join", {"code": code, "device": "test"})
        if answer.status_code == 200:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def consents(self, **purposes: bool) -> None:
        """Agrees to the present text, the required purposes and those named."""
        version = self.get("/api/consent").raise_for_status().json()["version"]
        body = {"version": version, "purposes": {**REQUIRED, **purposes}}
        self.post("/api/consent", body).raise_for_status()

    def sends(self, text: str | None = None, *, message_id: str = "", **fields: Any) -> list[dict[str, Any]]:
        """Sends a message; the lines of the answer."""
        return lines(self.tries(text, message_id=message_id, **fields).raise_for_status())

    def tries(self, text: str | None = None, *, message_id: str = "", **fields: Any) -> httpx.Response:
        """Sends a message that may be refused."""
        body = {"id": message_id or uuid.uuid4().hex, **({} if text is None else {"text": text}), **fields}
        return self.post("/api/messages", body)

    def history(self) -> list[dict[str, Any]]:
        """The newest messages, oldest first."""
        found: list[dict[str, Any]] = self.get("/api/history").raise_for_status().json()["messages"]
        return found


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in answer.text.splitlines()]
