"""Questionnaires in the brief: the sum, the change since the last one, and whether that is more than noise.

The arithmetic is the measure's own and comes with the input; here it is put into words that show it.
"""

from __future__ import annotations

from bot.summary.parts import Line, Source, Words
from bot.summary.shared import BriefInput, MeasureCourse, Total


def lines(given: BriefInput, words: Words) -> tuple[Line, ...]:
    """One line a questionnaire that the period has a sum of."""
    return tuple(_line(course, given, words) for course in given.measures)


def not_on_track(given: BriefInput, words: Words) -> tuple[Line, ...]:
    """One line a questionnaire whose course gets worse by its stated rule."""
    found = []
    for course in given.measures:
        worse = course.worse
        if worse is None:
            continue
        text = words.say(
            "measure_worse_item" if worse.safety_rose else "measure_worse",
            title=course.title,
            totals=" → ".join(str(total.value) for total in worse.totals),
            rise=worse.rise,
            base=words.say(f"measure_against_{worse.against}"),
            limit=course.limit,
        )
        found.append(Line(f"not_on_track.{course.id}", "score", text, _sources(*worse.totals)))
    return tuple(found)


def _line(course: MeasureCourse, given: BriefInput, words: Words) -> Line:
    params = {"title": course.title, "total": course.last.value, "maximum": course.maximum}
    params["when"] = words.day(course.last.at, given.zone)
    before = course.before
    if before is None:
        return Line(f"change.{course.id}", "score", words.say("measure_first", **params), _sources(course.last))
    change = course.last.value - before.value
    text = words.say(
        "measure_reliable" if course.reliable else "measure_not_reliable",
        **params,
        change=f"{change:+d}".replace("-", "\N{MINUS SIGN}"),
        since=words.day(before.at, given.zone),
        limit=course.limit,
    )
    return Line(f"change.{course.id}", "score", text, _sources(course.last, before))


def _sources(*totals: Total) -> tuple[Source, ...]:
    return tuple(Source("entry", total.entry, total.line) for total in totals)
