"""What time brings about: silences that page, replies that did not come, a clock that was set back.

Each function runs in the caller's transaction and changes rows only; with several workers each thing happens once,
because they take the same write lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.handoff import checking, drills, escalation, takeover
from bot.handoff.health import PART
from bot.records import Tx, deliveries, episodes, heartbeats, questions, timers
from bot.texts import Lines, Texts

# A step back of the clock that is smaller than this is no harm: what waits is late by no more.
CLOCK_TOLERANCE = timedelta(seconds=5)


def beat(tx: Tx, at: datetime) -> timedelta:
    """Says that the worker lives, and takes up a clock that was set back since it last said so.

    The last sign of life is the only clock that a restart survives: if it lies in the future, the wall clock went
    back, and whatever waits is moved with it. Returns by how much, zero in ordinary times. A clock that was set
    forward needs nothing: what waits comes early.
    """
    last = heartbeats.beats(tx).get(PART)
    back = last - at if last is not None and last - at > CLOCK_TOLERANCE else timedelta(0)
    if back:
        timers.move_back(tx, back)
    heartbeats.beat(tx, PART, at)
    return back


def anything_due(tx: Tx, at: datetime) -> bool:
    """Whether `run` or a claim would find something to do; cheap, and takes no write lock."""
    due = deliveries.next_due(tx)
    if due is not None and due <= at:
        return True
    if episodes.due_to_escalate(tx, at) or questions.due_silences(tx, at):
        return True
    return takeover.anything_due(tx, at) or drills.is_due(tx, at)


def run(tx: Tx, *, texts: Texts, lines: Lines, at: datetime) -> int:
    """Pages silences, escalates what nobody answered in time, minds lost lines and drills; how many silences and
    alerts."""
    paged = sum(
        checking.page_silence(tx, asked, texts=texts, lines=lines, at=at) for asked in questions.due_silences(tx, at)
    )
    if drills.is_due(tx, at):
        drills.drill(tx, at)
    takeover.mind_lines(tx, texts=texts, at=at)
    return paged + escalation.look(tx, at)
