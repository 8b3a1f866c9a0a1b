"""The worker as a real process: killed at every point, raced, stopped, and noticed (FAULTS 11, 12, 24)."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.handoff.health import worker_state
from bot.records import heartbeats
from tests.handoff.house import House
from tests.handoff.processes import mail_server, process, wait_until, worker

# A worker that kills itself at one point, with a lease short enough for a test. Everything else is the product's own.
KILLED = """
import asyncio, os, signal, sys
from bot.handoff import worker
from bot.records import deliveries
point, lease = sys.argv[1], float(sys.argv[2])
worker.LEASE_S, worker.ATTEMPT_TIMEOUT_S = lease, lease / 2
def die(*args, **kwargs): os.kill(os.getpid(), signal.SIGKILL)
if point == "claim":
    claim = deliveries.claim_due
    def claim_and_die(tx, **kwargs):
        found = claim(tx, **kwargs)
        if found: die()
        return found
    deliveries.claim_due = claim_and_die
elif point == "claimed":
    worker.Worker._deliver = die
elif point == "sent":
    worker.mark = die
elif point == "marking":
    sent = deliveries.sent
    def sent_and_die(tx, *args, **kwargs):
        sent(tx, *args, **kwargs)
        die()
    deliveries.sent = sent_and_die
raise SystemExit(worker.main())
"""


def test_an_alert_is_mailed_and_the_client_is_told_the_truth(house: House, tmp_path: Path) -> None:
    """From the committed row through real SMTP to "was told", without a word or name of the client in the mail."""
    with mail_server() as server, worker(folder=tmp_path, smtp_port=server.port) as running:
        episode = house.alert(at=datetime.now(UTC))
        assert house.card(episode.id, datetime.now(UTC))["state"] == "being_told"
        wait_until(lambda: house.episode(episode.id).state == "told", what="the alert was sent")
        [mail] = server.mails
        text = mail.as_string()
        assert mail["to"] == "fable@example.org"
        assert f"/episodes/{episode.id}" in text
        assert episode.reference in mail["subject"]
        assert "crisis words" not in text
        assert "Ada" not in text
        card = house.card(episode.id, datetime.now(UTC))
        assert (card["state"], [line["text"] for line in card["people"]]) == ("told", ["Dr. Wren Fable was told."])
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


@pytest.mark.fault(11)
@pytest.mark.parametrize(("point", "arrives"), [("claim", 1), ("claimed", 1), ("sent", 2), ("marking", 2)])
def test_a_worker_killed_at_any_point_loses_nothing(house: House, tmp_path: Path, point: str, arrives: int) -> None:
    """kill -9 before, after or during: the next worker sends it under the same id, and there is one alert."""
    episode = house.alert(at=datetime.now(UTC))
    with mail_server() as server:
        with process("-c", KILLED, point, "1.5", folder=tmp_path, smtp_port=server.port) as first:
            assert first.wait(30) == -signal.SIGKILL
        assert house.episode(episode.id).state == "open"
        with worker(folder=tmp_path, smtp_port=server.port):
            wait_until(lambda: house.episode(episode.id).state == "told", what="sent by the next worker")
        assert len(server.mails) == arrives
        assert len(set(server.ids())) == 1
    assert [row.state for row in house.deliveries(episode.id)] == ["sent"]


@pytest.mark.fault(12)
def test_two_workers_racing_send_each_alert_once(house: House, tmp_path: Path) -> None:
    """Each row is claimed by one worker; three hundred alerts, no second copy."""
    count = 300
    at = datetime.now(UTC)
    with house.write() as tx:
        from bot.records import contacts, deliveries

        channel = contacts.contacts(tx)[0].channels[0]
        for number in range(count):
            deliveries.plan(
                tx,
                episode_id=None,
                contact_id=house.contacts[0],
                channel_id=channel.id,
                kind="drill",
                due_at=at,
                notification_id=f"race.{number}",
                at=at,
            )
    with mail_server() as server:
        with (
            worker(folder=tmp_path, smtp_port=server.port),
            worker(folder=tmp_path, smtp_port=server.port),
        ):
            wait_until(lambda: len(server.mails) >= count, timeout_s=90, what="all alerts")
            wait_until(lambda: not _waiting(house), what="all marked")
        assert len(server.mails) == count
        assert len(set(server.ids())) == count


@pytest.mark.fault(24)
def test_a_stopped_worker_is_noticed_within_thirty_seconds(house: House, tmp_path: Path) -> None:
    """SIGSTOP: the sign of life grows old, `worker_state` says so, and it is well again after SIGCONT."""
    with mail_server() as server, worker(folder=tmp_path, smtp_port=server.port) as running:
        wait_until(lambda: _state(house) == "ok", what="a first sign of life")
        running.send_signal(signal.SIGSTOP)
        wait_until(lambda: _state(house) == "late", timeout_s=30, what="the silence was noticed")
        running.send_signal(signal.SIGCONT)
        wait_until(lambda: _state(house) == "ok", what="alive again")


def test_a_worker_that_never_ran_is_told_apart(house: House) -> None:
    """ "never" is another trouble than "late"."""
    assert _state(house) == "never"
    with house.write() as tx:
        heartbeats.beat(tx, "worker", datetime.now(UTC))
    assert _state(house) == "ok"


def _state(house: House) -> str:
    with house.store.read() as tx:
        return worker_state(tx)


def _waiting(house: House) -> bool:
    with house.store.read() as tx:
        from bot.records import deliveries

        return deliveries.next_due(tx) is not None
