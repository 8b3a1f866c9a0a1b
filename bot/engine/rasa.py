"""Rasa's own command line in this environment: `python -m bot.engine.rasa data validate`, `test`, `shell`, `train` ...

The same commands with the same options as `rasa`, and what this project adds to them: no telemetry, the project's
fixes, and in the shell the verified model, no client text in logs, buttons as a list, and no address but 127.0.0.1.
"""

from __future__ import annotations

import os
import socket
import sys
import warnings
from typing import Any

from bot.engine import quiet

HOST = "127.0.0.1"
# For a checkout without .env: the model is tested and its data checked, nobody is called.
_NOBODY = {"ACTIONS_PORT": "9", "ACTIONS_TOKEN": "-", "ENGINE_TOKEN": "-"}


def main(arguments: list[str]) -> int:
    """Runs Rasa's command line. Returns the exit code."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    shell = arguments[:1] == ["shell"]
    if shell:
        quiet.configure()
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.simplefilter("ignore", category)
    # Before TensorFlow, which Rasa imports: afterwards skops scans all of its modules, 8 s more.
    import skops.io  # noqa: F401

    from bot.engine.environment import ROOT, BadEnvironment, export, read_environment
    from bot.engine.model_file import ModelRefused, verified_model

    os.chdir(ROOT)
    try:
        export(read_environment())
        if shell:
            arguments = [*arguments, "--model", str(verified_model(ROOT / "models")), *_on_loopback()]
    except ModelRefused as error:
        print(f"The shell cannot start: {error}", file=sys.stderr)
        return 1
    except BadEnvironment as error:
        if shell:
            print(f"The shell cannot start: {error}", file=sys.stderr)
            return 1
        os.environ.update({name: os.environ.get(name) or value for name, value in _NOBODY.items()})
    return _run(arguments, keep_quiet=shell)


def _run(arguments: list[str], *, keep_quiet: bool) -> int:
    import rasa.__main__ as command_line

    from bot.engine import fixes

    fixes.apply()
    if keep_quiet:
        # Rasa would put its own handlers back, which print what was typed.
        command_line.configure_logging_and_warnings = lambda *_args, **_options: None
        command_line.configure_structlog = lambda *_args, **_options: None
        command_line.rasa.utils.io.configure_colored_logging = lambda *_args, **_options: None
        from rasa.core.channels import console

        console._print_bot_output = _show
    sys.argv = ["rasa", *arguments]
    try:
        command_line.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _show(message: dict[str, Any], is_latest_message: bool = False, color: str = "") -> None:
    """A reply in the terminal: its words, then its buttons. Rasa would print the whole of `custom` as JSON."""
    if message.get("text"):
        print(message["text"], flush=True)
    prompt = (message.get("custom") or {}).get("prompt") or {}
    for option in prompt.get("options") or ():
        print(f"  - {option['label']}", flush=True)


def _on_loopback() -> list[str]:
    """Rasa's shell talks to a server of its own; by default that listens on every address."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return ["--interface", HOST, "--port", str(probe.getsockname()[1])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
