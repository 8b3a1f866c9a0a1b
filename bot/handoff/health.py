"""Is the hand-off worker alive? What `/healthz` of the doors and the staff's first page say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.records import Tx, heartbeats

PART = "worker"
# The worker says that it lives every 5 s; after four such silences it counts as silent, so that it is noticed well
# within 30 s.
SILENT_AFTER = timedelta(seconds=20)


def worker_state(tx: Tx, at: datetime | None = None) -> Literal["ok", "late", "never"]:
    """ "ok"; "late": silent for more than 20 s (or its last sign is in the future: the clock was set back); "never"."""
    last = heartbeats.beats(tx).get(PART)
    if last is None:
        return "never"
    silence = (at or datetime.now(UTC)) - last
    return "ok" if -SILENT_AFTER <= silence <= SILENT_AFTER else "late"
