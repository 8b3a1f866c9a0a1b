"""`rasa shell` is as safe as the widget: the crisis path is in place with the action server dead, and alive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.records import episodes
from bot.set_up import ENGINE_PYTHON
from tests.engine.pair import Pair
from tests.engine.terminal import Terminal
from tests.stack import ENGINE_WAIT_S, ROOT

COMMAND = (str(ENGINE_PYTHON), "-m", "bot.engine.rasa", "shell")
ANSWER_WAIT_S = 150.0


def test_crisis_message_gets_the_fixed_text_when_the_action_server_is_dead(tmp_path: Path) -> None:
    """Nobody could look at the message: the emergency numbers, and no ordinary reply."""
    pair = Pair(tmp_path / "pair")
    with Terminal(COMMAND, folder=ROOT, environment=pair.stack.environment) as shell:
        shell.wait_for("Your input", timeout_s=ENGINE_WAIT_S)
        shell.write("I want to die")
        shown = shell.wait_for("988", timeout_s=ANSWER_WAIT_S)
    assert "I can't read messages right now" in shown


def test_crisis_message_opens_an_episode_when_the_action_server_lives(tmp_path: Path) -> None:
    """No gateway stands before the shell: the action assesses, stores and hands off by the same functions."""
    pair = Pair(tmp_path / "pair")
    try:
        pair.start("actions")
        with Terminal(COMMAND, folder=ROOT, environment=pair.stack.environment) as shell:
            shell.wait_for("Your input", timeout_s=ENGINE_WAIT_S)
            shell.write("I am going to kill myself tonight")
            shown = shell.wait_for("while you wait", timeout_s=ANSWER_WAIT_S)
            assert "Thank you for telling me." in shown
            assert "kill myself" not in pair.log("actions")
            shell.write("thanks")
            shell.wait_for("welcome", timeout_s=ANSWER_WAIT_S)
    finally:
        pair.stop()
    with pair.stack.records() as store, store.read() as tx:
        (episode,) = episodes.episodes_of(tx, pair.client_id, datetime(2000, 1, 1, tzinfo=UTC))
    assert episode.severity >= 2
