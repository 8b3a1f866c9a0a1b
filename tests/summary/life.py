"""Two weeks of a fictional client's shared summaries, with an alert in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.summary import Asked, Brief, BriefInput, SafetyEvent, SharedLine, SharedReflection, make_brief
from bot.summary.parts import Words
from bot.texts import load_texts

UNTIL = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=14)
ZONE = ZoneInfo("America/New_York")


def line(line_id: str, kind: str, text: str, at: datetime, *, role: str | None = None, value: Any = None) -> SharedLine:
    """One shared line."""
    return SharedLine(id=line_id, kind=kind, label=line_id, text=text, role=role, value=value, at=at)


def check_in(day: int, mood: int, happened: str, *, helped: str = "", bring: str = "") -> SharedReflection:
    """A shared check-in, `day` days after the period began."""
    at = SINCE + timedelta(days=day, hours=3)
    lines = [
        line("mood", "score", f"{mood} of 10", at, role="mood", value=mood),
        line("happened", "words", happened, at, value=happened),
    ]
    if helped:
        lines.append(line("helped", "words", helped, at, role="helped", value=helped))
    if bring:
        lines.append(line("bring", "words", bring, at, role="topic", value=bring))
    return SharedReflection(f"checkin{day}", "daily_check_in", "Daily check-in", at, tuple(lines))


def grounding(day: int, before: int, after: int) -> SharedReflection:
    """A shared grounding exercise."""
    at = SINCE + timedelta(days=day, hours=5)
    pair = line("before_after", "score", f"{before} → {after}", at, role="before_after", value=[before, after])
    return SharedReflection(f"ground{day}", "grounding_54321", "Back to the here and now", at, (pair,))


def preparation(day: int, *topics: str) -> SharedReflection:
    """A shared session preparation."""
    at = SINCE + timedelta(days=day, hours=7)
    lines = [
        line("homework", "fact", "I did part of it", at, role="homework", value="part"),
        line("obstacle", "words", "the evenings were too loud", at, value="the evenings were too loud"),
        *(line(f"topics-{n}", "words", topic, at, role="topic", value=topic) for n, topic in enumerate(topics, 1)),
    ]
    return SharedReflection(f"prep{day}", "session_preparation", "Prepare my session", at, tuple(lines))


EPISODE = SafetyEvent(
    id="episode1",
    at=SINCE + timedelta(days=5, hours=11),
    severity=2,
    answered_by="Jo Sample",
    answered_at=SINCE + timedelta(days=5, hours=11, minutes=4),
    outcome="reached_and_safe",
    closed_at=SINCE + timedelta(days=5, hours=12),
)
LIFE = BriefInput(
    since=SINCE,
    until=UNTIL,
    zone=ZONE,
    reflections=(
        check_in(1, 6, "my sister called about the house", helped="walking by the river"),
        check_in(3, 5, "argued with my sister again"),
        grounding(4, 8, 5),
        check_in(5, 3, "could not sleep after the landlord wrote", bring="the letter from the landlord"),
        check_in(7, 4, "the landlord again, my sister does not get it"),
        grounding(8, 7, 7),
        check_in(9, 2, "stayed in bed"),
        check_in(11, 2, "a letter, more of the same"),
        preparation(12, "the house", "how I talk to my sister", "sleep", "money"),
    ),
    events=(EPISODE,),
    asked=(Asked("q1", SINCE + timedelta(days=9), "no"), Asked("q2", SINCE + timedelta(days=10), None)),
    unread=1,
)


def words_in(language: str) -> Words:
    """The real texts of the brief."""
    texts = load_texts()

    def say(key: str, **params: object) -> str:
        return texts.say(f"brief.{key}", language=language, address="usted", **params).text

    return Words(say=say, language=language)


def brief(given: BriefInput = LIFE, language: str = "en") -> Brief:
    """The brief of a life."""
    return make_brief(given, words_in(language))


def without(*ids: str) -> BriefInput:
    """The same life without some shared entries."""
    return replace(LIFE, reflections=tuple(one for one in LIFE.reflections if one.id not in ids))


def changed(entry: str, line_id: str, **fields: Any) -> BriefInput:
    """The same life with one line of one entry changed."""
    entries = []
    for one in LIFE.reflections:
        lines = tuple(replace(each, **fields) if one.id == entry and each.id == line_id else each for each in one.lines)
        entries.append(replace(one, lines=lines))
    return replace(LIFE, reflections=tuple(entries))
