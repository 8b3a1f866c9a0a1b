"""`python -m tests.crisis.real_talk FILE...`: false alarms on what people really said to each other.

FILE is a conversation file of Topical-Chat (github.com/alexa/Topical-Chat, CDLA-Sharing-1.0), such as
conversations/valid_freq.json: about 11,000 turns of small talk between two people, none of them in danger. It is
fetched for the measurement by whoever makes it, and never part of this repository. Every turn is assessed with the
turns before it, its writer as the client. Prints counts, and for whoever looks for causes the rules behind them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.crisis import Assessment, Turn, assess

WANTED_PER_1000 = {"alert": 3, "check_in": 25}


def conversations(path: Path) -> Iterator[list[Turn]]:
    """Each turn of each conversation with those before it; whoever writes it is the client."""
    for talk in json.loads(path.read_text(encoding="utf-8")).values():
        said = [(str(turn["agent"]), str(turn["message"])) for turn in talk["content"]]
        for at, (writer, _) in enumerate(said):
            yield [Turn("client" if who == writer else "person", text) for who, text in said[: at + 1]]


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    levels: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for name in arguments:
        for turns in conversations(Path(name)):
            found = assess(turns)
            levels[found.level] += 1
            causes.update(_causes(found))
    total = sum(levels.values())
    for level, wanted in WANTED_PER_1000.items():
        print(f"{level}: {1000 * levels[level] / total:.1f} per 1,000 turns (n = {total}), wanted: at most {wanted}")
    print("causes:", ", ".join(f"{cause} {count}" for cause, count in causes.most_common(15)))
    return 0


def _causes(found: Assessment) -> set[str]:
    return {f"{found.level}:{piece.rule}" for piece in found.evidence} if found.level != "none" else set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
