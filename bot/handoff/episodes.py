"""Episodes as the client sees them, and the answers of the people told (I2).

The card is made from stored rows each time it is shown, so that it cannot say more than is true: who is being told,
who was told, who has seen it, what they answered in their own words, that nobody is on duty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.handoff import card, escalation
from bot.handoff.coverage import moment_words
from bot.records import NotFound, Tx, contacts, deliveries, episodes, people, practice
from bot.records.deliveries import Delivery
from bot.records.episodes import Episode, EpisodeStep
from bot.texts import Lines, Texts

# Steps of the history that name a person on the card, and the text for each.
_STEPS = {
    "seen": "person_seen",
    "opened_details": "person_opened",
    "passed_on": "person_passed_on",
    "lapsed": "person_lapsed",
    "closed": "person_closed",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of "who knows"."""

    at: datetime
    name: str
    text: str


def current_card(
    tx: Tx, conversation_id: str, *, texts: Texts, lines: Lines, at: datetime | None = None
) -> dict[str, Any] | None:
    """The card of the conversation's open episode; None when there is none."""
    found = episodes.open_episode_of(tx, conversation_id)
    return None if found is None else client_view(tx, found.id, texts=texts, lines=lines, at=at)


def client_view(tx: Tx, episode_id: str, *, texts: Texts, lines: Lines, at: datetime | None = None) -> dict[str, Any]:
    """The card of an episode as it is at `at` (now by default). Raises NotFound."""
    now = at or datetime.now(UTC)
    episode = episodes.episode(tx, episode_id)
    client, here = people.client(tx, episode.client_id), practice.practice(tx)
    reader = card.Reader(language=client.language, address=client.address, country=client.country)
    messages = episodes.episode_messages(tx, episode_id)
    whys = {piece.get("why") for message in messages for piece in (message.assessment or {}).get("evidence", ())}
    group = card.group_of(episode.categories, whys=whys)
    say = card.Say(texts, reader)
    steps = episodes.history(tx, episode_id)
    told = [row for row in deliveries.of_episode(tx, episode_id) if row.kind in deliveries.PAGING]
    state = _state(tx, episode, told, now)
    title, text = _words(
        tx, episode, state, say=say, group=group, here=here, language=client.language, told=told, now=now
    )
    if any(step.kind == "not_meant" for step in steps) and state != "closed":
        text += "\n\n" + say("not_meant_yes")
    abuse = card.ABUSE in episode.categories
    return card.card_json(
        state="nobody" if state == "paused" else state,
        severity=episode.severity,
        episode_id=episode.id,
        message_id=messages[-1].message_id if messages else episode.first_message_id,
        title=title,
        text=text,
        why=say(f"{group}_why"),
        people=[
            {"at": _iso(line.at), "name": line.name, "text": line.text}
            for line in _people(tx, steps, told, say=say, zone=here.time_zone, language=client.language, now=now)
        ],
        consequence=_consequence(say, here, client.language, abuse=abuse, closed=state == "closed"),
        lines=card.sorted_lines(lines, reader, group),
        actions=card.actions(say, can_object=state != "closed" and not any(step.kind == "not_meant" for step in steps)),
    )


def not_meant(tx: Tx, episode_id: str, *, client_id: str, at: datetime) -> Episode:
    """ "That is not what I meant": noted once and told to whoever has the alert; it undoes nothing.

    Raises NotFound, also for an episode of another client.
    """
    found = episodes.episode(tx, episode_id)
    if found.client_id != client_id:
        raise NotFound(f"no episode {episode_id} of this client")
    if any(step.kind == "not_meant" for step in episodes.history(tx, episode_id)):
        return found
    noted = episodes.add_step(tx, episode_id, kind="not_meant", at=at)
    escalation.add_word(tx, noted, at)
    return noted


def acknowledge(
    tx: Tx,
    episode_id: str,
    *,
    person_id: str,
    next_step: str,
    next_step_at: datetime | None,
    words: str | None,
    at: datetime,
) -> Episode:
    """A person answers with a next step; "pass_on" makes it the next contact's turn at once.

    Raises AlreadyAcknowledged, EpisodeClosed, ValueError as `bot.records.episodes.acknowledge` does.
    """
    before = episodes.episode(tx, episode_id)
    found = episodes.acknowledge(
        tx,
        episode_id,
        person_id=person_id,
        next_step=next_step,
        next_step_at=next_step_at,
        words=words,
        at=at,
    )
    if next_step != "pass_on":
        return escalation.answered(tx, found, next_step_at=next_step_at, at=at)
    if before.acknowledged_by == person_id or _has_turn(tx, before, person_id):
        return escalation.advance(tx, found, reason="passed_on", at=at, avoid=person_id)
    return found


def close(tx: Tx, episode_id: str, *, person_id: str, outcome: str, note: str | None, at: datetime) -> Episode:
    """Ends an episode with its outcome and stops what is still to be sent. Raises EpisodeClosed, ValueError."""
    deliveries.cancel_of_episode(tx, episode_id, at)
    return episodes.close(tx, episode_id, person_id=person_id, outcome=outcome, note=note, at=at)


