"""What a brief may say of a client, read from records: what is shared now, and crisis events (I5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.portal.measured import courses
from bot.records import Tx, assessments, conversations, episodes, people, practice, questions, summaries
from bot.records.episodes import Episode
from bot.records.people import Client
from bot.records.summaries import SharedSummary
from bot.reflection import measure_exercises
from bot.summary import Asked, Brief, BriefInput, SafetyEvent, SharedLine, SharedReflection, make_brief
from bot.summary.change import WINDOW
from bot.summary.parts import Words
from bot.texts import Texts


def brief_of(
    tx: Tx,
    client: Client,
    shared: Sequence[SharedSummary],
    *,
    texts: Texts,
    language: str,
    since: datetime,
    at: datetime,
) -> Brief:
    """The brief of a client's period, for a reader of `language`. `shared`: what the client shares of it now."""
    conversation = conversations.conversation_of(tx, client.id, at=at)
    of_period = {one.id for one in shared}
    earlier = [one for one in summaries.shared_of(tx, client.id, at - WINDOW) if one.id not in of_period]
    measured = summaries.shared_of(tx, client.id, None, exercises=measure_exercises())
    given = BriefInput(
        since=since,
        until=at,
        zone=ZoneInfo(practice.practice(tx).time_zone),
        reflections=tuple(reflection_of(one) for one in shared),
        earlier=tuple(reflection_of(one) for one in earlier),
        events=tuple(_event(tx, one) for one in episodes.episodes_of(tx, client.id, since)),
        asked=tuple(
            Asked(id=one.id, at=one.asked_at, answer=one.answer)
            for one in questions.questions_of(tx, conversation.id, since)
        ),
        unread=assessments.unread_since(tx, conversation.id, since),
        measures=courses([reflection_of(one) for one in measured], of_period=of_period),
    )

    def say(key: str, **params: object) -> str:
        return texts.say(f"brief.{key}", language=language, address="usted", **params).text

    return make_brief(given, Words(say=say, language=language))


def reflection_of(shared: SharedSummary) -> SharedReflection:
    """A shared copy as the pure rooms read it."""
    lines = tuple(
        SharedLine(
            id=line["id"],
            kind=line["kind"],
            label=line["label"],
            text=line["text"],
            role=line["role"],
            value=line["value"],
            at=datetime.fromisoformat(line["at"]),
        )
        for line in shared.body["lines"]
    )
    at = max((line.at for line in lines), default=shared.shared_at)
    return SharedReflection(id=shared.id, exercise=shared.exercise, title=shared.body["title"], at=at, lines=lines)


def _event(tx: Tx, episode: Episode) -> SafetyEvent:
    by = people.staff(tx, episode.acknowledged_by).display_name if episode.acknowledged_by else None
    return SafetyEvent(
        id=episode.id,
        at=episode.opened_at,
        severity=episode.severity,
        answered_by=by,
        answered_at=episode.acknowledged_at,
        outcome=episode.outcome,
        closed_at=episode.closed_at,
    )
