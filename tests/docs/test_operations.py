"""docs/operations.md speaks of settings and commands that there are, and of every setting that an operator fills in."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
# Settings that suit every practice as they are, and secrets that `make setup` writes.
LEFT_ALONE = {
    "root",
    "state_dir",
    "engine_token",
    "actions_token",
    "commit_deadline_s",
    "engine_deadline_s",
    "max_chars",
}


def test_every_setting_that_the_page_names_exists() -> None:
    """A name in capitals is a setting; `make setup` writes it, or the example shows it."""
    named = set(re.findall(r"`([A-Z][A-Z_]{3,})(?:=[^`]*)?`", PAGE))
    assert named - {name.upper() for name in Settings.model_fields} == set()


def test_every_setting_is_explained_or_left_alone() -> None:
    """Ports are one line of the page; all else is named in it."""
    names = {name for name in Settings.model_fields if not name.endswith("_port") or name == "smtp_port"}
    assert {name for name in names - LEFT_ALONE if name.upper() not in PAGE} == set()


def test_the_example_names_settings_only() -> None:
    """A misspelt line of .env.example would be a setting that nobody reads."""
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert named - {name.upper() for name in Settings.model_fields} == set()


def test_every_make_command_that_the_page_names_exists() -> None:
    """`make backup` is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", PAGE)) - targets == set()
