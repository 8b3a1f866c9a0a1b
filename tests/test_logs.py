"""Logs carry ids and counts, never a client's words (I6)."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


WEB_PART = """
import logging
from bot.logs import configure
from bot.settings import Settings
configure("test")
from {module} import create_app
create_app(Settings())
logging.getLogger("some.library").warning("{canary}")
logging.getLogger("another.library").info("{canary}")
"""


def _run(program: str = PROGRAM) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
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


@pytest.mark.parametrize("module", ["bot.gateway.app", "bot.portal.app", "bot.demo.mailbox", "bot.demo.site"])
def test_a_web_part_keeps_these_logs_when_its_application_is_made(module: str) -> None:
    """A web framework likes to set up logging of its own, with whole messages; ours stays."""
    written = _run(WEB_PART.format(module=module, canary=CANARY))
    assert CANARY not in written
    assert '"reason": "some.library"' in written
    assert "another.library" not in written


def test_a_line_that_cannot_be_written_stops_nobody() -> None:
    """Standard error is a full device: logging goes on as if nothing was."""
    script = (
        "from bot import logs; import structlog; logs.configure('x'); structlog.get_logger().error('e'); print('on')"
    )
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-u", "-c", script], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"on\n"
