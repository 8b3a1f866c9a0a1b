"""Cells, tables and paragraphs of the report, in Markdown."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence

from tests.crisis.evaluate import Share
from tests.crisis.measures import Bounded

WIDTH = 120


def filled(block: str) -> str:
    """A paragraph in lines of WIDTH; tables, lists, heads, pictures and folds as they are."""
    if block.lstrip().startswith(("|", "- ", "#", "![", "<")):
        return block
    return textwrap.fill(" ".join(block.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def cell(found: Share, digits: int = 3) -> str:
    """`count/total`, the share, its interval."""
    if not found.total:
        return "none"
    low, high = found.interval
    return f"{found.count}/{found.total} = {found.value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def bounds(found: Bounded, digits: int = 3) -> str:
    """A number with its bounds."""
    if math.isnan(found.value):
        return "nothing raised"
    low, high = (f"{end:.{digits}f}" if not math.isnan(end) else "?" for end in (found.low, found.high))
    return f"{found.value:.{digits}f} [{low}, {high}]"


def plain_name(value: object) -> str:
    """The name of a group, a category or a phenomenon as words."""
    return str(value).replace("_", " ")
