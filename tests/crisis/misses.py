"""The report's list of what went wrong: of the test split by id alone, of the tune split with its invented words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.crisis.evaluate import Followed, Judged, Row, by
from tests.crisis.measuring import BOTH, Measured

# What Markdown or HTML would take for its own.
_SPECIAL = str.maketrans({mark: f"&#{ord(mark)};" for mark in "\\`*_{}[]<>|#&~$@"})


def misses(measured: Measured) -> str:
    """Misses, false alarms, dialogues."""
    own, tune = measured.results[BOTH], measured.tune
    missed = [each for each in own.crises if not each.seen]
    late = [each for each in own.followed if each.row["crisis"] and not each.in_time]
    controls = [each for each in own.followed if not each.row["crisis"] and each.alerted]
    tune_missed = [each for each in tune.crises if not each.seen]
    held = [
        (f"{len(missed)} of {len(own.crises)} crises missed, by category", _ids(missed, "category")),
        *(
            (f"{len(raised)} of {len(own.benign)} benign messages {what}, by phenomenon", _ids(raised, "phenomenon"))
            for raised, what in ((_at(own.benign, "alert"), "alerted"), (_at(own.benign, "check_in"), "asked about"))
        ),
        (f"{len(late)} dialogues not alerted in time, {len(controls)} controls alerted", _talks(late, controls)),
    ]
    read = [
        (f"{len(tune_missed)} of {len(tune.crises)} crises missed, with their words", _words(tune_missed)),
        *(
            (f"{len(raised)} of {len(tune.benign)} benign messages {what}, with their words", _words(raised))
            for raised, what in ((_at(tune.benign, "alert"), "alerted"), (_at(tune.benign, "check_in"), "asked about"))
        ),
    ]
    held_out = "\n\n".join(_section(f"Held out: {title}", body) for title, body in held)
    readable = "\n\n".join(_section(f"Tune: {title}", body) for title, body in read)
    return f"""
## What went wrong, one by one

Held-out texts stand here by id alone, so that whoever changes the rules does not learn them. An id is its family's name
and a letter.

{held_out}

The tune split may be read. **The texts below speak plainly of suicide, injury and abuse.** All are invented.

{readable}
"""


def _at(judged: Iterable[Judged], level: str) -> list[Judged]:
    return [each for each in judged if each.level == level]


def _section(title: str, body: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{body or 'None.'}\n\n</details>"


def _ids(judged: Sequence[Judged], field: str) -> str:
    return "\n".join(
        f"- {value.replace('_', ' ')} ({len(group)}): "
        + ", ".join(f"`{each.row['id']}` ({each.row['group'].replace('_', ' ')})" for each in _sorted(group))
        for value, group in by(judged, field).items()
    )


def _talks(late: Iterable[Followed], controls: Iterable[Followed]) -> str:
    lines = [f"- not in time: `{each.row['id']}` ({each.row['category'].replace('_', ' ')})" for each in late]
    return "\n".join([*lines, *(f"- control alerted: `{each.row['id']}`" for each in controls)])


def _words(judged: Iterable[Judged]) -> str:
    return "\n".join(
        f"- `{each.row['id']}` ({(each.row['category'] or each.row['phenomenon']).replace('_', ' ')}, "
        f"severity {each.row['severity']}): {_spoken(each.row)}"
        for each in _sorted(judged)
    )


def _sorted(judged: Iterable[Judged]) -> list[Judged]:
    return sorted(judged, key=lambda each: str(each.row["id"]))


def _spoken(row: Row) -> str:
    """The earlier turns, if any, then the message, on one line."""
    said = [f"{turn['role']}: “{quoted(turn['text'])}”" for turn in row.get("turns", [])]
    return "; ".join([*said, f"client: “{quoted(row['text'])}”"] if said else [f"“{quoted(row['text'])}”"])


def quoted(text: str) -> str:
    """A text that shows in Markdown as it is: marks escaped, line breaks as /, what cannot be seen as its code."""
    shown = " / ".join(line.strip() for line in text.splitlines() if line.strip())
    return "".join(each if each.isprintable() else f"U+{ord(each):04X}" for each in shown).translate(_SPECIAL)
