"""What a notification says: a reference, a severity, a link. No name and no word of a client (I6)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.records import Tx, contacts, episodes, people
from bot.records.deliveries import Delivery
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification, ready for its channel. `id` is the same at every attempt, so that a receiver can tell a second
    copy from a second alert. `severity`: 1-3, 0 for a drill."""

    id: str
    kind: str
    channel: str
    address: str
    reference: str
    severity: int
    link: str
    subject: str
    body: str
    short: str


class Unreachable(Exception):
    """The channel or its contact is gone since the notification was planned."""


def compose(tx: Tx, delivery: Delivery, *, texts: Texts, staff_url: str) -> Notice:
    """The notification as it is now: severity and words of this moment. Raises Unreachable."""
    contact = next((found for found in contacts.contacts(tx) if found.id == delivery.contact_id), None)
    channel = next((found for found in contact.channels if found.id == delivery.channel_id), None) if contact else None
    if contact is None or channel is None:
        raise Unreachable("the contact has no such channel any more")
    language = people.staff(tx, contact.person_id).language

    def say(key: str, **params: object) -> str:
        return texts.say(f"mail.{key}", language=language, address="usted", **params).text

    if delivery.episode_id is None:
        reference, severity, link = delivery.id[:7].upper(), 0, f"{staff_url}/drills/{delivery.id}"
        subject, body = say("drill_subject", reference=reference), say("drill_body", reference=reference)
        parts = [body, link]
        short = say("sms_drill", reference=reference, link=link)
    else:
        episode = episodes.episode(tx, delivery.episode_id)
        reference, severity = episode.reference, episode.severity
        link = f"{staff_url}/episodes/{episode.id}"
        facts = {"reference": reference, "severity": say(f"severity_{severity}")}
        subject = say(f"{delivery.kind}_subject", **facts)
        parts = [say(f"{delivery.kind}_body", **facts), say("how_to_answer", link=link)]
        if delivery.kind != "mail":
            parts.append(say("then", minutes=contacts.coverage(tx).reply_minutes[severity]))
        short = say("sms_alert", **facts, link=link)
    return Notice(
        id=delivery.notification_id,
        kind=delivery.kind,
        channel=channel.kind,
        address=channel.address,
        reference=reference,
        severity=severity,
        link=link,
        subject=subject,
        body="\n\n".join(parts) + "\n",
        short=short,
    )
