"""The `interlude` command: what an operator types."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click
import pydantic

from bot import brief_command, operating
from bot.settings import PROJECT, Settings, get_settings


class _Told(click.ClickException):
    """One sentence on stderr, exit 1."""

    def show(self, file: object = None) -> None:
        click.echo(f"interlude: {self.format_message()}", err=True)


def _say(line: str) -> None:
    click.echo(line, err=True)


@click.group()
def main() -> None:
    """Guided reflection between therapy sessions, with a person told when it matters."""


@main.command()
def setup() -> None:
    """Make what a start needs: .env, keys, stores, models; in demo mode the fictional practice."""
    settings = _set_up()
    _say(f"setup: ready ({settings.mode})")


@main.command()
def run() -> None:
    """Start every part, print where to enter, end all of them on Ctrl-C."""
    from bot.demo.practice import welcome
    from bot.run import DOORS_WAIT_S, House, watch
    from bot.set_up import Refusal, check_ports
    from bot.supervised import end_with_parent

    # SIGINT too: a shell starts what it puts in the background with Ctrl-C switched off.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    if "MAKELEVEL" in os.environ:
        end_with_parent()
    try:
        settings = _set_up(before=lambda settings: check_ports(_ports(settings)))
        people = welcome(settings) if settings.mode == "demo" else {}
        with House(settings) as house:
            _say("run: starting the doors")
            late = house.wait_for(["gateway", "portal", "mailbox"], timeout_s=DOORS_WAIT_S)
            if late:
                raise Refusal(
                    f"{' and '.join(late)} did not answer within {DOORS_WAIT_S:g} s; see {house.logs}/{late[0]}.log"
                )
            house.write_run_file(people)
            house.start_rest()
            _print_doors(settings, people)
            watch(house, people, rest=["actions", "engine", "site"], say=_say)
    except KeyboardInterrupt:
        _say("run: ended")
    except Refusal as refusal:
        raise _Told(str(refusal)) from refusal
    except ConnectionError as error:
        raise _Told(f"the supervisor has ended; {settings.path(settings.state_dir)} has its log") from error
    except OSError as error:
        raise _Told(_disk_fault(error)) from error


@main.command()
def shell() -> None:
    """Rasa's own shell on the dialogue engine, with the crisis path in place. Demo mode only."""
    from bot.set_up import ENGINE_PYTHON

    settings = _settings()
    if settings.mode != "demo":
        raise _Told("the shell talks as a demo client; set MODE=demo in .env")
    os.chdir(PROJECT)
    os.execv(ENGINE_PYTHON, [str(ENGINE_PYTHON), "-m", "bot.engine.rasa", "shell"])  # noqa: S606


@main.group()
def exercise() -> None:
    """Exercise files, as therapists and developers write them."""


@exercise.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_exercise(file: Path) -> None:
    """Say whether FILE can be used: its steps, or the line and the reason why not."""
    from bot.reflection import BadExercise, read_exercise

    try:
        found = read_exercise(file)
    except BadExercise as error:
        raise _Told(str(error)) from error
    click.echo(f"{file.name}: {found.title.en} / {found.title.es}, {len(found.steps)} steps, version {found.version}")
    for step in found.steps:
        when = f", after {step.when.step}" if step.when else ""
        click.echo(f"  {step.id} ({step.kind}{when}): {step.text.en}")


def _set_up(*, before: Callable[[Settings], None] = lambda _: None) -> Settings:
    """Everything that a start needs. `before`: what is looked at before the steps that take long."""
    from bot.demo.practice import fill
    from bot.records import StoreError
    from bot.set_up import Refusal, make_settings, set_up

    try:
        settings = make_settings(_say)
        before(settings)
        set_up(settings, _say)
        if settings.mode == "demo":
            fill(settings, _say)
    except (Refusal, StoreError) as error:
        raise _Told(str(error)) from error
    except pydantic.ValidationError as error:
        raise _Told(_first_fault(error)) from error
    except OSError as error:
        raise _Told(_disk_fault(error)) from error
    return settings


def _settings() -> Settings:
    try:
        return get_settings()
    except pydantic.ValidationError as error:
        raise _Told(_first_fault(error)) from error


def _first_fault(error: pydantic.ValidationError) -> str:
    fault = error.errors()[0]
    return f".env: {'.'.join(str(part) for part in fault['loc']).upper()}={fault['input']!r}: {fault['msg']}"


def _disk_fault(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"cannot start: {error.strerror or type(error).__name__}{where}; make room there, or let this account write"


def _ports(settings: Settings) -> dict[str, int]:
    ports = {
        "GATEWAY_PORT": settings.gateway_port,
        "PORTAL_PORT": settings.portal_port,
        "ENGINE_PORT": settings.engine_port,
        "ACTIONS_PORT": settings.actions_port,
    }
    if settings.mode == "demo":
        ports |= {
            "SITE_PORT": settings.site_port,
            "MAILBOX_PORT": settings.mailbox_port,
            "MAILBOX_SMTP_PORT": settings.mailbox_smtp_port,
        }
    return ports


def _print_doors(settings: Settings, people: dict[str, list[dict[str, str]]]) -> None:
    rows = [("client", settings.public_url_client, ""), ("therapist", settings.public_url_staff, "")]
    for client in people.get("clients", ()):
        rows.append((f"  invite of {client['id']}", client["invite_url"], "works once"))
    for person in people.get("staff", ()):
        rows.append((f"  {person['role']}", person["login"], f"password {person['password']}"))
    if settings.mode == "demo":
        rows.append(("a practice's site", f"http://localhost:{settings.site_port}", "the same chat as a widget"))
        rows.append(("mailbox", f"http://localhost:{settings.mailbox_port}", "every e-mail of the demo"))
    width = max(len(name) for name, *_ in rows)
    for name, where, note in rows:
        click.echo(f"  {name:<{width}}  {where}{'  (' + note + ')' if note else ''}")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


for _command in (*operating.COMMANDS, brief_command.brief):
    main.add_command(_command)

if __name__ == "__main__":
    main()
