"""Events and audit rows: appended, in order, never altered."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from bot.records import Store, StoreError, Tx, audit_rows, consents, events
from bot.records.audit_rows import AuditRow
from bot.records.schema import audit, episode_steps
from bot.records.schema import consents as consents_table
from bot.records.schema import events as events_table
from tests.records.practice import AT, Practice
from tests.records.test_episodes import raise_alarm


def row(seq: int, client_id: str | None = None) -> AuditRow:
    """An audit row; digests are what `bot.privacy.audit` makes of them."""
    return AuditRow(
        seq=seq, actor="a", action="read", client_id=client_id, target=None, data={"n": seq}, at=AT,
        previous="p", digest=f"d{seq}",
    )  # fmt: skip


def test_events_after_an_id_are_in_order_and_of_the_conversation(store: Store, practice: Practice) -> None:
    """A follower that remembers the last id misses nothing and gets nothing twice."""
    here = practice.conversation_id
    with store.write() as tx:
        ids = [events.add_event(tx, here if n % 2 else None, "mode", {"n": n}, AT) for n in range(6)]
        assert [event.data["n"] for event in events.events_after(tx, 0)] == [0, 1, 2, 3, 4, 5]
        assert [event.id for event in events.events_after(tx, ids[2], limit=2)] == ids[3:5]
        assert [event.data["n"] for event in events.events_after(tx, ids[1], conversation_id=here)] == [3, 5]
        assert (events.last_event_id(tx), events.last_event_id(tx, here)) == (ids[5], ids[5])
        assert events.last_event_id(tx, "nowhere") == 0


def test_ids_of_events_are_never_given_twice(store: Store, practice: Practice) -> None:
    """Not even after the newest was deleted: a stream that comes back with its last id would miss the new one."""
    with store.write() as tx:
        last = events.add_event(tx, practice.conversation_id, "mode", {}, AT)
        tx.run(delete(events_table).where(events_table.c.id == last))
        assert events.add_event(tx, practice.conversation_id, "mode", {}, AT) > last


def _alter_event(tx: Tx) -> None:
    tx.run(update(events_table).values(kind="message"))


def _alter_consent(tx: Tx) -> None:
    tx.run(update(consents_table).values(given=True))


def _alter_step(tx: Tx) -> None:
    tx.run(update(episode_steps).values(kind="acknowledged"))


def _alter_audit(tx: Tx) -> None:
    tx.run(update(audit).values(actor="somebody else"))


def _delete_audit(tx: Tx) -> None:
    tx.run(delete(audit))


@pytest.mark.parametrize("change", [_alter_event, _alter_consent, _alter_step, _alter_audit, _delete_audit])
def test_what_is_append_only_refuses_to_be_changed(store: Store, practice: Practice, change: object) -> None:
    """The store itself refuses, whichever code tries."""
    with store.write() as tx:
        raise_alarm(tx, practice)
        consents.give(tx, practice.client_id, purposes={"reminders": False}, text_version="v", language="en", at=AT)
        audit_rows.append(tx, row(1))
    with pytest.raises(StoreError), store.write() as tx:
        change(tx)  # type: ignore[operator]


def test_audit_rows_are_read_in_order_and_by_client(store: Store, practice: Practice) -> None:
    """Every field comes back, and the head names the last row."""
    with store.write() as tx:
        assert audit_rows.head(tx) == (0, "")
        for seq in (1, 2, 3):
            audit_rows.append(tx, row(seq, practice.client_id if seq == 2 else None))
        assert audit_rows.head(tx) == (3, "d3")
        assert audit_rows.rows_after(tx, 1) == [row(2, practice.client_id), row(3)]
        assert audit_rows.rows_after(tx, 0, limit=1) == [row(1)]
        assert audit_rows.rows_of(tx, practice.client_id) == [row(2, practice.client_id)]
