"""The conversation, not the message: what the turns before the last one add to it.

Evidence fades by a stated rule: by `fade_per_turn` for each later client turn, and by half in each `fade_half_life_h`
hours where the times are known. What is older than `turns_remembered` client turns is left out. A turn that adds
nothing of its own is never raised by what was said before it, except where it takes a disclosure back.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.crisis.answers import Answer, answer_to_risk_question
from bot.crisis.classifier import NOTHING, Floats, Opinion, chance
from bot.crisis.reading import Finding, Reading
from bot.crisis.thresholds import Thresholds
from bot.crisis.types import Turn


@dataclass(frozen=True, slots=True)
class Spoken:
    """A client turn with its reading. `age`: 0 is the last. `weight`: what fading has left of it, 0-1.

    `opinion`: the classifier's; NOTHING where it was not asked.
    """

    turn: Turn
    reading: Reading
    age: int
    weight: float
    opinion: Opinion


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the conversation says of its last turn. `because`: findings of earlier turns, with their turn's age."""

    name: str
    level: str
    severity: int
    category: str
    because: tuple[tuple[int, Finding], ...] = ()


def client_turns(
    turns: Sequence[Turn],
    read: Callable[[str], Reading],
    thresholds: Thresholds,
    opinion: Callable[[str], Opinion] | None = None,
) -> list[Spoken]:
    """The client's last turns, newest first. `opinion`: of a text; None where there is no classifier."""
    own = [turn for turn in turns if turn.role == "client"][-(thresholds.turns_remembered + 1) :]
    newest = own[-1].at_utc if own else None
    return [
        Spoken(
            turn,
            read(turn.text),
            age,
            _weight(age, turn.at_utc, newest, thresholds),
            opinion(turn.text) if opinion else NOTHING,
        )
        for age, turn in enumerate(reversed(own))
    ]


def _weight(age: int, at: datetime | None, newest: datetime | None, thresholds: Thresholds) -> float:
    weight = thresholds.fade_per_turn**age
    if at is not None and newest is not None and (at.tzinfo is None) == (newest.tzinfo is None):
        hours = max(0.0, (newest - at).total_seconds() / 3600)
        weight *= 0.5 ** (hours / thresholds.fade_half_life_h)
    return weight


def conclusions(
    turns: Sequence[Turn], spoken: Sequence[Spoken], thresholds: Thresholds, weights: Floats | None
) -> list[Conclusion]:
    """Every conclusion that the conversation allows about its last client turn.

    `weights`: of the regression over `features`; None where there is no classifier.
    """
    if not spoken:
        return []
    found = [_answered(turns, spoken[0]), _taken_back(spoken), _build_up(spoken, thresholds)]
    if weights is not None and len(spoken) > 1:
        found.append(_course(spoken, thresholds, weights))
    return [conclusion for conclusion in found if conclusion is not None]


def features(spoken: Sequence[Spoken]) -> list[float]:
    """What a conversation looks like from its last turn, as numbers: log-odds of the turns, faded, and what rules saw.

    Its last turn; the two worst before it; that any of them is a crisis, each counting by half; how many kinds of
    signs; whether a rule stands in the last turn, and the worst that stands before it.
    """
    last, earlier = spoken[0], spoken[1:]
    worst = sorted((_log_odds(said.opinion.crisis * said.weight) for said in earlier), reverse=True) + [_LEAST] * 2
    none_of_them = 1.0
    for said in spoken:
        none_of_them *= 1.0 - 0.5 * said.weight * said.opinion.crisis
    kinds = {found.rule.signal for said in spoken for found in said.reading.findings if found.level != "none"} - {None}
    return [
        _log_odds(last.opinion.crisis),
        _log_odds(last.opinion.imminent),
        worst[0],
        worst[1],
        _log_odds(1.0 - none_of_them),
        float(min(4, len(kinds))),
        float(bool(last.reading.standing)),
        max((said.weight for said in earlier if said.reading.standing), default=0.0),
    ]


_LEAST = -6.0


def _log_odds(probability: float) -> float:
    return max(_LEAST, math.log((probability + 1e-6) / (1.0 - min(probability, 1.0 - 1e-6))))


def _course(spoken: Sequence[Spoken], thresholds: Thresholds, weights: Floats) -> Conclusion | None:
    """What all turns together are like, by the regression fitted to dialogues."""
    if max(said.opinion.crisis * said.weight for said in spoken[1:]) < thresholds.course_from:
        return None  # the last turn stands alone, and has been judged alone
    probability = chance(weights, features(spoken))
    if probability < thresholds.course_check_in:
        return None
    level = "alert" if probability >= thresholds.course_alert else "check_in"
    worst = max(spoken, key=lambda said: said.opinion.crisis * said.weight)
    because = tuple((said.age, found) for said in spoken for found in said.reading.standing)
    return Conclusion("course", level, 2, worst.opinion.category or "passive_ideation", because)


def _answered(turns: Sequence[Turn], last: Spoken) -> Conclusion | None:
    """The last turn as an answer to the bot's direct question."""
    answer: Answer | None = answer_to_risk_question(turns, last.reading)
    if answer is None or answer.level == "none":
        return None
    return Conclusion(f"answer_{answer.kind}", answer.level, answer.severity, answer.category)


def _taken_back(spoken: Sequence[Spoken]) -> Conclusion | None:
    """A denial after a disclosure: the question is put once more, about the same evidence, and nobody is scolded."""
    last = spoken[0].reading
    if last.standing or not (last.kinds & {"denial"}):
        return None
    earlier = [
        (said.age, found)
        for said in spoken[1:]
        if said.weight >= 0.4
        for found in said.reading.standing
        if found.level == "alert"
    ]
    if not earlier:
        return None
    worst = max(earlier, key=lambda each: each[1].severity)
    return Conclusion("taken_back", "check_in", min(2, worst[1].severity), worst[1].rule.category, tuple(earlier))


def _build_up(spoken: Sequence[Spoken], thresholds: Thresholds) -> Conclusion | None:
    """Signals of different kinds that add up. Each kind counts once, at its freshest."""
    now = {found.rule.signal for found in spoken[0].reading.findings if found.rule.signal and found.level != "none"}
    if not now:
        return None
    kinds: dict[str, tuple[float, int, Finding]] = {}
    for said in spoken:
        for found in said.reading.findings:
            signal = found.rule.signal
            if signal is None or found.level == "none":
                continue
            weight = said.weight * found.rule.severity
            if signal not in kinds or kinds[signal][0] < weight:
                kinds[signal] = (weight, said.age, found)
    if len(kinds) < 2:
        return None
    total = sum(weight for weight, _, _ in kinds.values())
    because = tuple((age, found) for _, age, found in kinds.values())
    if total >= thresholds.build_up_alert:
        return Conclusion("build_up", "alert", 2, "plan_or_intent", because)
    if total >= thresholds.build_up_check_in:
        return Conclusion("build_up", "check_in", 2, "passive_ideation", because)
    return None


def evidence_id(rule: str, text: str, start: int, end: int, at: datetime | None) -> str:
    """The same rule on the same words of the same turn has the same id later. Holds no client text."""
    moment = at.replace(microsecond=0).isoformat() if at else ""
    digest = hashlib.sha256(
        f"{rule}\0{moment}\0{start}\0{end}\0".encode() + text.encode("utf-8", "surrogatepass")
    ).hexdigest()
    return f"{rule[:90]}:{digest[:20]}"
