"""What an operator types beside `setup` and `run`: backups, the audit's proof, a look at the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.records import Store, StoreError
from bot.settings import get_settings


@contextmanager
def _told() -> Iterator[None]:
    """A failure of the store is one sentence on stderr and exit 1."""
    try:
        yield
    except StoreError as error:
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


COMMANDS = (backup, restore, audit, db)
