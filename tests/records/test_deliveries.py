"""The outbox: claimed by one worker at a time, sent at least once, under one notification id (I2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.records import NotFound, Store, Tx, deliveries, episodes, new_id
from bot.records.deliveries import Delivery
from tests.records.practice import AT, MINUTE, Practice, processes
from tests.records.test_episodes import kinds, raise_alarm


def plan(
    tx: Tx, practice: Practice, *, episode_id: str | None = None, due_at: datetime = AT, notification_id: str = ""
) -> Delivery:
    """A notification in the outbox."""
    return deliveries.plan(
        tx,
        episode_id=episode_id,
        contact_id=practice.contact_id,
        channel_id=practice.channel_id,
        kind="alert" if episode_id else "drill",
        due_at=due_at,
        notification_id=notification_id or new_id(),
        at=AT,
    )


def claim(tx: Tx, at: datetime = AT, worker: str = "w1", limit: int = 10) -> list[Delivery]:
    """What a worker takes, for a minute."""
    return deliveries.claim_due(tx, worker=worker, at=at, lease_s=60, limit=limit)


def fail(tx: Tx, delivery: Delivery, retry_at: datetime | None = None) -> Delivery:
    """An attempt that did not work."""
    return deliveries.failed(
        tx, delivery.id, at=AT, error_class="SMTPServerDisconnected", code="451", retry_at=retry_at
    )


def test_one_notification_id_is_one_delivery(store: Store, practice: Practice) -> None:
    """Planned again after a kill, it is the one that is there."""
    with store.write() as tx:
        first = plan(tx, practice, notification_id="episode:contact:1")
        assert plan(tx, practice, notification_id="episode:contact:1", due_at=AT + MINUTE) == first
        assert (first.state, first.attempts, first.due_at) == ("due", 0, AT)
        with pytest.raises(NotFound, match="no delivery nowhere"):
            deliveries.delivery(tx, "nowhere")


def test_claiming_takes_what_is_due_longest_due_first(store: Store, practice: Practice) -> None:
    """Nothing before its time, no more than the limit, and nothing twice while the lease runs."""
    with store.write() as tx:
        later = plan(tx, practice, due_at=AT + MINUTE)
        newer, older = plan(tx, practice), plan(tx, practice, due_at=AT - MINUTE)
        taken = claim(tx, limit=2)
        assert [one.id for one in taken] == [older.id, newer.id]
        assert {(one.state, one.attempts, one.worker, one.leased_until) for one in taken} == {
            ("claimed", 1, "w1", AT + MINUTE)
        }
        assert claim(tx, at=AT + timedelta(seconds=59), worker="w2") == []
        assert [one.id for one in claim(tx, at=AT + MINUTE, worker="w2")] == [older.id, newer.id, later.id]
        assert deliveries.delivery(tx, older.id).attempts == 2


_CLAIM = """
import sys; from pathlib import Path
from bot.records import deliveries
from tests.records.practice import AT, open_at
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
while True:
    with store.write() as tx:
        taken = deliveries.claim_due(tx, worker=sys.argv[2], at=AT, lease_s=60, limit=7)
    if not taken: break
    for one in taken: print(one.id)
"""


@pytest.mark.fault(12)
def test_two_workers_that_race_claim_each_notification_once(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Two processes empty the outbox together: 300 notifications, each taken by one of them."""
    with store.write() as tx:
        planned = {plan(tx, practice).id for _ in range(300)}
    printed = processes(_CLAIM, tmp_path, [["w1"], ["w2"]])
    taken = [line for one in printed for line in one.split()]
    assert len(taken) == 300
    assert set(taken) == planned


def test_what_was_sent_tells_the_episode(store: Store, practice: Practice) -> None:
    """The first channel that takes it makes the episode told, once; sent twice is sent once; a drill tells nothing."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        delivery = plan(tx, practice, episode_id=opened.id)
        claim(tx)
        sent = deliveries.sent(tx, delivery.id, at=AT, code="250")
        assert (sent.state, sent.sent_at, sent.code, sent.leased_until) == ("sent", AT, "250", None)
        assert deliveries.sent(tx, delivery.id, at=AT + MINUTE, code="250").sent_at == AT
        assert kinds(tx, opened) == ["opened", "told"]
        assert claim(tx, at=AT + 10 * MINUTE) == []
        drill = deliveries.plan(
            tx, episode_id=None, contact_id=practice.contact_id, channel_id=practice.channel_id, kind="drill",
            due_at=AT, notification_id=new_id(), at=AT,
        )  # fmt: skip
        assert deliveries.sent(tx, drill.id, at=AT, code=None).state == "sent"


def test_a_failed_attempt_is_due_again_or_given_up(store: Store, practice: Practice) -> None:
    """With a time it waits for that; without one it is failed, and says with which code."""
    with store.write() as tx:
        delivery = plan(tx, practice)
        claim(tx)
        waiting = fail(tx, delivery, retry_at=AT + MINUTE)
        assert (waiting.state, waiting.due_at, waiting.worker, waiting.code) == ("due", AT + MINUTE, None, "451")
        assert claim(tx) == []
        assert [one.attempts for one in claim(tx, at=AT + MINUTE)] == [2]
        given_up = fail(tx, delivery)
        assert (given_up.state, given_up.error_class) == ("failed", "SMTPServerDisconnected")
        assert claim(tx, at=AT + 10 * MINUTE) == []


def test_a_late_failure_does_not_unsend(store: Store, practice: Practice) -> None:
    """A slow worker whose lease ran out cannot undo what another one sent; a late success counts."""
    with store.write() as tx:
        delivery = plan(tx, practice)
        claim(tx)
        claim(tx, at=AT + MINUTE, worker="w2")
        deliveries.sent(tx, delivery.id, at=AT, code="250")
        assert fail(tx, delivery, retry_at=AT).state == "sent"
        other = plan(tx, practice)
        fail(tx, other)
        assert deliveries.sent(tx, other.id, at=AT, code="250").state == "sent"


def test_cancelling_stops_what_is_to_come(store: Store, practice: Practice) -> None:
    """What waits is cancelled at once; what is under way is not tried again, whether it fails or its worker dies."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        fails, dies = (plan(tx, practice, episode_id=opened.id) for _ in range(2))
        claim(tx)
        waits = plan(tx, practice, episode_id=opened.id, due_at=AT + MINUTE)
        kept = plan(tx, practice, due_at=AT + MINUTE)
        assert deliveries.cancel_of_episode(tx, opened.id, AT) == 3
        assert deliveries.delivery(tx, waits.id).state == "cancelled"
        assert fail(tx, fails, retry_at=AT + MINUTE).state == "cancelled"
        assert [one.id for one in claim(tx, at=AT + 2 * MINUTE, worker="w2")] == [kept.id]
        assert (deliveries.delivery(tx, dies.id).state, deliveries.delivery(tx, dies.id).worker) == ("cancelled", None)
        assert deliveries.cancel_of_episode(tx, opened.id, AT) == 0
        assert {one.id for one in deliveries.of_episode(tx, opened.id)} == {fails.id, dies.id, waits.id}


def test_what_was_sent_although_cancelled_is_sent(store: Store, practice: Practice) -> None:
    """The truth wins: a channel took it while the episode was being answered."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        delivery = plan(tx, practice, episode_id=opened.id)
        claim(tx)
        deliveries.cancel_of_episode(tx, opened.id, AT)
        assert deliveries.sent(tx, delivery.id, at=AT, code="250").state == "sent"
        assert episodes.episode(tx, opened.id).state == "told"
