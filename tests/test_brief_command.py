"""A real client's brief in the terminal: to their therapist, by password and second factor, with a row in the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import pytest

from bot import brief_command
from bot.privacy import second_factor, totp
from bot.records import audit_rows
from bot.settings import Settings
from tests import doors
from tests.doors import People

REFUSED = "^no such client of this therapist, or a wrong login, password or code$"


@pytest.fixture
def place(tmp_path: Path) -> tuple[Settings, People]:
    """A practice in a folder."""
    settings = doors.settings_in(tmp_path)
    with doors.opened(settings) as store:
        found = doors.fill(store)
    return settings, found


def brief(settings: Settings, client_id: str, code: Callable[[], str], *, login: str = "wren", **given: str) -> str:
    """What the command prints."""
    password = given.get("password", doors.PASSWORD)
    return brief_command._real(settings, client_id, "text", login=login, password=password, ask_code=code)


def not_asked() -> str:
    """Whoever needs no code is asked for none."""
    raise AssertionError("a code was asked for")


def actions(settings: Settings) -> list[str]:
    """What the audit says."""
    with doors.opened(settings) as store, store.read() as tx:
        return [row.action for row in audit_rows.rows_after(tx, 0)]


def test_it_opens_to_the_client_s_therapist_alone(place: tuple[Settings, People]) -> None:
    """Neither to another therapist, nor by a wrong password; each look is a row."""
    settings, found = place
    assert brief(settings, found.ada, not_asked)
    for given in ({"login": "robin"}, {"login": "sam"}, {"login": "nobody"}, {"password": "wrong"}):
        with pytest.raises(click.ClickException, match=REFUSED):
            brief(settings, found.ada, not_asked, **given)
    with pytest.raises(click.ClickException, match=REFUSED):
        brief(settings, "nobody", not_asked)
    assert actions(settings) == ["read_brief"]


@pytest.mark.fault(47)
def test_it_asks_for_the_second_factor_where_there_is_one(place: tuple[Settings, People]) -> None:
    """A code once, and no page for a wrong one; that is a row as well."""
    settings, found = place
    with doors.opened(settings) as store, store.write() as tx:
        at = doors.now() - timedelta(minutes=5)
        secret = second_factor.offer(tx, found.wren, "1")
        codes = second_factor.enrol(tx, found.wren, "1", totp.code(secret, totp.step_of(at)), at=at)
    assert codes is not None
    assert brief(settings, found.ada, lambda: codes[0])
    for typed in (codes[0], "000000"):
        with pytest.raises(click.ClickException, match=REFUSED):
            brief(settings, found.ada, lambda typed=typed: typed)  # type: ignore[misc]
    assert actions(settings)[1:] == [
        "use_recovery_code", "read_brief", "second_factor_refused", "second_factor_refused",
    ]  # fmt: skip


def test_with_real_clients_it_opens_to_nobody_without_one(place: tuple[Settings, People]) -> None:
    """As in the portal."""
    settings, found = place
    live = settings.model_copy(update={"mode": "live"})
    with pytest.raises(click.ClickException, match=r"^set up the second factor first"):
        brief(live, found.ada, not_asked)
