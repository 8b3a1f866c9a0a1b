"""What an operator types beside `setup` and `run`: backups, the audit's proof, a look at the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import click

from bot.privacy.accounts import CODE_LASTS, ROLES, give_code, open_account
from bot.privacy.audit import note
from bot.records import RecordsRefusal, Store, StoreError
from bot.settings import get_settings


@contextmanager
def _told() -> Iterator[None]:
    """What the store refuses or cannot do is one sentence on stderr and exit 1."""
    try:
        yield
    except (StoreError, RecordsRefusal) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _store() -> Iterator[Store]:
    from bot.privacy.opening import open_records

    with _told():
        store = open_records(get_settings())
        try:
            yield store
        finally:
            store.close()
            store.keyring.close()


def _say(line: str) -> None:
    click.echo(line, err=True)


@click.command()
def backup() -> None:
    """Copy records and keys while the product runs, verify both, drop the oldest."""
    from bot.privacy.backup import back_up

    with _told():
        made = back_up(get_settings(), _say, at=datetime.now(UTC))
    click.echo(made.path)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def restore(file: Path | None) -> None:
    """Put a backup of the records (the newest, if no FILE is named) back; the product must not be running."""
    from bot.privacy import backup as backups

    settings = get_settings()
    found = [file] if file else backups.list_backups(settings)
    if not found:
        raise click.ClickException(f"there is no backup in {settings.path(settings.backup_dir)}; name a FILE")
    with _told():
        aside = backups.restore(settings, found[0], _say, at=datetime.now(UTC))
    click.echo(f"restored {found[0]}" + (f"; the file before it is now {aside}" if aside else ""))


@click.group()
def audit() -> None:
    """Who looked at what."""


@audit.command("verify")
def audit_verify() -> None:
    """Walk the whole chain; exit 1 and the number of the first row that does not fit."""
    from bot.privacy.audit import verify

    with _store() as store, store.read() as tx:
        verdict = verify(tx)
    if verdict.broken is not None:
        raise click.ClickException(
            f"row {verdict.broken} of the audit is {verdict.reason}; {verdict.rows} rows before it verify. Keep the "
            "file, find out who could write to it, and compare with the newest backup"
        )
    click.echo(f"{verdict.rows} rows verify")


@click.group()
def db() -> None:
    """A read-only look into the encrypted file. Private text stays sealed."""


@db.command("tables")
def db_tables() -> None:
    """Tables with their number of rows."""
    settings = get_settings()
    from bot.records.operator import open_for_operator

    with (
        _store() as store,
        open_for_operator(settings.stored_at(settings.database_url), keyring=store.keyring) as database,
    ):
        for name in sorted(database.table_names()):
            click.echo(f"{database[name].count:>8}  {name}")


@db.command("query")
@click.argument("sql")
def db_query(sql: str) -> None:
    """Rows of one SELECT, a JSON object a line; sealed columns are shown by their length."""
    settings = get_settings()
    from sqlcipher3 import dbapi2

    from bot.records.operator import open_for_operator

    with (
        _store() as store,
        open_for_operator(settings.stored_at(settings.database_url), keyring=store.keyring) as database,
    ):
        try:
            for row in database.query(sql):
                shown = {name: f"{len(v)} sealed bytes" if isinstance(v, bytes) else v for name, v in row.items()}
                click.echo(json.dumps(shown, ensure_ascii=False))
        except (dbapi2.Error, ValueError) as error:
            raise click.ClickException(f"the query was refused ({error})") from error


@click.command()
@click.option("--name", help="What clients read as the practice's name.")
@click.option("--country", help="Two letters (ISO 3166), such as US: whose crisis lines are shown.")
@click.option("--time-zone", help="Such as America/New_York: hours and appointments are in it.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(["en", "es"]), help="The first is the default."
)
def practice(name: str | None, country: str | None, time_zone: str | None, languages: tuple[str, ...]) -> None:
    """Say who runs this deployment; without options, show it. Running doors read it at their next start."""
    from bot.records import practice as practices
    from bot.texts import load_lines

    given = {"name": name, "country": country, "time_zone": time_zone, "languages": languages or None}
    fields = {key: value for key, value in given.items() if value is not None}
    if time_zone is not None and time_zone not in available_timezones():
        raise click.ClickException(f"{time_zone!r} is no time zone; give one such as America/New_York")
    known = load_lines().countries()
    if country is not None and country not in known:
        raise click.ClickException(f"no crisis lines are known for {country!r}; there are {', '.join(known)}")
    with _store() as store, store.write() as tx:
        found = practices.set_practice(tx, **fields) if fields else practices.practice(tx)
        if fields:
            note(tx, actor="operator", action="change_practice", client_id=None, target=None, data={}, at=_now())
    click.echo(f"{found.name or '(no name yet)'}: {found.country}, {found.time_zone}, {' '.join(found.languages)}")


@click.group()
def staff() -> None:
    """Accounts of the people who work here. The owner opens further ones in the portal."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--language", default="en", type=click.Choice(["en", "es"]))
def staff_add(login: str, name: str, email: str, roles: tuple[str, ...], language: str) -> None:
    """Open an account and print the code with which LOGIN chooses a password."""
    with _store() as store, store.write() as tx:
        _, code = open_account(
            tx,
            login=login,
            display_name=name,
            email=email,
            roles=roles,
            language=language,
            by="operator",
            at=_now(),
        )
    _print_code(code)


@staff.command("code")
@click.argument("login")
def staff_code(login: str) -> None:
    """Print a new code for LOGIN, who cannot come in."""
    from bot.records import people

    with _store() as store, store.write() as tx:
        person = people.staff_by_login(tx, login)
        if person is None or person.status != "active":
            raise click.ClickException(f"there is no open account with the login {login!r}; see `interlude staff add`")
        code = give_code(tx, person.id, by="operator", at=_now())
    _print_code(code)


@staff.command("take-second-factor")
@click.argument("login")
def staff_take_second_factor(login: str) -> None:
    """Take away LOGIN's second factor, whose phone and recovery codes are gone; ends their sign-ins."""
    from bot.privacy import second_factor
    from bot.records import people

    with _store() as store, store.write() as tx:
        person = people.staff_by_login(tx, login)
        if person is None or not second_factor.take_away(tx, person.id, by="operator", at=_now()):
            raise click.ClickException(f"no account with the login {login!r} has a second factor; see *People*")
    click.echo(f"{login} comes in with the password alone; the next sign-in sets up another second factor")


def _print_code(code: str) -> None:
    click.echo(f"{code}  {get_settings().public_url_staff}/welcome  (works once, {CODE_LASTS.days} days)")


def _now() -> datetime:
    return datetime.now(UTC)


COMMANDS = (backup, restore, audit, db, practice, staff)
