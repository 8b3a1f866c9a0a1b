"""Twelve weeks in the life of a client who does not exist: for a look at the brief, and for tests of it.

Three check-ins a week and a preparation before each session, two weeks without a word, two alerts with their outcomes,
and a mood that goes down at the end. All of it goes through the verbs that a real client's words go through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.records import Tx, appointments, conversations, episodes, new_id, reflections, summaries
from bot.reflection import Exercise, Exercises
from bot.summary import Answered, LineKind, write
from bot.texts import Texts

WEEKS = 12
# Mood of three check-ins a week, oldest week first; None where nothing was written.
MOODS: tuple[tuple[int, int, int] | None, ...] = (
    *((3, 4, 4), (4, 4, 5), (5, 4, 5), (5, 6, 5), (6, 5, 6), (6, 6, 7)),
    *(None, None),
    *((6, 5, 6), (7, 6, 6), (5, 5, 4), (3, 3, 2)),
)
_WORDS = ("flat", "busy", "tired", "lighter", "steady", "restless")
_HAPPENED = (
    "The night shift ran long and I slept badly",
    "Lunch with my sister, we laughed about the boat",
    "An e-mail from my landlord, I put it away unread",
    "I walked to the harbour before work",
    "The shift plan changed again",
    "I slept badly and skipped the choir",
)
_HELPED = ("the walk to the harbour", "calling my sister", "music on the way home", "nothing much today")
_TOPICS = (
    ("the letter from the landlord", "sleep after night shifts"),
    ("sleep after night shifts", "whether to go back to the choir"),
    ("what to say to my sister",),
)
_KINDS: Mapping[str, LineKind] = {"scale": "score", "choice": "fact", "text": "words", "list": "words"}


@dataclass(frozen=True, slots=True)
class _Alert:
    """An alert of this life: how many days before the end, and how it ended."""

    days_ago: int
    severity: int
    outcome: str


ALERTS = (_Alert(34, 2, "reached_and_safe"), _Alert(3, 2, "not_a_crisis"))


def live(tx: Tx, client_id: str, *, staff_id: str, exercises: Exercises, texts: Texts, until: datetime) -> None:
    """Writes the twelve weeks that end at `until` into the records of an enrolled client."""
    conversation = conversations.conversation_of(tx, client_id, at=until)
    for week in range(WEEKS):
        begins = until - timedelta(weeks=WEEKS - week)
        appointments.add(tx, client_id=client_id, starts_at=begins, at=begins)
        moods = MOODS[week]
        if moods is None:
            continue
        for number, mood in enumerate(moods):
            said = {
                "mood": mood,
                "word": _WORDS[(week + number) % len(_WORDS)],
                "happened": _HAPPENED[(2 * week + number) % len(_HAPPENED)],
                "helped": _HELPED[(week + 2 * number) % len(_HELPED)],
            }
            at = begins + timedelta(days=1 + 2 * number, hours=2)
            _reflect(tx, conversation.id, _named(exercises, "daily_check_in"), said, texts=texts, at=at)
        said = {"since": "A mixed week", "topics": list(_TOPICS[week % len(_TOPICS)])}
        at = begins + timedelta(days=6, hours=5)
        _reflect(tx, conversation.id, _named(exercises, "session_preparation"), said, texts=texts, at=at)
    appointments.add(tx, client_id=client_id, starts_at=until + timedelta(hours=3), at=until)
    for alert in ALERTS:
        _alert(tx, client_id, conversation.id, alert, staff_id=staff_id, at=until - timedelta(days=alert.days_ago))


def _named(exercises: Exercises, name: str) -> Exercise:
    found = exercises.get(name)
    assert found is not None  # two of the exercises that the product ships
    return found


def _reflect(
    tx: Tx, conversation_id: str, exercise: Exercise, said: Mapping[str, Any], *, texts: Texts, at: datetime
) -> None:
    """One finished reflection, summed up and shared."""
    begun = reflections.start(
        tx,
        conversation_id=conversation_id,
        exercise=exercise.id,
        exercise_version=exercise.version,
        language="en",
        first_step=exercise.steps[0].id,
        at=at,
    )
    for minute, (step, value) in enumerate(said.items()):
        text = "; ".join(value) if isinstance(value, list) else str(value)
        moment = at + timedelta(minutes=minute)
        message = conversations.add_message(
            tx, conversation_id, message_id=new_id(), role="client", text=text, reflection_id=begun.id, at=moment
        )
        conversations.mark_answered(tx, message.id, at=moment)
        reflections.answer_step(
            tx, begun.id, step=step, message_id=message.id, value=value, text=text, next_step=None, at=moment
        )
    reflections.finish(tx, begun.id, at)
    steps = {step.id: step for step in exercise.steps}
    answered = [
        Answered(
            step=answer.step,
            kind=_KINDS[steps[answer.step].kind],
            label=label.en if (label := steps[answer.step].label) else answer.step,
            role=steps[answer.step].role,
            value=answer.value,
            said=answer.text,
            maximum=steps[answer.step].maximum,
            entry_id=answer.entry_id,
            at=answer.at,
        )
        for answer in reflections.answers(tx, begun.id)
    ]
    words = {"before_after": texts.say("summary.before_after", language="en", address="tu").text}
    body = write(answered, title=exercise.title.en, exercise=exercise.id, finished=True, language="en", words=words)
    written = summaries.add_summary(tx, begun.id, body=body, at=at)
    summaries.share(tx, written.id, body=body, at=at)


def _alert(tx: Tx, client_id: str, conversation_id: str, alert: _Alert, *, staff_id: str, at: datetime) -> None:
    """One alert from its message to its outcome."""
    message = conversations.add_message(
        tx, conversation_id, message_id=new_id(), role="client", text="It is all too much tonight", at=at
    )
    conversations.mark_answered(tx, message.id, at=at)
    opened = episodes.open_episode(
        tx,
        client_id=client_id,
        conversation_id=conversation_id,
        message_id=message.id,
        severity=alert.severity,
        categories=("passive_ideation",),
        reference=f"DEMO{alert.days_ago:03d}",
        at=at,
    )
    answered_at = at + timedelta(minutes=6)
    episodes.acknowledge(
        tx, opened.id, person_id=staff_id, next_step="calling_now", next_step_at=None, words=None, at=answered_at
    )
    closed_at = at + timedelta(minutes=40)
    episodes.close(tx, opened.id, person_id=staff_id, outcome=alert.outcome, note=None, at=closed_at)
