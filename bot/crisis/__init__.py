"""Crisis assessment: reads the last client turn in the light of the conversation and says whether a person must know.

Pure: no storage, no web, no network, and no model or text is fetched. `assess` has two callers, the gateway and, on a
channel without it, the custom action.
"""

from bot.crisis.assessing import assess
from bot.crisis.encoder import encoder as _encoder
from bot.crisis.engine import engine as _engine
from bot.crisis.fixed_list import load_fixed_list as _load_fixed_list
from bot.crisis.types import Assessment, Evidence, Turn, unassessed

__all__ = ["Assessment", "Evidence", "Turn", "assess", "load", "unassessed", "warm"]


def load() -> None:
    """Loads rules, thresholds and model. Raises ValueError on unusable rules.

    A missing or damaged model is no error: it is logged, `version` says "rules-only", and the rules go on alone.
    """
    _engine()
    _load_fixed_list()


def warm() -> None:
    """Loads the sentence encoder (1.5 s), so that the first doubtful message does not wait; to be run in a thread."""
    if _engine().classifier is not None:
        _encoder()
