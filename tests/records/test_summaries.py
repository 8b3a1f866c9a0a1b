"""Summaries: versions, and the frozen copies that the client shares (I5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.records import NotFound, Store, StoreDamaged, Tx, entries, events, summaries
from bot.records.schema import shared_summaries
from bot.records.summaries import Summary
from tests.records.practice import AT, MINUTE, Practice
from tests.records.test_reflections import begin

BODY: Mapping[str, Any] = {
    "title": "Check-in",
    "lines": [{"id": "a", "text": "kept"}, {"id": "b", "text": "taken out"}],
}
LESS: Mapping[str, Any] = {"title": "Check-in", "lines": [{"id": "a", "text": "kept"}]}


def write(tx: Tx, practice: Practice, body: Mapping[str, Any] = BODY) -> Summary:
    """A summary of a new reflection."""
    return summaries.add_summary(tx, begin(tx, practice).id, body=body, at=AT)


def shown(tx: Tx, practice: Practice) -> list[Mapping[str, Any]]:
    """What the therapist sees."""
    return [shared.body for shared in summaries.shared_of(tx, practice.client_id, AT)]


def test_nothing_is_shared_until_the_client_shares(store: Store, practice: Practice) -> None:
    """A summary that was written is the client's alone."""
    with store.write() as tx:
        written = write(tx, practice)
        assert (written.version, written.body, written.shared_at, written.shared_body) == (1, BODY, None, None)
        assert shown(tx, practice) == []


def test_the_same_body_is_the_same_version(store: Store, practice: Practice) -> None:
    """An action run again stores no second summary; another body is the next version, and the list has the newest."""
    with store.write() as tx:
        first = write(tx, practice)
        assert summaries.add_summary(tx, first.reflection_id, body=dict(reversed(BODY.items())), at=AT) == first
        second = summaries.add_summary(tx, first.reflection_id, body=LESS, at=AT + MINUTE)
        assert (second.version, second.id != first.id) == (2, True)
        other = write(tx, practice)
        assert [one.id for one in summaries.summaries_of(tx, practice.client_id)] == [second.id, other.id]


def test_sharing_shows_exactly_what_was_let_through(store: Store, practice: Practice) -> None:
    """The lines that were taken out reach nobody, and the copy has a key and a fate of its own."""
    with store.write() as tx:
        written = write(tx, practice)
        shared = summaries.share(tx, written.id, body=LESS, at=AT)
        assert shown(tx, practice) == [LESS]
        own = summaries.summary(tx, written.id)
        assert (own.shared_at, own.body, own.shared_body) == (AT, BODY, LESS)
        row = tx.need(select(shared_summaries.c.entry_id).where(shared_summaries.c.id == shared.id), "copy")
        assert row.entry_id != written.id
        assert entries.unseal(tx, row.entry_id) == LESS
        assert [event.data for event in events.events_after(tx, 0) if event.kind == "share"] == [
            {"summary_id": written.id, "shared": True}
        ]


def test_sharing_again_replaces_what_was_shared(store: Store, practice: Practice) -> None:
    """The same body is the same copy; another body is the next version and the only one that shows."""
    with store.write() as tx:
        written = write(tx, practice)
        first = summaries.share(tx, written.id, body=BODY, at=AT)
        assert summaries.share(tx, written.id, body=BODY, at=AT + MINUTE) == first
        second = summaries.share(tx, written.id, body=LESS, at=AT + MINUTE)
        assert (second.version, shown(tx, practice)) == (2, [LESS])


def test_a_corrected_summary_takes_the_place_of_the_one_shared_before(store: Store, practice: Practice) -> None:
    """Version 2 of a summary never stands beside version 1 at the therapist's, and hiding it hides both."""
    with store.write() as tx:
        first = write(tx, practice)
        summaries.share(tx, first.id, body=BODY, at=AT)
        second = summaries.add_summary(tx, first.reflection_id, body=LESS, at=AT)
        assert second.shared_at == AT  # the client sees that the therapist still has the earlier one
        summaries.share(tx, second.id, body=LESS, at=AT + MINUTE)
        assert shown(tx, practice) == [LESS]
        summaries.unshare(tx, second.id, at=AT + MINUTE)
        assert shown(tx, practice) == []


def test_hiding_the_newest_version_hides_an_earlier_one_that_was_shared(store: Store, practice: Practice) -> None:
    """The client's list shows the newest version only: its button must reach whatever the therapist sees."""
    with store.write() as tx:
        first = write(tx, practice)
        summaries.share(tx, first.id, body=BODY, at=AT)
        second = summaries.add_summary(tx, first.reflection_id, body=LESS, at=AT)
        summaries.unshare(tx, second.id, at=AT)
        assert shown(tx, practice) == []
        assert summaries.summary(tx, second.id).shared_at is None


def test_what_is_hidden_can_be_shared_again(store: Store, practice: Practice) -> None:
    """Hiding twice is one event; sharing after it is a new version."""
    with store.write() as tx:
        written = write(tx, practice)
        summaries.share(tx, written.id, body=BODY, at=AT)
        for _ in range(2):
            summaries.unshare(tx, written.id, at=AT)
        assert shown(tx, practice) == []
        assert summaries.share(tx, written.id, body=BODY, at=AT).version == 2
        told = [event.data["shared"] for event in events.events_after(tx, 0) if event.kind == "share"]
        assert told == [True, False, True]


def test_shared_summaries_are_those_of_the_client_since_the_moment(store: Store, practice: Practice) -> None:
    """Earlier ones and other people's are not in it."""
    with store.write() as tx:
        written = write(tx, practice)
        summaries.share(tx, written.id, body=BODY, at=AT)
        assert summaries.shared_of(tx, practice.client_id, AT + MINUTE) == []
        assert summaries.shared_of(tx, "somebody else", AT) == []


def test_an_altered_copy_is_found_and_named(store: Store, practice: Practice) -> None:
    """A shared copy whose content was exchanged for another sealed entry of the same client does not show."""
    with store.write() as tx:
        shared = summaries.share(tx, write(tx, practice).id, body=BODY, at=AT)
        other = entries.seal(tx, LESS, client_id=practice.client_id, fate="record", at=AT)
        tx.run(update(shared_summaries).where(shared_summaries.c.id == shared.id).values(entry_id=other))
        with pytest.raises(StoreDamaged, match=f"^shared summary {shared.id} was altered; restore it from a backup$"):
            shown(tx, practice)


def test_a_summary_that_is_not_there_is_refused(store: Store, practice: Practice) -> None:
    """Reading, sharing and hiding name the id."""
    with store.write() as tx:
        with pytest.raises(NotFound, match="no summary nowhere"):
            summaries.share(tx, "nowhere", body=BODY, at=AT)
        with pytest.raises(NotFound, match="no summary nowhere"):
            summaries.unshare(tx, "nowhere", at=AT)
