"""Safety, always first: what happened, who answered, how it ended; and that finding nothing proves nothing."""

from __future__ import annotations

from collections import Counter

from bot.summary.parts import Line, Section, Source, Words
from bot.summary.shared import BriefInput, SafetyEvent


def section(given: BriefInput, words: Words) -> Section:
    """One line an event, one for questions that were asked, one for messages that nobody could read."""
    lines = [_event(event, given, words) for event in given.events]
    lines += _questions(given, words)
    if not lines:
        lines.append(Line("safety.none", "fact", words.say("safety_none"), ()))
    if given.unread:
        lines.append(Line("safety.unread", "fact", words.say("safety_unread", count=given.unread), ()))
    return Section("safety", words.say("title_safety"), tuple(lines))


def _event(event: SafetyEvent, given: BriefInput, words: Words) -> Line:
    said = [words.say("safety_alert", when=words.moment(event.at, given.zone), severity=event.severity)]
    if event.answered_by is not None and event.answered_at is not None:
        when = words.moment(event.answered_at, given.zone)
        said.append(words.say("safety_answered", who=event.answered_by, when=when))
    else:
        said.append(words.say("safety_unanswered"))
    said.append(words.say(f"outcome_{event.outcome}") if event.outcome else words.say("safety_open"))
    return Line(f"safety.{event.id}", "fact", " ".join(said), (Source("episode", event.id),))


def _questions(given: BriefInput, words: Words) -> list[Line]:
    if not given.asked:
        return []
    counted = Counter(one.answer or "none" for one in given.asked)
    order = ("yes", "not_sure", "rather_not", "text", "no", "none")
    answers = ", ".join(f"{words.say(f'answer_{name}')} {counted[name]}" for name in order if counted[name])
    text = words.say("safety_asked", count=len(given.asked), answers=answers)
    return [Line("safety.asked", "fact", text, ())]