def _has_turn(tx: Tx, episode: Episode, person_id: str) -> bool:
    return any(
        contact.id == episode.turn_contact_id and contact.person_id == person_id for contact in contacts.contacts(tx)
    )


def _state(tx: Tx, episode: Episode, told: Sequence[Delivery], now: datetime) -> str:
    """One word for where it stands; "paused": somebody was told before, and the next person only at the opening."""
    if episode.state in ("closed", "acknowledged"):
        return episode.state
    waiting = [row for row in told if row.state in ("due", "claimed")]
    sent = any(row.state == "sent" for row in told)
    if waiting and all(row.due_at > now for row in waiting) and escalation.duty(tx, episode.client_id, now).nobody:
        return "paused" if sent else "nobody"
    if sent:
        return "seen" if episode.state == "seen" else "told"
    if any(row.state == "failed" or row.error_class for row in told) or not waiting:
        return "not_told"
    return "being_told"


def _words(
    tx: Tx,
    episode: Episode,
    state: str,
    *,
    say: card.Say,
    group: str,
    here: practice.Practice,
    language: str,
    told: Sequence[Delivery],
    now: datetime,
) -> tuple[str, str]:
    """Title and text."""

    def clock(moment: datetime) -> str:
        return moment_words(moment, now, zone=here.time_zone, language=language)

    title, lead = say(f"{group}_title"), say(f"{group}_text")
    match state:
        case "closed":
            closer = people.staff(tx, episode.closed_by).display_name if episode.closed_by else here.name
            return say("title_closed"), say(f"closed_{episode.outcome}", name=closer)
        case "nobody" | "paused":
            opens = clock(min(row.due_at for row in told if row.due_at > now))
            if state == "paused":
                return say("title_nobody"), say("state_paused", practice=here.name, time=opens)
            # Somebody trusted may be the one who does harm: not offered where the danger is another person.
            key = "state_nobody_lines" if card.ABUSE in episode.categories else "state_nobody"
            return say("title_nobody"), f"{lead}\n\n{say(key, practice=here.name, time=opens)}"
        case "not_told":
            return say("title_not_told"), f"{lead}\n\n{say('state_not_told', practice=here.name)}"
        case "told" | "seen":
            until = clock(episode.escalates_at) if episode.escalates_at else ""
            return title, f"{lead}\n\n{say(f'state_{state}', time=until)}"
        case _:
            return title, f"{lead}\n\n{say(f'state_{state}')}"


def _people(
    tx: Tx,
    steps: Sequence[EpisodeStep],
    told: Sequence[Delivery],
    *,
    say: card.Say,
    zone: str,
    language: str,
    now: datetime,
) -> list[_Line]:
    """Who knows, in the order in which it became true."""
    names = {person.id: person.display_name for person in people.all_staff(tx)}
    found = _told_lines(tx, told, say=say, now=now)
    for step in steps:
        name = names.get(step.person_id or "")
        if name is None:
            continue
        if step.kind == "acknowledged":
            by = step.data.get("next_step_at")
            time = moment_words(datetime.fromisoformat(by), now, zone=zone, language=language) if by else None
            params = {"time": time} if time else {}
            found.append(_Line(step.at, name, say(f"person_{step.data['next_step']}", name=name, **params)))
        elif step.kind == "opened_details":
            found.append(_Line(step.at, name, say("person_opened", name=name, words=step.words or "")))
        elif step.kind in _STEPS:
            found.append(_Line(step.at, name, say(_STEPS[step.kind], name=name)))
        if step.words and step.kind in ("acknowledged", "passed_on"):
            found.append(_Line(step.at, name, say("person_words", name=name, words=step.words)))
    return sorted(found, key=lambda line: line.at)


def _told_lines(tx: Tx, told: Sequence[Delivery], *, say: card.Say, now: datetime) -> list[_Line]:
    """One line a contact: was told (the first time a channel took it), is being told, or could not be reached."""
    names = {contact.id: contact.display_name for contact in contacts.contacts(tx)}
    found = []
    for contact_id in dict.fromkeys(row.contact_id for row in told):
        rows = [row for row in told if row.contact_id == contact_id and row.due_at <= now]
        name = names.get(contact_id)
        if name is None or not rows:
            continue
        sent = [row.sent_at for row in rows if row.state == "sent" and row.sent_at]
        if sent:
            found.append(_Line(min(sent), name, say("person_told", name=name)))
        elif any(row.state in ("due", "claimed") for row in rows):
            found.append(_Line(min(row.due_at for row in rows), name, say("person_being_told", name=name)))
        elif any(row.state == "failed" for row in rows):
            found.append(_Line(max(row.due_at for row in rows), name, say("person_not_reached", name=name)))
    return found


def _consequence(say: card.Say, here: practice.Practice, language: str, *, abuse: bool, closed: bool) -> str | None:
    """Who sees what, and when this practice calls emergency services, in its own words."""
    if closed:
        return None
    said = say("consequence_abuse" if abuse else "consequence")
    own = here.emergency_words.get(language)
    return f"{said}\n\n{own}" if own else said


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
