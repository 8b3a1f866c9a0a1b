"""`python -m actions`: serves the custom actions on 127.0.0.1:ACTIONS_PORT."""

from __future__ import annotations

import sys

import structlog

from actions.parts import Parts
from actions.server import HOST, make_app
from actions.topics import all_actions
from bot import logs
from bot.privacy.opening import open_records
from bot.records import StoreError, Writer
from bot.reflection import load_exercises
from bot.settings import Settings, get_settings
from bot.texts import load_lines, load_texts


def make_parts(settings: Settings) -> Parts:
    """Opens records and loads texts and exercises. Raises what they raise."""
    exercises = load_exercises()
    for problem in exercises.broken:
        structlog.get_logger().error("exercise_refused", id=problem.file, reason=problem.reason)
    return Parts(
        settings=settings,
        records=Writer(open_records(settings)),
        texts=load_texts(),
        lines=load_lines(),
        exercises=exercises,
    )


def main() -> int:
    """Serves until the process is told to end. Returns the exit code."""
    logs.configure("actions")
    settings = get_settings()
    try:
        parts = make_parts(settings)
        app = make_app(all_actions(parts), token=settings.actions_token, records=parts.records)
    except (StoreError, ValueError) as error:
        print(f"The action server cannot start: {error}", file=sys.stderr)
        return 1
    try:
        app.run(host=HOST, port=settings.actions_port, single_process=True, access_log=False, motd=False)
    finally:
        parts.records.close()
        parts.records.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
