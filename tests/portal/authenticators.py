"""People with an authenticator app: what they type, and how they set it up at the door."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from bot.privacy import totp
from tests.portal.conftest import Browser, Door


@dataclass
class App:
    """An authenticator app, which knows nothing but what the page's address says. `codes`: recovery codes on paper."""

    secret: bytes
    codes: tuple[str, ...] = ()

    def code(self, *, steps: int = 0) -> str:
        """What it shows now, or so many steps from now."""
        return totp.code(self.secret, totp.step_of(datetime.now(UTC)) + steps)


def offered(page: str) -> App:
    """The app after it scanned the page."""
    found = re.search(r'data-testid="open-app"', page) and re.search(r'href="(otpauth:[^"]+)"', page)
    assert found
    (secret,) = parse_qs(urlsplit(html.unescape(found.group(1))).query)["secret"]
    return App(secret=base64.b32decode(secret))


def codes_on(page: str) -> tuple[str, ...]:
    """The recovery codes of a page."""
    return tuple(re.findall(r"<li>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</li>", page))


def sets_up(browser: Browser, *, next: str = "/") -> App:
    """A person who is signed in sets up the second factor; the browser keeps the new cookie."""
    app = offered(browser.get(f"/second-factor?next={next}").text)
    answer = browser.post("/second-factor", {"code": app.code(), "next": next})
    assert answer.status_code == 200
    keep_cookie(browser, answer.headers["set-cookie"])
    app.codes = codes_on(answer.text)
    return app


def keep_cookie(browser: Browser, header: str) -> None:
    """As a browser does."""
    browser.cookie = header.partition(";")[0]


def with_app(door: Door, login: str) -> App:
    """Somebody of the practice has set it up in a browser of their own."""
    return sets_up(door.browser(getattr(door.people, login)))


def gives(browser: Browser, code: str, *, next: str = "/") -> int:
    """The second step, by the form; the status, with the new cookie kept."""
    answer = browser.post("/sign-in/code", {"code": code, "next": next})
    if "set-cookie" in answer.headers:
        keep_cookie(browser, answer.headers["set-cookie"])
    return answer.status_code
