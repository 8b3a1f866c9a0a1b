"""Starts the engine: `bot/engine/.venv/bin/python -m bot.engine` at the project's root; `shell` after it talks here."""

from __future__ import annotations

import sys

from bot.engine import quiet

USAGE = "usage: python -m bot.engine [shell]"


def main(arguments: list[str]) -> int:
    """Serves, or opens the shell. Returns the exit code."""
    if arguments not in ([], ["shell"]):
        print(USAGE, file=sys.stderr)
        return 2
    quiet.configure()
    # Before TensorFlow, which Rasa imports: afterwards skops scans all of its modules, 8 s more.
    import skops.io  # noqa: F401

    from bot.engine.environment import BadEnvironment, read_environment
    from bot.engine.model_file import ModelRefused

    try:
        environment = read_environment()
        if arguments:
            from bot.engine.shell import talk

            talk(environment)
        else:
            from bot.engine.serve import serve

            serve(environment)
    except (BadEnvironment, ModelRefused) as error:
        print(f"The engine cannot start: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The engine cannot start: {error.strerror or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
