"""What goes into an assessment and what comes out: turns, evidence, the assessment itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

ROLES = ("client", "bot", "person")
type Level = Literal["none", "check_in", "alert"]
type Mode = Literal["full", "fixed_list"]

CATEGORIES = (
    "passive_ideation",
    "active_ideation",
    "plan_or_intent",
    "attempt_or_overdose",
    "self_harm",
    "harm_to_others",
    "abuse_or_danger",
    "third_party",
    "eating_disorder_risk",
    "command_hallucination",
)
UNASSESSED = "unassessed"
LEVELS: tuple[Level, ...] = ("none", "check_in", "alert")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation.

    `role`: client, bot or person. `question` is "risk" on the bot's direct question about danger.
    """

    role: str
    text: str
    at_utc: datetime | None = None
    question: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a level.

    `id`: the same rule on the same words of the same turn has the same id in every later assessment.
    `rule`: a rule's id, "classifier" or "dialogue:<name>". `severity`: 0-3. `turn`: 0 is the last client turn, 1 the
    client turn before it. `start`, `end`: code points in that turn's original text. `why`: id of a meaning.
    """

    id: str
    rule: str
    category: str
    severity: int
    turn: int
    start: int
    end: int
    why: str
    meaning: Mapping[str, str]
    lowers: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As records keep it and the portal shows it."""
        return {
            "id": self.id,
            "rule": self.rule,
            "category": self.category,
            "severity": self.severity,
            "turn": self.turn,
            "start": self.start,
            "end": self.end,
            "why": self.why,
            "meaning": dict(self.meaning),
            "lowers": dict(self.lowers),
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was read in the last client turn, in the light of the turns before it.

    `severity`: 0 none, 1 noted, 2 serious, 3 imminent. At level none it is 0-1, at check_in 1-3, at alert 2-3.
    `unread_language`: the text is in a language that cannot be read here; its level then says nothing about safety.
    `version`: short hash of rules and model, with "-rules-only" when there is no usable model.
    """

    level: Level
    severity: int
    categories: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unread_language: bool
    version: str

    def to_json(self) -> dict[str, Any]:
        """The whole assessment as JSON values."""
        return {
            "level": self.level,
            "severity": self.severity,
            "categories": list(self.categories),
            "evidence": [piece.to_json() for piece in self.evidence],
            "unread_language": self.unread_language,
            "version": self.version,
        }


def unassessed() -> Assessment:
    """What a message is treated as when nobody could look at it: serious, and a person is told."""
    return Assessment(
        level="alert", severity=2, categories=(UNASSESSED,), evidence=(), unread_language=False, version=UNASSESSED
    )
