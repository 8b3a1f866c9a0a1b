"""A QR code as one SVG path, so that the page needs no image, no script and no style of its own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import segno

# ISO/IEC 18004: four light modules on each side.
QUIET = 4


@dataclass(frozen=True, slots=True)
class Qr:
    """`path`: the dark modules, one unit each. `size`: width and height with the quiet zone."""

    path: str
    size: int


def draw(text: str) -> Qr:
    """The QR code of a text."""
    rows = segno.make(text, micro=False, error="m").matrix
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for dark, modules in itertools.groupby(row):
            length = len(list(modules))
            if dark:
                runs.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
            x += length
    return Qr(path="".join(runs), size=len(rows) + 2 * QUIET)
