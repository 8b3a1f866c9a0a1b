"""The brief of a client, from real records: only what is shared now, and what happened."""

from __future__ import annotations

from datetime import timedelta

from bot.crisis import Assessment
from bot.portal.brief_input import brief_of
from bot.records import Store, Tx, assessments, episodes, people, summaries
from bot.records.practice import set_practice
from bot.summary import Brief
from bot.texts import load_texts
from tests.actions.conftest import parts, practice, talker
from tests.actions.talking import AT, Talker
from tests.records.practice import Practice, say

__all__ = ["parts", "practice", "talker"]


def brief(tx: Tx, client_id: str) -> Brief:
    client = people.client(tx, client_id)
    at = AT + timedelta(hours=1)
    shared = summaries.shared_of(tx, client_id, AT - timedelta(days=7))
    return brief_of(tx, client, shared, texts=load_texts(), language="en", since=AT - timedelta(days=7), at=at)


def check_in(talker: Talker) -> str:
    talker.begin("daily_check_in")
    for text in ("7", "restless", "a talk with my sister", "walking", "how I answer her", "Done"):
        talker.say(text)
    return talker.last[-1].summary_id or ""


def test_brief_holds_what_is_shared_and_nothing_withheld(store: Store, talker: Talker) -> None:
    """A line that the client took out, and an entry that is not shared, are nowhere in it (I5)."""
    summary_id = check_in(talker)
    with store.write() as tx:
        set_practice(
            tx, name="Test", time_zone="UTC", country="US", languages=("en",), reply_minutes={1: 60, 2: 15, 3: 5}
        )
        assert not any(line.kind == "words" for line in brief(tx, talker.client_id).lines())
        body = summaries.summary(tx, summary_id).body
        kept = [line for line in body["lines"] if line["id"] != "bring"]
        summaries.share(tx, summary_id, body={**body, "lines": kept}, at=talker.at)
        made = brief(tx, talker.client_id)
        shown = " ".join(line.text for line in made.lines())
        assert "walking" in shown
        assert "how I answer her" not in shown
        summaries.unshare(tx, summary_id, at=talker.at)
        assert "walking" not in " ".join(line.text for line in brief(tx, talker.client_id).lines())


def test_brief_tells_an_episode_and_unread_messages(store: Store, practice: Practice) -> None:
    """Who answered, how it ended, and that some messages could not be read."""
    with store.write() as tx:
        message = say(tx, practice, "…")
        unread = Assessment(level="none", severity=0, categories=(), evidence=(), unread_language=True, version="test")
        assessments.add_assessment(
            tx, message.id, level="none", severity=0, categories=(), body=unread.to_json(), version="test", at=AT
        )
        episode = episodes.open_episode(
            tx,
            client_id=practice.client_id,
            conversation_id=practice.conversation_id,
            message_id=message.id,
            severity=2,
            categories=["active_ideation"],
            reference="AAA-111",
            at=AT,
        )
        episodes.acknowledge(
            tx,
            episode.id,
            person_id=practice.on_call_id,
            next_step="calling_now",
            next_step_at=None,
            words=None,
            at=AT + timedelta(minutes=4),
        )
        section = brief(tx, practice.client_id).section("safety")
    assert section is not None
    assert [line.text for line in section.lines] == [
        "Mon 2 Mar, 09:00: alert, severity 2 of 3. Answered by Oncall, Mon 2 Mar, 09:04. No outcome is recorded yet.",
        "Messages in a language that the program cannot read: 1.",
    ]
