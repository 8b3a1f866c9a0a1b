"""When somebody answers: opening hours in a time zone, with holidays, and the sentence that says so.

An instant is covered when the clock on the practice's wall shows a time within the hours of that weekday, and the day
is no holiday. Read so, the two hours that a change to winter time repeats are both covered, and an opening that falls
into the hour that summer time leaves out is at the first instant after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.records.contacts import Coverage
from bot.texts import Said, Texts

NOBODY = "nobody"
# How far ahead an opening is looked for: longer than any closing that a practice would declare.
LOOK_AHEAD_DAYS = 400
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def is_open(coverage: Coverage, at: datetime) -> bool:
    """Whether somebody answers at this instant, within the declared hours."""
    local = at.astimezone(ZoneInfo(coverage.time_zone))
    if local.date() in coverage.holidays:
        return False
    minute = local.hour * 60 + local.minute
    return any(
        weekday == local.weekday() and _minutes(opens) <= minute < _minutes(closes)
        for weekday, opens, closes in coverage.hours
    )


def next_opening(coverage: Coverage, at: datetime) -> datetime | None:
    """The first instant at or after `at` that is covered, in UTC; `at` itself while open; None if there is none."""
    if is_open(coverage, at):
        return at.astimezone(UTC)
    return next((moment for moment in _moments(coverage, at, which=1) if is_open(coverage, moment)), None)


def next_closing(coverage: Coverage, at: datetime) -> datetime | None:
    """When the hours that run now end, in UTC; `at` itself while closed; None if they do not end within a week."""
    if not is_open(coverage, at):
        return at.astimezone(UTC)
    for moment in _moments(coverage, at, which=2):
        if moment > at + _WEEK:
            break
        if not is_open(coverage, moment):
            return moment
    return None


def describe(
    coverage: Coverage, at: datetime, *, texts: Texts, language: str, address: str, practice_name: str
) -> Said:
    """The sentence about who answers now, for the consent text and beside the text box."""
    closes = next_closing(coverage, at)
    opens = next_opening(coverage, at)
    who: dict[str, object] = {"practice": practice_name}
    if is_open(coverage, at):
        minutes = coverage.reply_minutes
        who |= {"fast": minutes[3], "slow": minutes[2]}
        if closes is None:
            key = "always"
        else:
            key, who["time"] = "open", moment_words(closes, at, zone=coverage.time_zone, language=language)
    elif coverage.outside != NOBODY:
        key = "on_call"
    elif opens is None:
        key = "never"
    else:
        key, who["time"] = "closed", moment_words(opens, at, zone=coverage.time_zone, language=language)
    return texts.say(f"coverage.{key}", language=language, address=address, **who)


def moment_words(moment: datetime, at: datetime, *, zone: str, language: str) -> str:
    """A moment on the practice's wall clock: "21:40" for today, "Mon 09:00" within a week, else with its date."""
    local, now = moment.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(zone))
    if local.date() == now.date():
        pattern = "HH:mm"
    elif local.date() - now.date() < timedelta(days=7):
        pattern = "EEE HH:mm"
    else:
        pattern = "EEE d MMM, HH:mm"
    return str(format_datetime(local, pattern, locale=language))


def _moments(coverage: Coverage, at: datetime, *, which: int) -> Iterator[datetime]:
    """Every instant after `at` at which hours begin (`which` = 1) or end (2), in order."""
    zone = ZoneInfo(coverage.time_zone)
    today = at.astimezone(zone).date()
    for days in range(-1, LOOK_AHEAD_DAYS):
        day = today + days * _DAY
        found = {
            moment
            for hours in coverage.hours
            if hours[0] == day.weekday()
            for moment in _instants(day, _minutes(str(hours[which])), zone)
        }
        # A day that summer time shortens, or a holiday, begins without any of the hours' own times.
        found.update(_instants(day, 0, zone))
        yield from sorted(moment for moment in found if moment > at)


def _instants(day: date, minute: int, zone: ZoneInfo) -> list[datetime]:
    """The instants, in UTC, at which the wall clock comes to a minute of a day: one; two when the hour is repeated."""
    if minute == 24 * 60:
        day, minute = day + _DAY, 0
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    both = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if all(moment.astimezone(zone).replace(tzinfo=None) == wall for moment in both):
        return sorted(set(both))
    return [_after_gap(*sorted(both), wall=wall, zone=zone)]


def _after_gap(before: datetime, after: datetime, *, wall: datetime, zone: ZoneInfo) -> datetime:
    """The first whole second after a gap in which the wall clock never shows `wall`."""
    first, last = int(before.timestamp()), int(after.timestamp())
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).replace(tzinfo=None) >= wall:
            last = middle
        else:
            first = middle
    return datetime.fromtimestamp(last, UTC)


def _minutes(clock: str) -> int:
    """Minutes since midnight of "HH:MM"; 1,440 for "24:00"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
