"""`python -m tests.crisis.hits`: writes hits.json, the record of which rule must hear which words.

A rule's own examples go when the rule goes, so a test that reads only the rules never misses one. This record stays,
and `test_rules.py` asks for each of its rules. Run it after adding or renaming a rule, and read the difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.crisis.rules import load_rules

HITS = Path(__file__).with_name("hits.json")


def recorded() -> dict[str, str]:
    """Rule or context rule -> words that it must find."""
    return dict(json.loads(HITS.read_text(encoding="utf-8")))


def main() -> int:
    """Writes the record from the rules as they are; says what left it."""
    book = load_rules()
    hits = {rule.id: rule.hit for rule in (*book.rules, *book.context)}
    gone = sorted(set(recorded()) - set(hits)) if HITS.is_file() else []
    HITS.write_text(json.dumps(hits, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(hits)} rules; no longer there: {', '.join(gone) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
