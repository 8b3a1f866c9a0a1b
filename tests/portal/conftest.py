"""The staff's door on a real port, with a real encrypted store and somebody's alert in it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from bot.crisis import Assessment, Evidence
from bot.handoff import intake
from bot.portal.app import create_app
from bot.portal.identity import COOKIE
from bot.records import Store, conversations, people
from bot.settings import Settings
from bot.texts import load_lines, load_texts
from tests import doors
from tests.doors import People


@dataclass
class Browser:
    """Somebody at the staff's door. Redirects are not followed."""

    http: httpx.Client
    origin: str
    cookie: str = ""

    def headers(self, **changes: str | None) -> dict[str, str]:
        """What a browser sends. A change to None leaves a header out."""
        sent: dict[str, str | None] = {"origin": self.origin, "cookie": self.cookie or None}
        sent.update({name.replace("_", "-"): value for name, value in changes.items()})
        return {name: value for name, value in sent.items() if value is not None}

    def get(self, path: str, **changes: str | None) -> httpx.Response:
        """A page."""
        return self.http.get(path, headers=self.headers(**{"origin": None, **changes}))

    def post(self, path: str, form: dict[str, str] | None = None, **changes: str | None) -> httpx.Response:
        """A form."""
        return self.http.post(path, data=form or {}, headers=self.headers(**changes))

    def signs_in(self, login: str, password: str = doors.PASSWORD, **form: str) -> httpx.Response:
        """By the form, as a person does; keeps the cookie if there is one."""
        answer = self.post("/sign-in", {"login": login, "password": password, **form})
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer


@dataclass(frozen=True)
class Door:
    """A running portal, its settings, its records, and the people of the practice."""

    url: str
    settings: Settings
    store: Store
    people: People

    def browser(self, person_id: str | None = None) -> Browser:
        """Nobody's browser, or one that a person is signed in with."""
        made = Browser(http=httpx.Client(base_url=self.url, timeout=30), origin=self.settings.public_url_staff)
        if person_id is not None:
            made.cookie = f"{COOKIE}={doors.sign_in(self.store, person_id, 'staff')}"
        return made

    def alert(self, client_id: str, text: str = "I want to kill myself tonight", *, severity: int = 2) -> str:
        """What a client wrote raised an alert; the episode's id."""
        with self.store.write() as tx:
            received = intake.receive(
                tx,
                texts=load_texts(),
                lines=load_lines(),
                conversation=conversations.conversation_of(tx, client_id, at=doors.now()),
                client=people.client(tx, client_id),
                message=intake.NewMessage(id=uuid.uuid4().hex, text=text),
                assessment=read_as_alert(text, severity),
                at=doors.now(),
            )
        assert received.episode_id is not None
        return received.episode_id


def read_as_alert(text: str, severity: int = 2) -> Assessment:
    """An assessment that found all of a text."""
    evidence = Evidence(
        id="e1",
        rule="test",
        category="plan_or_intent",
        severity=severity,
        turn=0,
        start=0,
        end=len(text),
        why="plan",
        meaning={"en": "names a plan", "es": "nombra un plan"},
        lowers={},
    )
    return Assessment(
        level="alert",
        severity=severity,
        categories=("plan_or_intent",),
        evidence=(evidence,),
        unread_language=False,
        version="test",
    )


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One portal for the tests of a module."""
    settings = doors.settings_in(tmp_path_factory.mktemp("portal"))
    yield from serve(settings)


def serve(settings: Settings) -> Iterator[Door]:
    """A portal for these settings."""
    with doors.opened(settings) as store:
        found = doors.fill(store)
        with doors.serving(create_app(settings), settings.portal_port) as url:
            yield Door(url=url, settings=settings, store=store, people=found)


def text_of(answer: httpx.Response) -> str:
    """What stands on a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))
