"""What the tests of hand-off share: a practice, messages with a level, a clock, looks at rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.crisis.types import Assessment, Evidence
from bot.handoff import episodes as handoff_episodes
from bot.handoff import intake
from bot.records import Store, Tx, contacts, conversations, deliveries, episodes, new_id, people, practice
from bot.records.contacts import Hours
from bot.records.conversations import Message
from bot.records.deliveries import Delivery
from bot.records.episodes import Episode
from bot.texts import load_lines, load_texts

# A Monday, 10:00 in New York.
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZONE = "America/New_York"
ALWAYS: tuple[Hours, ...] = tuple((day, "00:00", "24:00") for day in range(7))
OFFICE: tuple[Hours, ...] = tuple((day, "09:00", "17:00") for day in range(5))
NAMES = ("Dr. Wren Fable", "Jo Sample", "Sam Placeholder")
PRACTICE = "Harbour Street Practice (fictional)"


@dataclass(frozen=True)
class House:
    """Ids of what `furnish` made, and the verbs that most tests use. `staff` and `contacts` in the path's order."""

    store: Store
    staff: tuple[str, ...]
    contacts: tuple[str, ...]
    client_id: str
    conversation_id: str

    def hours(self, hours: Sequence[Hours], *, holidays: Sequence[date] = (), outside: str | None = None) -> None:
        """Declares when somebody answers."""
        with self.store.write() as tx:
            contacts.set_coverage(tx, hours=hours, holidays=holidays, outside=outside)

    def say(self, text: str = "a message", *, at: datetime = AT, **fields: Any) -> intake.Received:
        """A client message, committed as the gateway does. Fields: level, severity, categories, evidence, unread,
        option, step, message_id."""
        with self.store.write() as tx:
            return receive(tx, self, text, at=at, **fields)

    def alert(self, *, at: datetime = AT, severity: int = 3, **fields: Any) -> Episode:
        """A crisis message; the episode then."""
        received = self.say("crisis words", at=at, level="alert", severity=severity, **fields)
        assert received.episode_id is not None
        return self.episode(received.episode_id)

    def episode(self, episode_id: str) -> Episode:
        """An episode as it is stored."""
        with self.store.read() as tx:
            return episodes.episode(tx, episode_id)

    def steps(self, episode_id: str) -> list[str]:
        """The kinds of an episode's history, oldest first."""
        with self.store.read() as tx:
            return [step.kind for step in episodes.history(tx, episode_id)]

    def deliveries(self, episode_id: str) -> list[Delivery]:
        """An episode's notifications."""
        with self.store.read() as tx:
            return deliveries.of_episode(tx, episode_id)

    def told(self, episode_id: str) -> list[str]:
        """The names of the contacts paged so far, in order of the pages."""
        with self.store.read() as tx:
            names = {contact.id: contact.display_name for contact in contacts.contacts(tx)}
            rows = sorted(deliveries.of_episode(tx, episode_id), key=lambda row: (row.page or 0, row.created_at))
            return [names[row.contact_id] for row in rows if row.kind in ("alert", "escalation")]

    def card(self, episode_id: str, at: datetime = AT) -> dict[str, Any]:
        """What the client sees."""
        with self.store.read() as tx:
            return handoff_episodes.client_view(tx, episode_id, texts=load_texts(), lines=load_lines(), at=at)

    def messages(self) -> list[Message]:
        """The conversation, oldest first."""
        with self.store.read() as tx:
            return conversations.last_messages(tx, self.conversation_id, limit=100)

    def answer(self, episode_id: str, person: int, next_step: str, *, at: datetime, **fields: Any) -> Episode:
        """The n-th person of the path answers."""
        values = {"next_step_at": None, "words": None, **fields}
        with self.store.write() as tx:
            return handoff_episodes.acknowledge(
                tx, episode_id, person_id=self.staff[person], next_step=next_step, at=at, **values
            )

    @contextlib.contextmanager
    def write(self) -> Iterator[Tx]:
        """A write transaction."""
        with self.store.write() as tx:
            yield tx


def furnish(store: Store) -> House:
    """The therapist first, then two more contacts by e-mail; somebody answers at any hour, severity 3 in 5 minutes."""
    with store.write() as tx:
        practice.set_practice(tx, name=PRACTICE, time_zone=ZONE, country="US", reply_minutes={1: 60, 2: 15, 3: 5})
        contacts.set_coverage(tx, hours=ALWAYS, holidays=(), time_zone=ZONE, outside="nobody")
        staff, ways = [], []
        for position, name in enumerate(NAMES):
            login = name.split()[-1].lower()
            person_id = people.create_staff(
                tx,
                login=login,
                display_name=name,
                password_hash="-",
                roles=["therapist", "on_call"],
                email=f"{login}@example.org",
                language="en",
                at=AT,
            )
            contact_id = contacts.add_contact(tx, person_id=person_id, position=position, at=AT)
            contacts.add_channel(tx, contact_id=contact_id, kind="email", address=f"{login}@example.org", position=0)
            staff.append(person_id)
            ways.append(contact_id)
        client_id = people.create_client(
            tx,
            name="Ada Demo",
            pronouns="she/her",
            language="en",
            address="tu",
            country="US",
            therapist_id=staff[0],
            phone="+1 202 555 0143",
            at=AT,
        )
        conversation = conversations.conversation_of(tx, client_id, at=AT)
    return House(store, tuple(staff), tuple(ways), client_id, conversation.id)


def evidence(
    evidence_id: str = "e1", *, category: str = "passive_ideation", severity: int = 1, why: str = "why", turn: int = 0
) -> Evidence:
    """One piece of evidence."""
    return Evidence(
        id=evidence_id,
        rule="rule",
        category=category,
        severity=severity,
        turn=turn,
        start=0,
        end=4,
        why=why,
        meaning={"en": "a meaning", "es": "un significado"},
        lowers={"en": "", "es": ""},
    )


def assessed(
    level: str = "none",
    *,
    severity: int | None = None,
    categories: Sequence[str] | None = None,
    pieces: Sequence[Evidence] | None = None,
    unread: bool = False,
) -> Assessment:
    """An assessment as `bot.crisis` would make it."""
    grade = {"none": 0, "check_in": 1, "alert": 3}[level] if severity is None else severity
    named = ("active_ideation" if level == "alert" else "passive_ideation",) if categories is None else categories
    found = [evidence(category=named[0], severity=grade)] if pieces is None and level != "none" else pieces or ()
    return Assessment(
        level=level,  # type: ignore[arg-type]
        severity=grade,
        categories=() if level == "none" else tuple(named),
        evidence=tuple(found),
        unread_language=unread,
        version="test",
    )


def receive(
    tx: Tx,
    house: House,
    text: str,
    *,
    at: datetime,
    level: str = "none",
    severity: int | None = None,
    categories: Sequence[str] | None = None,
    pieces: Sequence[Evidence] | None = None,
    unread: bool = False,
    message_id: str | None = None,
    option: str | None = None,
    step: str | None = None,
    assessment: Assessment | None = None,
) -> intake.Received:
    """`intake.receive` with an assessment of the wanted level."""
    return intake.receive(
        tx,
        texts=load_texts(),
        lines=load_lines(),
        conversation=conversations.conversation_of(tx, house.client_id, at=at),
        client=people.client(tx, house.client_id),
        message=intake.NewMessage(id=message_id or new_id(), text=text, option=option, step=step),
        assessment=assessment
        or assessed(level, severity=severity, categories=categories, pieces=pieces, unread=unread),
        at=at,
    )
