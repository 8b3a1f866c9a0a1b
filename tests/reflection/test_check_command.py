"""`interlude exercise check FILE`."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from bot.cli import main
from bot.reflection.files import FOLDER
from tests.reflection.test_files import GOOD


def test_good_file_is_listed_step_by_step() -> None:
    """What somebody who writes one wants to see."""
    done = CliRunner().invoke(main, ["exercise", "check", str(FOLDER / "daily_check_in.yml")])
    assert done.exit_code == 0
    assert "daily_check_in.yml: Daily check-in / Registro del día, 6 steps" in done.output
    assert "mood (scale)" in done.output


def test_broken_file_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    """One sentence, exit 1."""
    path = tmp_path / "broken.yml"
    path.write_text(GOOD.replace("kind: text", "kind: dance"), "utf-8")
    done = CliRunner().invoke(main, ["exercise", "check", str(path)])
    assert done.exit_code == 1
    assert "interlude: broken.yml:18: steps.1.kind: 'dance' is not one of" in done.output
