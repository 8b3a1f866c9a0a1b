"""What leaves for another program, from real records: what is shared now, and nothing else (I5)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.portal.outgoing import client_csv, client_fhir
from bot.records import Store, Tx, appointments, conversations, people, summaries
from bot.records.practice import set_practice
from bot.texts import load_texts
from tests.actions.conftest import parts, practice, talker
from tests.actions.talking import AT, Talker
from tests.portal.test_brief_input import check_in
from tests.portal.test_measured import fill_in
from tests.summary.measured import US_CORE
from tests.summary.r4 import problems

__all__ = ["parts", "practice", "talker"]

FORMS = ("fhir", "csv")
TAKEN_OUT = "how I answer her"


@pytest.fixture
def shared(store: Store, talker: Talker) -> str:
    """A check-in that is shared without one of its lines; the summary's id. A second one is kept."""
    summary_id = check_in(talker)
    with store.write() as tx:
        set_practice(
            tx, name="Test", time_zone="UTC", country="US", languages=("en",), reply_minutes={1: 60, 2: 15, 3: 5}
        )
        body = summaries.summary(tx, summary_id).body
        kept = [line for line in body["lines"] if line["text"] != TAKEN_OUT]
        summaries.share(tx, summary_id, body={**body, "lines": kept}, at=talker.at)
    return summary_id


def outgoing(tx: Tx, talker: Talker, form: str) -> str:
    client, at = people.client(tx, talker.client_id), talker.at + timedelta(hours=1)
    if form == "csv":
        return client_csv(tx, client, at=at)
    return client_fhir(tx, client, texts=load_texts(), language="en", at=at)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_shared_leaves_and_nothing_else(store: Store, talker: Talker, shared: str, form: str) -> None:
    """Not the line that was taken out, not the entry that was kept, not the talk itself, and no id of theirs."""
    kept = check_in(talker)
    with store.write() as tx:
        found = outgoing(tx, talker, form)
        conversation = conversations.conversation_of(tx, talker.client_id, at=AT)
        messages = conversations.messages_after(tx, conversation.id, 0, 500)
        of_kept = summaries.summary(tx, kept)
    assert "a talk with my sister" in found
    hidden = [TAKEN_OUT, kept, shared, of_kept.reflection_id, talker.client_id, conversation.id]
    hidden += [line["entry_id"] for line in of_kept.body["lines"]]
    hidden += [message.id for message in messages] + [m.text for m in messages if m.role == "bot"]
    assert [text for text in hidden if text in found] == []
    assert found.count("a talk with my sister") == 1


@pytest.mark.parametrize("form", FORMS)
def test_what_is_hidden_again_no_longer_leaves(store: Store, talker: Talker, shared: str, form: str) -> None:
    """From then on: the words are gone, and so is the entry."""
    with store.write() as tx:
        summaries.unshare(tx, shared, at=talker.at)
        found = outgoing(tx, talker, form)
    assert "sister" not in found
    assert found.count("\n") == 1 if form == "csv" else len(json.loads(found)["entry"]) == 1


@pytest.mark.parametrize("form", FORMS)
def test_period_is_that_of_the_page(store: Store, talker: Talker, shared: str, form: str) -> None:
    """What was shared before the last appointment has been read, and does not leave a second time."""
    with store.write() as tx:
        assert "sister" in outgoing(tx, talker, form)
        appointments.add(tx, client_id=talker.client_id, starts_at=talker.at + timedelta(minutes=30), at=talker.at)
        assert "sister" not in outgoing(tx, talker, form)


def test_bundle_from_records_is_sound_r4(store: Store, talker: Talker, shared: str) -> None:
    """The same check as for the made-up life."""
    with store.write() as tx:
        found: dict[str, Any] = json.loads(outgoing(tx, talker, "fhir"))
    assert problems(found) == []
    moods = [entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == "Observation"]
    assert [one["valueInteger"] for one in moods] == [7]


# --- questionnaires -----------------------------------------------------------------------------------------

# US Core's example, in the order of the items: its total is 12.
MARKS = (2, 2, 2, 2, 1, 1, 2, 0, 0)


def resources(store: Store, talker: Talker, kind: str) -> list[dict[str, Any]]:
    """The resources of one type; the bundle is sound."""
    with store.write() as tx:
        set_practice(
            tx, name="Test", time_zone="UTC", country="US", languages=("en",), reply_minutes={1: 60, 2: 15, 3: 5}
        )
        bundle = json.loads(outgoing(tx, talker, "fhir"))
    assert problems(bundle) == []
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def test_questionnaire_filled_in_in_the_chat_is_us_core_s_example(store: Store, talker: Talker) -> None:
    """The same marks give the published codes and the published total."""
    fill_in(talker, "phq9", *MARKS)
    (filled,) = resources(store, talker, "QuestionnaireResponse")
    *answers, total = filled["item"]
    assert {item["linkId"]: item["answer"][0]["valueCoding"]["code"] for item in answers} == {
        f"/{item}": answer for item, answer in US_CORE.items()
    }
    assert (total["linkId"], total["answer"]) == ("/44261-6", [{"valueDecimal": 12}])
    seen = {one["code"]["coding"][0]["code"]: one for one in resources(store, talker, "Observation")}
    assert seen["44261-6"]["interpretation"] == [{"text": "moderate"}]


def test_gad7_has_its_own_codes(store: Store, talker: Talker) -> None:
    """Panel, seven items, total."""
    fill_in(talker, "gad7", *[1] * 7)
    seen = [one["code"]["coding"][0]["code"] for one in resources(store, talker, "Observation")]
    assert (seen[0], len(seen), seen[-1]) == ("69737-5", 9, "70274-6")


def test_answer_that_was_taken_out_does_not_come_back_by_arithmetic(store: Store, talker: Talker) -> None:
    """The item is gone, and so is the sum, which was taken out with it."""
    fill_in(talker, "phq9", *MARKS, without=("item_2", "measure_total"))
    (filled,) = resources(store, talker, "QuestionnaireResponse")
    assert [item["linkId"] for item in filled["item"]] == [f"/{code}" for code in US_CORE if code != "44255-8"]
    text = json.dumps(resources(store, talker, "Observation"))
    assert "44255-8" not in text
    assert "44261-6" not in text


def test_sum_alone_is_shared_alone(store: Store, talker: Talker) -> None:
    """All answers taken out: the panel holds the sum and nothing else."""
    fill_in(talker, "phq9", *MARKS, without=tuple(f"item_{number}" for number in range(1, 10)))
    panel, total = resources(store, talker, "Observation")
    assert (len(panel["hasMember"]), total["valueQuantity"]["value"]) == (1, 12)


def test_questionnaire_that_was_kept_is_nowhere(store: Store, talker: Talker) -> None:
    """Neither its answers nor its form."""
    fill_in(talker, "phq9", *MARKS, share=False)
    assert resources(store, talker, "Questionnaire") == []
    assert resources(store, talker, "Observation") == []
