"""Episodes: one open a conversation, acknowledged by the first who answers, ended by an outcome (I2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.records import NotFound, Store, StoreError, Tx, assessments, conversations, entries, episodes, events
from bot.records.episodes import AlreadyAcknowledged, Episode, EpisodeClosed
from bot.records.schema import assessments as assessments_table
from bot.records.schema import messages
from tests.records.practice import AT, MINUTE, Practice, processes, say


def raise_alarm(tx: Tx, practice: Practice, text: str = "canary words", severity: int = 2) -> Episode:
    """A message with its assessment, and an episode opened by it."""
    message_id = assessed(tx, practice, text, severity, ["plan_or_intent"])
    return episodes.open_episode(
        tx,
        client_id=practice.client_id,
        conversation_id=practice.conversation_id,
        message_id=message_id,
        severity=severity,
        categories=["plan_or_intent"],
        reference=f"R-{message_id[:6]}",
        at=AT,
    )


def assessed(tx: Tx, practice: Practice, text: str, severity: int, categories: list[str]) -> str:
    """A stored message with its assessment; its id."""
    said = say(tx, practice, text)
    assessments.add_assessment(
        tx,
        said.id,
        level="alert",
        severity=severity,
        categories=categories,
        body={"evidence": []},
        version="test",
        at=AT,
    )
    return said.id


def answer(
    tx: Tx, episode: Episode, person_id: str, next_step: str = "calling_now", words: str | None = None
) -> Episode:
    """A person's answer a minute later."""
    return episodes.acknowledge(
        tx, episode.id, person_id=person_id, next_step=next_step, next_step_at=None, words=words, at=AT + MINUTE
    )


def kinds(tx: Tx, episode: Episode) -> list[str]:
    """The history, by kind."""
    return [step.kind for step in episodes.history(tx, episode.id)]


def test_an_episode_keeps_its_own_copy_of_the_words(store: Store, practice: Practice) -> None:
    """When the message is erased the record of the crisis still has what the person who was told read."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        message = conversations.message(tx, opened.first_message_id)
        assert message is not None
        tx.run(delete(assessments_table))
        tx.run(delete(messages).where(messages.c.id == message.id))
        entries.discard(tx, [message.entry_id], at=AT)
    with store.read() as tx:
        kept = episodes.episode_messages(tx, opened.id)
        assert [(one.text, one.severity, one.assessment) for one in kept] == [("canary words", 2, {"evidence": []})]


def test_events_of_an_episode_carry_no_words(store: Store, practice: Practice) -> None:
    """What watchers are told is an id, a state and the kind of change (I6)."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        answer(tx, opened, practice.therapist_id, words="canary of the therapist")
        told = [row.data for row in events.events_after(tx, 0) if row.kind == "episode"]
    assert told == [
        {"episode_id": opened.id, "state": "open", "change": "opened"},
        {"episode_id": opened.id, "state": "acknowledged", "change": "acknowledged"},
    ]


_OPEN = """
import sys; from pathlib import Path
from bot.records import StoreError, episodes
from tests.records.practice import AT, Practice, open_at
from tests.records.test_episodes import raise_alarm
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
practice = Practice("", "", sys.argv[2], sys.argv[3], "", "")
opened = joined = 0
for number in range(30):
    with store.write() as tx:
        found = episodes.open_episode_of(tx, practice.conversation_id)
        if found is None:
            raise_alarm(tx, practice, f"text {number}"); opened += 1
        else:
            joined += 1
print(opened, joined)
"""


