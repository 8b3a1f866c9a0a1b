"""`interlude brief show`: the brief that a therapist reads, in the terminal or as a page.

`--client demo` is twelve weeks of a life that nobody lived, in a database that is gone afterwards; it works in a fresh
clone. Any other client's brief opens to their own therapist only, who signs in as in the portal, second factor
included, and leaves a row in the audit (I8).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot.records import NotFound, Store, StoreError, Tx, people
from bot.records.people import Client
from bot.settings import Settings, get_settings

DEMO = "demo"
FORMS = ("text", "html", "fhir", "csv")
# A Tuesday, so that the page is the same whenever it is asked for.
DEMO_UNTIL = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


@click.group()
def brief() -> None:
    """The page that a therapist reads before a session."""


@brief.command()
@click.option("--client", "client_id", required=True, help="A client's id, or `demo`.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text")
@click.option("--login", help="The therapist's login; not needed for `demo`.")
def show(client_id: str, form: str, login: str | None) -> None:
    """Print the brief of a client."""
    if client_id == DEMO:
        with demo_store() as store, store.read() as tx:
            click.echo(_rendered(tx, people.client(tx, DEMO), form, language="en", at=DEMO_UNTIL), nl=False)
        return
    if not login:
        raise click.ClickException("name the client's therapist with --login; only they may read it")
    password = click.prompt("Password", hide_input=True, err=True)
    try:
        shown = _real(get_settings(), client_id, form, login=login, password=password, ask_code=_ask_code)
        click.echo(shown, nl=False)
    except StoreError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def demo_store() -> Iterator[Store]:
    """A practice with the one client `demo` and her twelve weeks, in a folder that is removed at the end."""
    from bot.demo import life, practice
    from bot.privacy.opening import open_records
    from bot.privacy.practice_key import make_practice_key
    from bot.reflection import load_exercises
    from bot.texts import load_texts

    with tempfile.TemporaryDirectory(prefix="interlude-demo-") as folder:
        settings = Settings(
            mode="demo",
            root=Path(folder),
            database_url="sqlcipher:///records.db",
            keys_url="sqlcipher:///keys.db",
            practice_key_file=Path("practice.key"),
            state_dir=Path("state"),
        )
        make_practice_key(settings.path(settings.practice_key_file))
        store = open_records(settings)
        try:
            with store.write() as tx:
                practice.furnish(tx, DEMO_UNTIL - timedelta(weeks=life.WEEKS + 1))
                therapist = next(one for one in people.all_staff(tx) if "therapist" in one.roles)
                life.live(
                    tx,
                    DEMO,
                    staff_id=therapist.id,
                    exercises=load_exercises(),
                    texts=load_texts(),
                    until=DEMO_UNTIL,
                )
            yield store
        finally:
            store.close()
            store.keyring.close()


def _ask_code() -> str:
    return str(click.prompt("Code from the app, or a recovery code", err=True))


def _real(
    settings: Settings, client_id: str, form: str, *, login: str, password: str, ask_code: Callable[[], str]
) -> str:
    from bot.privacy import audit, second_factor
    from bot.privacy.opening import open_records
    from bot.web.passwords import verify_password

    store = open_records(settings)
    at = datetime.now(UTC)
    try:
        with store.read() as tx:
            reader = people.staff_by_login(tx, login.strip().lower())
            known = verify_password(reader.password_hash if reader else None, password)
            enrolled = reader is not None and second_factor.is_on(tx, reader.id)
            if known and not enrolled and second_factor.is_needed(tx, settings):
                raise click.ClickException("set up the second factor first: sign in to the portal once")
        if known and enrolled and reader is not None:
            code = ask_code()
            with store.write() as tx:
                known = second_factor.accept(tx, reader.id, code, at=at) is not None
        with store.write() as tx:
            try:
                client = people.client(tx, client_id)
            except NotFound:
                client = None
            may = reader is not None and known and reader.status == "active" and "therapist" in reader.roles
            if not may or reader is None or client is None or client.therapist_id != reader.id:
                raise click.ClickException("no such client of this therapist, or a wrong login, password or code")
            audit.note(
                tx,
                actor=reader.id,
                action="read_brief",
                client_id=client.id,
                target=None,
                data={"by": "command", "format": form},
                at=at,
            )
            return _rendered(tx, client, form, language=reader.language, at=at)
    finally:
        store.close()
        store.keyring.close()


def _rendered(tx: Tx, client: Client, form: str, *, language: str, at: datetime) -> str:
    from bot.portal.clients import client_context
    from bot.portal.outgoing import client_csv, client_fhir
    from bot.portal.rendering import page
    from bot.records import practice
    from bot.summary.plain import as_text
    from bot.texts import load_texts

    texts, zone = load_texts(), practice.practice(tx).time_zone
    if form == "fhir":
        return client_fhir(tx, client, texts=texts, language=language, at=at)
    if form == "csv":
        return client_csv(tx, client, at=at)
    context = client_context(tx, client, texts=texts, language=language, zone=zone, at=at)
    if form == "text":
        return as_text(context.brief)
    answer = page(
        "client.html",
        context,
        strings=texts.topic("portal", language=language, address="usted"),
        language=language,
        zone=zone,
        staff=None,
    )
    return str(answer.content)
