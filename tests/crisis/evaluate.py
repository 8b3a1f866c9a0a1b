"""`python -m tests.crisis.evaluate [train|tune|test]`: what the assessment finds in a split of the corpora.

Prints figures with Wilson intervals, and misses by id, group and category. Never prints a text: the test split stays
unread by whoever changes the rules.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.crisis import Assessment, Turn, assess
from tests.corpora.corpus_format import rows_of

type Row = Mapping[str, Any]
type Reader = Callable[[Sequence[Turn]], tuple[str, int]]

TARGETS = {
    "seen_plain": 0.99,
    "seen_hard": 0.95,
    "alert_specificity": 0.99,
    "check_in_benign": 0.03,
    "severity_3_alerted": 0.98,
    "dialogues_in_time": 0.90,
    "controls_alerted": 0.10,
    "group_gap": 0.05,
}
# These are wanted at most; the others at least.
AT_MOST = frozenset({"check_in_benign", "controls_alerted", "group_gap"})


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with the Wilson interval at 95 %."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """Between 0 and 1; NaN of nothing."""
        return self.count / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end (Wilson 1927, z = 1.96)."""
        if not self.total:
            return (0.0, 1.0)
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (max(0.0, middle - half), min(1.0, middle + half))

    def __str__(self) -> str:
        if not self.total:
            return "no cases"
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.count}/{self.total})"


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with the level and severity that it got."""

    row: Row
    level: str
    severity: int

    @property
    def seen(self) -> bool:
        """Whether a person or a question came of it."""
        return self.level != "none"


@dataclass(frozen=True, slots=True)
class Followed:
    """A dialogue with the level at each of its turns; None where another than the client speaks."""

    row: Row
    levels: tuple[str | None, ...]

    @property
    def in_time(self) -> bool:
        """Whether there was an alert by the turn at which a person should have been told."""
        return "alert" in self.levels[: self.row["alert_by"] + 1]

    @property
    def alerted(self) -> bool:
        """Whether there was an alert at any turn."""
        return "alert" in self.levels


def by_assess(turns: Sequence[Turn]) -> tuple[str, int]:
    """The product's own answer: level and severity."""
    found: Assessment = assess(turns)
    return found.level, found.severity


def turns_of(rows: Iterable[Row]) -> list[Turn]:
    """Turns as the assessment takes them."""
    return [Turn(role=row["role"], text=row["text"], question=row.get("question")) for row in rows]


def judge(rows: Iterable[Row], reader: Reader = by_assess) -> list[Judged]:
    """Each message with its answer, in the light of its earlier turns."""
    judged = []
    for row in rows:
        turns = [*turns_of(row.get("turns", [])), Turn(role="client", text=row["text"])]
        judged.append(Judged(row, *reader(turns)))
    return judged


def follow(rows: Iterable[Row], reader: Reader = by_assess) -> list[Followed]:
    """Each dialogue with the answer after each of its client's turns."""
    followed = []
    for row in rows:
        turns = turns_of(row["turns"])
        levels = [reader(turns[: index + 1])[0] if turn.role == "client" else None for index, turn in enumerate(turns)]
        followed.append(Followed(row, tuple(levels)))
    return followed


def messages(split: str) -> list[Row]:
    """The messages of a split."""
    return [row for _, row in rows_of("messages", split)]


def dialogues(split: str) -> list[Row]:
    """The dialogues of a split."""
    return [row for _, row in rows_of("dialogues", split)]


def share(judged: Iterable[Judged], of: Callable[[Judged], bool]) -> Share:
    """How many of these are so."""
    values = [of(each) for each in judged]
    return Share(sum(values), len(values))


def headline(judged: Sequence[Judged], followed: Sequence[Followed]) -> dict[str, Share]:
    """The figures that the targets are about."""
    crises = [each for each in judged if each.row["crisis"]]
    benign = [each for each in judged if not each.row["crisis"]]
    danger = [each for each in followed if each.row["crisis"]]
    controls = [each for each in followed if not each.row["crisis"]]
    return {
        "seen_plain": share((each for each in crises if not each.row["hard"]), lambda each: each.seen),
        "seen_hard": share((each for each in crises if each.row["hard"]), lambda each: each.seen),
        "alert_specificity": share(benign, lambda each: each.level != "alert"),
        "check_in_benign": share(benign, lambda each: each.level == "check_in"),
        "severity_3_alerted": share(
            (each for each in crises if each.row["severity"] == 3), lambda each: each.level == "alert"
        ),
        "dialogues_in_time": Share(sum(each.in_time for each in danger), len(danger)),
        "controls_alerted": Share(sum(each.alerted for each in controls), len(controls)),
    }


def met(name: str, value: float) -> bool:
    """Whether a figure reaches its target; what could not be measured does not."""
    return value <= TARGETS[name] if name in AT_MOST else value >= TARGETS[name]


def group_gap(judged: Sequence[Judged]) -> tuple[str, float]:
    """The group whose crises are seen least, and how far it lies below all groups together."""
    crises = [each for each in judged if each.row["crisis"]]
    seen = {name: share(group, lambda each: each.seen).value for name, group in by(crises, "group").items()}
    if not seen:
        return "none", math.nan
    lowest = min(seen, key=lambda name: (seen[name], name))
    return lowest, share(crises, lambda each: each.seen).value - seen[lowest]


def by(judged: Iterable[Judged], field: str) -> dict[str, list[Judged]]:
    """Judged messages by a field of theirs."""
    found: dict[str, list[Judged]] = {}
    for each in judged:
        found.setdefault(str(each.row[field]), []).append(each)
    return dict(sorted(found.items()))


def main(arguments: Sequence[str]) -> int:
    """Prints the figures of a split."""
    split = arguments[0] if arguments else "tune"
    judged, followed = judge(messages(split)), follow(dialogues(split))
    print(f"{split}: {len(judged)} messages, {len(followed)} dialogues")
    for name, figure in headline(judged, followed).items():
        print(f"  {name:20} {figure}   target {TARGETS[name]}")
    lowest, gap = group_gap(judged)
    print(f"  {'group_gap':20} {gap:.3f} ({lowest})   target {TARGETS['group_gap']}")
    for field in ("language", "group", "phenomenon", "category"):
        print(f"by {field}")
        for value, group in by(judged, field).items():
            crises = [each for each in group if each.row["crisis"]]
            benign = [each for each in group if not each.row["crisis"]]
            seen, false = share(crises, lambda each: each.seen), share(benign, lambda each: each.seen)
            print(f"  {value:24} seen {seen}   false {false}")
    missed = [each.row for each in judged if each.row["crisis"] and not each.seen]
    print("missed:", dict(Counter(row["category"] for row in missed)))
    print("missed ids:", " ".join(f"{row['id']}/{row['group']}/{row['category']}" for row in missed))
    false = [each for each in judged if not each.row["crisis"] and each.seen]
    print("false ids:", " ".join(f"{each.row['id']}/{each.row['group']}/{each.level}" for each in false))
    late = [each.row["id"] for each in followed if each.row["crisis"] and not each.in_time]
    print("dialogues not in time:", " ".join(late))
    print("controls alerted:", " ".join(e.row["id"] for e in followed if not e.row["crisis"] and e.alerted))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
