"""Templates with strict undefined names, autoescape, and the staff member's language."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from babel.dates import format_datetime, format_time
from litestar import Response
from litestar.enums import MediaType

from bot.records.people import Staff

HERE = Path(__file__).parent


@functools.cache
def environment() -> jinja2.Environment:
    """The templates. A name that a context lacks is an error and not an empty string."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def day_and_time(at: datetime, *, language: str, zone: str) -> str:
    """A moment in the practice's local time, such as "Mon 23 Nov, 10:00"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE d MMM', locale=language)}, {format_time(local, 'HH:mm', locale=language)}"


def clock(at: datetime, *, language: str, zone: str) -> str:
    """The time of day in the practice's local time."""
    return format_time(at.astimezone(ZoneInfo(zone)), "HH:mm", locale=language)


def words(strings: Mapping[str, str]) -> Callable[..., str]:
    """`t("key", name=...)` of the templates."""

    def t(key: str, **params: object) -> str:
        return strings[key].format(**params)

    return t


def page(
    template: str,
    context: Any,
    *,
    strings: Mapping[str, str],
    language: str,
    zone: str,
    staff: Staff | None,
    status: int = 200,
) -> Response[str]:
    """One page. `context` is the template's dataclass; its fields are the only names the template has of it."""
    html = (
        environment()
        .get_template(template)
        .render(
            **{field.name: getattr(context, field.name) for field in dataclasses.fields(context)},
            t=words(strings),
            lang=language,
            staff=staff,
            when=lambda at: day_and_time(at, language=language, zone=zone),
            clock=lambda at: clock(at, language=language, zone=zone),
        )
    )
    return Response(html, media_type=MediaType.HTML, status_code=status)
