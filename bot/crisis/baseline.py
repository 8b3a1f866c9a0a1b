"""What therapist and client agreed is usual for this person (CLINICAL protocol): at or under it, asked once.

A baseline is a mapping with `usual`: the categories that are usual (of `passive_ideation`, `active_ideation`,
`self_harm`), and optionally `severity`, the highest that is usual (1 or 2, default 2), and `review_by_utc`, an ISO time
after which it no longer counts. Plan, means, intent, attempt, goodbye alert always, as does everything at severity 3.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.crisis.types import Assessment

MAY_BE_USUAL = frozenset({"passive_ideation", "active_ideation", "self_harm"})
# Meanings that no baseline covers, whatever their category.
ALWAYS = frozenset(
    {"goodbye", "means_at_hand", "intent_stated", "plan_made", "attempt_now", "something_taken", "injured_now"}
)


def within_baseline(assessment: Assessment, baseline: Mapping[str, object]) -> Assessment:
    """The assessment, at check_in of severity 1 where all of it is usual. A malformed baseline lowers nothing."""
    if assessment.level == "none" or not _counts(baseline):
        return assessment
    usual = baseline.get("usual")
    highest = baseline.get("severity", 2)
    if not isinstance(usual, list | tuple | set | frozenset) or not isinstance(highest, int):
        return assessment
    covered = MAY_BE_USUAL & {name for name in usual if isinstance(name, str)}
    for piece in assessment.evidence:
        if piece.severity < 2 and piece.category not in covered and piece.turn == 0 and assessment.severity >= 2:
            continue
        if piece.category not in covered or piece.severity > min(highest, 2) or piece.why in ALWAYS:
            return assessment
    if not assessment.evidence:
        return assessment
    return dataclasses.replace(assessment, level="check_in", severity=1)


def _counts(baseline: Mapping[str, object]) -> bool:
    until = baseline.get("review_by_utc")
    if until is None:
        return True
    try:
        moment = datetime.fromisoformat(str(until))
    except ValueError:
        return False
    return datetime.now(UTC) < (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
