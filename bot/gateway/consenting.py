"""Consent: which text, which purposes, and what follows from a yes.

The text is a topic of `bot.texts`; its version is a hash of every word in it, so that a changed text asks again by
itself. Nothing of a client is stored before the required purposes are agreed to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.handoff import coverage as handoff_coverage
from bot.records import Tx, consents, contacts, conversations, people, practice
from bot.records.consents import Consent
from bot.texts import Texts

SECTIONS = ("program", "helps", "limits", "crisis", "answers", "emergency", "stored", "privacy", "rights")
# Purpose -> whether the chat can be used at all without it. Crisis events are a condition of writing freely.
PURPOSES: Mapping[str, bool] = {
    "keep_entries": True,
    "crisis_events": True,
    "share_summaries": False,
    "reminders": False,
    "research_export": False,
}


def version(texts: Texts) -> str:
    """A hash of the consent text in every language and form of address: 16 hexadecimal characters."""
    forms = (("en", "tu"), ("es", "tu"), ("es", "usted"))
    content = [texts.topic("consent", language=language, address=address) for language, address in forms]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def acceptable(purposes: Mapping[str, bool]) -> bool:
    """Whether every purpose is a known one and every required one is agreed to."""
    return set(purposes) <= set(PURPOSES) and all(purposes.get(name) for name, required in PURPOSES.items() if required)


def has_consented(given: Mapping[str, Consent], texts: Texts) -> bool:
    """Whether the current text was agreed to, with all required purposes."""
    current = version(texts)
    return all(
        name in given and given[name].given and given[name].version == current
        for name, required in PURPOSES.items()
        if required
    )


def text_json(tx: Tx, client_id: str, *, texts: Texts, at: datetime) -> dict[str, Any]:
    """The text in the client's language, in short sections, with each purpose on its own."""
    client, here = people.client(tx, client_id), practice.practice(tx)
    therapist = people.staff(tx, client.therapist_id).display_name
    said = handoff_coverage.describe(
        contacts.coverage(tx),
        at,
        texts=texts,
        language=client.language,
        address=client.address,
        practice_name=here.name,
    )

    def say(key: str) -> str:
        return texts.say(
            f"consent.{key}",
            language=client.language,
            address=client.address,
            practice=here.name,
            therapist=therapist,
            coverage=said.text,
        ).text

    return {
        "version": version(texts),
        "sections": [{"id": name, "title": say(f"{name}_title"), "text": say(name)} for name in SECTIONS],
        "purposes": [
            {"id": name, "label": say(f"purpose_{name}"), "text": say(f"purpose_{name}_text"), "required": required}
            for name, required in PURPOSES.items()
        ],
    }


def give(tx: Tx, client_id: str, *, purposes: Mapping[str, bool], texts: Texts, at: datetime) -> None:
    """Records the answers, and greets a client whose conversation is still empty."""
    client = people.client(tx, client_id)
    answers = {name: bool(purposes.get(name)) for name in PURPOSES}
    consents.give(tx, client_id, purposes=answers, text_version=version(texts), language=client.language, at=at)
    conversation = conversations.conversation_of(tx, client_id, at=at)
    if conversation.last_offset:
        return
    therapist = people.staff(tx, client.therapist_id).display_name
    said = texts.say(
        "gateway.hello", language=client.language, address=client.address, name=client.name, therapist=therapist
    )
    conversations.add_message(
        tx,
        conversation.id,
        message_id=hashlib.sha256(f"hello {conversation.id}".encode()).hexdigest()[:32],
        role="bot",
        kind="text",
        text=said.text,
        text_id=said.text_id,
        reason=said.reason,
        at=at,
    )
