"""Logs carry ids and counts, never a client's words (I6)."""

from __future__ import annotations

import subprocess
import sys

CANARY = "canary-4711-words"
PROGRAM = f"""
import logging, structlog
from bot.logs import configure
configure("test")
structlog.get_logger().info("received", message_id="m1", text="{CANARY}", ms=3)
try:
    raise ValueError("{CANARY}")
except ValueError:
    logging.getLogger("some.library").exception("it broke: {CANARY}")
logging.getLogger("some.library").warning("{CANARY} %s", "{CANARY}")
"""


def _run() -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_a_field_that_is_not_allowed_is_dropped_and_counted() -> None:
    """The text is gone and the mistake leaves a trace."""
    written = _run()
    assert CANARY not in written
    assert '"dropped_fields": 1' in written
    assert '"message_id": "m1"' in written


def test_a_library_is_reduced_to_its_name_and_the_error_to_its_class() -> None:
    """A traceback may quote a client, so only its class is written."""
    written = _run()
    assert '"reason": "some.library"' in written
    assert '"error": "builtins.ValueError"' in written
    assert "Traceback" not in written
