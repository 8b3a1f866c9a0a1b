"""The client's door on a real port, with a real encrypted store and no engine behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from bot.gateway.app import create_app
from bot.gateway.identity import COOKIE
from bot.records import Store
from bot.settings import Settings
from tests import doors
from tests.doors import People
from tests.gateway.device import Device


@dataclass(frozen=True)
class Door:
    """A running gateway, its settings, its records, and the people of the practice."""

    url: str
    settings: Settings
    store: Store
    people: People

    def device(self, client_id: str | None = None, *, consents: bool = True) -> Device:
        """A device at this door: nobody's, or signed in as a client who (by default) has agreed."""
        http = httpx.Client(base_url=self.url, timeout=30)
        device = Device(http=http, origin=self.settings.public_url_client)
        if client_id is not None:
            device.cookie = f"{COOKIE}={doors.sign_in(self.store, client_id, 'client')}"
            if consents:
                device.consents()
        return device


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One gateway for the tests of a module."""
    settings = doors.settings_in(tmp_path_factory.mktemp("gateway"))
    yield from serve(settings)


def serve(settings: Settings) -> Iterator[Door]:
    """A gateway for these settings."""
    with doors.opened(settings) as store:
        people = doors.fill(store)
        with doors.serving(create_app(settings), settings.gateway_port) as url:
            yield Door(url=url, settings=settings, store=store, people=people)
