"""The chat page as HTML: the first screen, help and all words of one language, from one template."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.widget.assets import asset_version, modules

# Where quick exit leads: a site that anybody may have open.
EXIT_URL = "https://www.wikipedia.org/"
# The order in which help shows lines: for everybody first, an emergency number second.
KINDS = ("general", "emergency", "youth", "abuse", "veterans", "lgbtq")
GROUNDING = ("ground_see", "ground_feel", "ground_hear", "ground_smell", "ground_taste", "ground_end")
# What the page shows of a line; its source and date are for the people who keep the file.
LINE_FIELDS = ("id", "kind", "name", "number", "text_number", "text_body", "url", "hours")


def page(
    *,
    frame: bool,
    language: str,
    strings: Mapping[str, str],
    lines: Sequence[Any],
    practice_name: str,
    version: str | None = None,
) -> str:
    """The whole page. `strings`: the topic `widget` in `language`, without parameters filled in. `lines`: crisis lines
    (dataclasses or mappings with the fields of the protocol). `frame`: shown inside a practice's site.

    Raises jinja2.UndefinedError when a string is missing.
    """
    shown = [plain_line(line) for line in lines]
    return (
        _environment()
        .get_template("page.html")
        .render(
            frame=frame,
            language=language,
            s=strings,
            strings_json=json.dumps(dict(strings), ensure_ascii=False, separators=(",", ":")),
            lines=sorted_lines(shown),
            lines_json=json.dumps(sorted_lines(shown), ensure_ascii=False, separators=(",", ":")),
            practice_name=practice_name,
            static=f"/static/{version or asset_version()}",
            modules=modules(),
            grounding=GROUNDING,
            exit_url=EXIT_URL,
        )
    )


def plain_line(line: Any) -> dict[str, Any]:
    """A crisis line as the page and the launcher carry it."""
    fields = dataclasses.asdict(line) if dataclasses.is_dataclass(line) and not isinstance(line, type) else dict(line)
    return {name: fields.get(name) or "" for name in LINE_FIELDS}


def sorted_lines(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines by kind, in the order of KINDS; within a kind as given."""
    return sorted(lines, key=lambda line: KINDS.index(line["kind"]) if line["kind"] in KINDS else len(KINDS))


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["fill"] = fill
    environment.filters["dialled"] = dialled
    return environment


def fill(text: str, **params: str) -> str:
    """A text with its parameters; those not given stay as they are, for the script to fill."""
    return re.sub(r"\{(\w+)\}", lambda match: params.get(match[1], match[0]), text)


def dialled(number: str) -> str:
    """A printed telephone number as a telephone dials it."""
    return re.sub(r"[^\d+*#]", "", number)
