"""A client's rights over what is stored: see who looked, take it away, have it erased (I7, I8)."""

from __future__ import annotations

import io
import json
import sqlite3
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from bot.privacy import audit
from bot.records import conversations, episodes
from tests.gateway.conftest import Door

CANARY = "canary heron in the reeds"


def taken_away(answer: bytes) -> dict[str, bytes]:
    """The files of an export."""
    with zipfile.ZipFile(io.BytesIO(answer)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_export_holds_the_client_s_words_in_three_forms(door: Door, tmp_path: Path) -> None:
    """JSON, a page whose markup no message can change, and a file that SQLite opens; nobody else's words."""
    device, other = door.device(door.people.ada), door.device(door.people.bo)
    device.sends(f"{CANARY} <script>alert(1)</script> =1+1")
    other.sends("not hers")
    files = taken_away(device.get("/api/export").raise_for_status().content)
    assert sorted(files) == ["my-data.db", "my-data.html", "my-data.json"]
    messages = json.loads(files["my-data.json"])["messages"]
    assert CANARY in messages[-1]["text"]
    assert b"not hers" not in b"".join(files.values())
    assert b"<script>" not in files["my-data.html"]
    assert b"&lt;script&gt;" in files["my-data.html"]
    path = tmp_path / "my-data.db"
    path.write_bytes(files["my-data.db"])
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM messages WHERE text LIKE ?", (f"%{CANARY}%",)).fetchone() == (1,)


def test_the_client_reads_who_looked(door: Door) -> None:
    """A look of the therapist's appears by name, as the audit has it."""
    with door.store.write() as tx:
        audit.note(
            tx,
            actor=door.people.wren,
            action="read_brief",
            client_id=door.people.ada,
            target=None,
            data={},
            at=datetime.now(UTC),
        )
    looks = door.device(door.people.ada).get("/api/data").raise_for_status().json()["looks"]
    assert ("Wren Sample", "read_brief") in [(look["who"], look["what"]) for look in looks]


def test_one_message_is_erased_and_only_one_s_own(door: Door) -> None:
    """Its words are gone from the history; another client's id reads 404, as one that never was."""
    device, other = door.device(door.people.ada), door.device(door.people.bo)
    gone, theirs = uuid.uuid4().hex, uuid.uuid4().hex
    device.sends(CANARY, message_id=gone)
    other.sends("theirs", message_id=theirs)
    for wrong in (theirs, uuid.uuid4().hex):
        assert device.post("/api/erase", {"kind": "message", "id": wrong}).status_code == 404
    assert device.post("/api/erase", {"kind": "message"}).status_code == 404
    receipt = device.post("/api/erase", {"kind": "message", "id": gone}).raise_for_status().json()
    assert receipt["erased"]["messages"] >= 1
    assert gone not in [message["id"] for message in device.history()]
    assert theirs in [message["id"] for message in other.history()]


def test_everything_is_erased_but_not_under_an_open_alert(door: Door) -> None:
    """Refused while somebody is on the way; then nothing of hers opens, her sign-in has ended, the record stays."""
    device = door.device(door.people.bo)
    device.sends("I am going to kill myself tonight")
    refused = device.post("/api/erase", {"kind": "all"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "alert_open")
    with door.store.write() as tx:
        conversation = conversations.conversation_of(tx, door.people.bo, at=datetime.now(UTC))
        open_one = episodes.open_episode_of(tx, conversation.id)
        assert open_one is not None
        episodes.close(
            tx,
            open_one.id,
            person_id=door.people.jo,
            outcome="reached_and_safe",
            note=None,
            at=datetime.now(UTC),
        )
    receipt = device.post("/api/erase", {"kind": "all"}).raise_for_status().json()
    assert receipt["kept"]["episodes"] == 1
    assert device.get("/api/me").status_code == 401
    with door.store.read() as tx:
        assert conversations.last_messages(tx, conversation.id, 50) == []
        assert len(episodes.episode_messages(tx, open_one.id)) == 1