def test_two_processes_open_one_episode(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Whoever looks and then opens in one transaction never makes a second: one process opens, the other joins."""
    printed = processes(_OPEN, tmp_path, [[practice.client_id, practice.conversation_id]] * 2)
    assert sorted(line.split()[0] for line in printed) == ["0", "1"]
    with store.read() as tx:
        assert len(episodes.open_episodes(tx)) == 1


def test_a_second_open_episode_is_refused_by_the_store_itself(store: Store, practice: Practice) -> None:
    """Even a caller that did not look cannot make two alerts of one crisis; after the first is closed it can."""
    with store.write() as tx:
        first = raise_alarm(tx, practice)
    with pytest.raises(StoreError), store.write() as tx:
        raise_alarm(tx, practice)
    with store.write() as tx:
        episodes.close(tx, first.id, person_id=practice.therapist_id, outcome="reached_and_safe", note=None, at=AT)
        assert raise_alarm(tx, practice).id != first.id


def test_joining_only_ever_raises(store: Store, practice: Practice) -> None:
    """Severity and categories grow; the same message again changes nothing; a lower one is joined as such."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        graver = assessed(tx, practice, "graver", 3, ["attempt_or_overdose", "plan_or_intent"])
        for _ in range(2):
            risen = episodes.join_episode(tx, opened.id, message_id=graver, severity=3, at=AT)
        assert (risen.severity, risen.categories) == (3, ("plan_or_intent", "attempt_or_overdose"))
        lower = assessed(tx, practice, "lower", 2, ["self_harm"])
        joined = episodes.join_episode(tx, opened.id, message_id=lower, severity=2, at=AT)
        assert (joined.severity, joined.categories[-1]) == (3, "self_harm")
        assert kinds(tx, opened) == ["opened", "rose", "joined"]
        assert [one.text for one in episodes.episode_messages(tx, opened.id)] == ["canary words", "graver", "lower"]
        with pytest.raises(NotFound, match="store it before its episode"):
            episodes.join_episode(tx, opened.id, message_id="f" * 32, severity=2, at=AT)


def test_being_told_and_seen_acknowledges_nothing(store: Store, practice: Practice) -> None:
    """Told once, seen once a person; the episode stays open to an answer."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        assert [episodes.tell(tx, opened.id, AT).state for _ in range(2)] == ["told", "told"]
        for person_id in (practice.therapist_id, practice.therapist_id, practice.on_call_id):
            seen = episodes.see(tx, opened.id, person_id, AT)
        assert (seen.state, seen.acknowledged_by) == ("seen", None)
        assert kinds(tx, opened) == ["opened", "told", "seen", "seen"]
        episodes.tell(tx, opened.id, AT + MINUTE)
        assert episodes.episode(tx, opened.id).state == "seen"


def test_the_first_who_answers_wins(store: Store, practice: Practice) -> None:
    """The second is told who, when and what; the first may change the step and keeps the first time."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        answer(tx, opened, practice.on_call_id)
        with pytest.raises(AlreadyAcknowledged) as caught:
            answer(tx, opened, practice.therapist_id)
        assert (caught.value.by_person_id, caught.value.at, caught.value.next_step) == (
            practice.on_call_id, AT + MINUTE, "calling_now",
        )  # fmt: skip
        changed = episodes.acknowledge(
            tx, opened.id, person_id=practice.on_call_id, next_step="calling_by", next_step_at=AT + 30 * MINUTE,
            words=None, at=AT + 2 * MINUTE,
        )  # fmt: skip
        assert (changed.next_step, changed.next_step_at) == ("calling_by", AT + 30 * MINUTE)
        assert changed.acknowledged_at == AT + MINUTE


_ANSWER = """
import sys; from pathlib import Path
from bot.records import episodes
from bot.records.episodes import AlreadyAcknowledged
from tests.records.practice import open_at
from tests.records.test_episodes import answer
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
try:
    with store.write() as tx: answer(tx, episodes.episode(tx, sys.argv[2]), sys.argv[3])
    print("first")
except AlreadyAcknowledged as error:
    print(error.by_person_id)
"""


def test_of_two_people_who_answer_at_once_one_is_first(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Two processes answer the same alert: one wins, the other learns who."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
    people = [practice.therapist_id, practice.on_call_id]
    printed = [line.strip() for line in processes(_ANSWER, tmp_path, [[opened.id, one] for one in people])]
    winner = people[printed.index("first")]
    assert printed[1 - people.index(winner)] == winner


def test_passing_on_leaves_it_open_to_others(store: Store, practice: Practice) -> None:
    """It is an answer and no acknowledgement; whoever had acknowledged and passes on gives it back."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        assert answer(tx, opened, practice.on_call_id, "pass_on").acknowledged_by is None
        answer(tx, opened, practice.on_call_id)
        passed = answer(tx, opened, practice.on_call_id, "pass_on", words="I am on a train")
        assert (passed.state, passed.acknowledged_by, passed.next_step) == ("open", None, None)
        assert answer(tx, opened, practice.therapist_id).acknowledged_by == practice.therapist_id
        assert kinds(tx, opened) == ["opened", "passed_on", "acknowledged", "passed_on", "acknowledged"]


def test_a_promise_that_lapses_opens_it_again(store: Store, practice: Practice) -> None:
    """Back to the state it had before the answer; one that nobody acknowledged cannot lapse."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        assert episodes.lapse(tx, opened.id, at=AT).state == "open"
        episodes.tell(tx, opened.id, AT)
        episodes.see(tx, opened.id, practice.on_call_id, AT)
        answer(tx, opened, practice.on_call_id)
        lapsed = episodes.lapse(tx, opened.id, at=AT + MINUTE)
        assert (lapsed.state, lapsed.acknowledged_by) == ("seen", None)
        assert kinds(tx, opened) == ["opened", "told", "seen", "acknowledged", "lapsed"]


@pytest.mark.parametrize(
    ("next_step", "message"),
    [
        ("later", "no next step 'later'; there are ['calling_now', 'calling_by', 'pass_on']"),
        ("calling_by", "calling_by needs the time by which the person calls"),
    ],
)
def test_an_answer_without_a_step_is_refused(store: Store, practice: Practice, next_step: str, message: str) -> None:
    """Nobody acknowledges without saying what happens next."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        with pytest.raises(ValueError) as caught:
            answer(tx, opened, practice.on_call_id, next_step)
    assert str(caught.value) == message


def test_a_closed_episode_takes_nothing_more(store: Store, practice: Practice) -> None:
    """It ends once, with a known outcome; later answers and messages are refused."""
    with store.write() as tx:
        opened = raise_alarm(tx, practice)
        with pytest.raises(ValueError, match=r"^no outcome 'fine'; there are"):
            episodes.close(tx, opened.id, person_id=practice.therapist_id, outcome="fine", note=None, at=AT)
        closed = episodes.close(
            tx, opened.id, person_id=practice.therapist_id, outcome="could_not_reach", note="canary note", at=AT
        )
        assert (closed.state, closed.outcome, closed.closed_by) == ("closed", "could_not_reach", practice.therapist_id)
        assert episodes.history(tx, opened.id)[-1].words == "canary note"
        another = assessed(tx, practice, "another", 2, [])
        for late in (
            lambda: answer(tx, opened, practice.on_call_id),
            lambda: episodes.join_episode(tx, opened.id, message_id=another, severity=2, at=AT),
            lambda: episodes.lapse(tx, opened.id, at=AT),
            lambda: episodes.close(
                tx, opened.id, person_id=practice.on_call_id, outcome="not_a_crisis", note=None, at=AT
            ),
        ):
            with pytest.raises(EpisodeClosed, match=f"^episode {opened.id} is closed with outcome could_not_reach"):
                late()


def test_episodes_of_a_client_are_recent_or_open(store: Store, practice: Practice) -> None:
    """A closed one before the moment is left out, an open one never."""
    with store.write() as tx:
        first = raise_alarm(tx, practice)
        assert [one.id for one in episodes.episodes_of(tx, practice.client_id, AT + MINUTE)] == [first.id]
        episodes.close(tx, first.id, person_id=practice.therapist_id, outcome="reached_and_safe", note=None, at=AT)
        assert episodes.episodes_of(tx, practice.client_id, AT + MINUTE) == []
        assert [one.id for one in episodes.episodes_of(tx, practice.client_id, AT)] == [first.id]
        assert episodes.open_episode_of(tx, practice.conversation_id) is None


def test_an_assessment_is_stored_once_and_its_categories_are_sealed(store: Store, practice: Practice) -> None:
    """What was read in a message is as private as the message; only level and severity stand outside."""
    with store.write() as tx:
        message_id = assessed(tx, practice, "words", 3, ["self_harm"])
        found = assessments.assessment_of(tx, message_id)
        assert found is not None
        assert (found.level, found.severity, found.categories) == ("alert", 3, ("self_harm",))
        assert "self_harm" not in repr(tx.all(select(assessments_table)))
        assert assessments.assessment_of(tx, "f" * 32) is None
    with pytest.raises(StoreError), store.write() as tx:
        assessments.add_assessment(
            tx, message_id, level="none", severity=0, categories=[], body={}, version="test", at=AT
        )
