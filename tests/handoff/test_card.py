"""The safety card says what is true and nothing more, in the words of what was found (I3)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.handoff import card
from bot.handoff import episodes as handoff_episodes
from bot.records import deliveries, episodes, people, practice
from bot.texts import Lines, Texts, load_lines, load_texts
from tests.handoff.house import AT, MINUTE, NAMES, PRACTICE, House, evidence

FIRST, SECOND, _ = NAMES
CATEGORIES = tuple(card.GROUPS)


def _first(state: str = "noticed", **fields: Any) -> dict[str, Any]:
    values = {
        "language": "en", "address": "tu", "country": "US", "practice_name": PRACTICE, "severity": 3,
        "categories": ("active_ideation",), "message_id": "m", **fields,
    }  # fmt: skip
    return card.first_card(load_texts(), load_lines(), state=state, **values)  # type: ignore[arg-type]


def _send(house: House) -> None:
    with house.write() as tx:
        for row in deliveries.claim_due(tx, worker="test", at=AT, lease_s=60, limit=50):
            deliveries.sent(tx, row.id, at=AT, code="250")


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize(("language", "address"), [("en", "tu"), ("es", "tu"), ("es", "usted")])
@pytest.mark.parametrize("state", ["noticed", "not_stored"])
def test_every_category_has_its_own_words_before_anything_is_stored(
    category: str, language: str, address: str, state: str
) -> None:
    """With lines to call, buttons, and never a word that somebody is told."""
    shown = _first(state, categories=(category,), language=language, address=address)
    assert shown["lines"]
    assert [action["id"] for action in shown["actions"]] == ["grounding", "just_write"]
    assert shown["people"] == []
    assert (shown["state"], shown["episode_id"], shown["message_id"]) == (state, None, "m")
    words = " ".join([shown["title"], shown["text"]])
    for promise in ("is being told", "was told", "se está avisando", "se avisó"):
        assert promise not in words.lower()


def test_not_stored_says_that_nobody_could_be_told_and_whom_to_call() -> None:
    """The one thing worse than no help is a promise of help."""
    shown = _first("not_stored")
    assert shown["title"] == "Nobody could be told"
    assert f"nobody at {PRACTICE} knows about it" in shown["text"]
    assert shown["lines"][0]["number"] == "988"


@pytest.mark.parametrize(
    ("categories", "group"),
    [
        (("passive_ideation", "attempt_or_overdose"), "attempt"),
        (("harm_to_others", "active_ideation"), "self"),
        (("abuse_or_danger", "third_party"), "abuse"),
        (("unassessed",), "unassessed"),
        (("something_new",), "unassessed"),
        ((), "unassessed"),
    ],
)
def test_the_gravest_category_decides_the_words(categories: tuple[str, ...], group: str) -> None:
    """One card, one wording."""
    assert card.group_of(categories) == group


def test_unwanted_images_of_a_new_parent_have_their_own_words() -> None:
    """Not those for somebody who may hurt another person."""
    assert card.group_of(("harm_to_others",), whys=("unwanted_images",)) == "baby"
    assert card.group_of(("harm_to_others", "active_ideation"), whys=("unwanted_images",)) == "self"


@pytest.mark.parametrize(("language", "address"), [("en", "tu"), ("es", "tu"), ("es", "usted")])
def test_for_abuse_nobody_from_the_own_life_is_offered_and_nobody_is_confronted(
    house: House, language: str, address: str
) -> None:
    """The personal contact may be the person who does harm; people told are asked not to call."""
    with house.write() as tx:
        people.set_client(tx, house.client_id, language=language, address=address, at=AT)
    house.hours(tuple((day, "09:00", "09:30") for day in range(5)))
    episode = house.alert(categories=("abuse_or_danger",), at=AT + 60 * MINUTE)
    shown = house.card(episode.id, AT + 60 * MINUTE)
    words = " ".join([shown["title"], shown["text"], shown["consequence"]]).lower()
    for unwanted in (
        "someone you trust",
        "de tu confianza",
        "de su confianza",
        "talk to them",
        "confront",
        "habla con",
    ):
        assert unwanted not in words
    assert ("not to call you" in words) or ("no llamar" in words)


def test_an_overdose_shows_the_emergency_number_first() -> None:
    """A body in danger cannot wait for a talk."""
    kinds = [line["kind"] for line in _first(categories=("attempt_or_overdose",))["lines"]]
    assert kinds == sorted(kinds, key=lambda kind: {"emergency": 0, "general": 1}.get(kind, 2))
    assert _first(categories=("passive_ideation",))["lines"][0]["kind"] == "general"


@pytest.mark.parametrize("country", ["US", "GB", "ES", "MX", "XX"])
def test_lines_are_those_of_the_clients_country(country: str) -> None:
    """A country without an entry gets the lines for anywhere, never none."""
    shown = _first(country=country)
    assert [line["id"] for line in shown["lines"]][:1] == [
        card.sorted_lines(load_lines(), card.Reader("en", "tu", country), "self")[0].id
    ]


def test_help_now_records_nothing_and_says_so(texts: Texts, lines: Lines) -> None:
    """No sign-in, no consent, nobody told."""
    shown = card.help_card(texts, lines, language="es", address="usted", country="ES", practice_name=PRACTICE)
    assert "no se avisa a nadie" in shown["text"]
    assert shown["state"] == "help"
    assert shown["lines"]


def test_is_being_told_appears_only_with_a_committed_page(house: House) -> None:
    """Made from rows: who, and since when."""
    episode = house.alert()
    shown = house.card(episode.id)
    assert shown["state"] == "being_told"
    assert shown["people"] == [{"at": "2026-03-02T15:00:00.000Z", "name": FIRST, "text": f"{FIRST} is being told."}]
    assert "not_meant" in [action["id"] for action in shown["actions"]]
    assert shown["severity"] == 3


def test_was_told_says_until_when_an_answer_is_awaited(house: House) -> None:
    """A time, and what happens then."""
    episode = house.alert()
    _send(house)
    shown = house.card(episode.id, AT + MINUTE)
    assert shown["state"] == "told"
    assert "If there is no answer by 10:05, the next person is told." in shown["text"]


def test_seen_is_no_answer(house: House) -> None:
    """A person looked; the time goes on."""
    episode = house.alert()
    _send(house)
    with house.write() as tx:
        episodes.see(tx, episode.id, house.staff[0], AT + MINUTE)
    shown = house.card(episode.id, AT + MINUTE)
    assert shown["state"] == "seen"
    assert shown["people"][-1]["text"] == f"{FIRST} has seen it."
    assert "has not answered yet" in shown["text"]


def test_an_answer_is_shown_with_its_time_and_in_the_persons_own_words(house: House) -> None:
    """ "Calling by" is another thing than "seen"."""
    episode = house.alert()
    _send(house)
    house.answer(episode.id, 0, "calling_by", next_step_at=AT + 30 * MINUTE, words="Hi Ada, it's Wren.", at=AT + MINUTE)
    shown = house.card(episode.id, AT + MINUTE)
    assert shown["state"] == "acknowledged"
    assert [line["text"] for line in shown["people"]] == [
        f"{FIRST} was told.", f"{FIRST} calls you by 10:30.", f"{FIRST}: “Hi Ada, it's Wren.”",
    ]  # fmt: skip


def test_calling_now_is_said_as_such(house: House) -> None:
    """Without a time."""
    episode = house.alert()
    house.answer(episode.id, 1, "calling_now", at=AT + MINUTE)
    assert house.card(episode.id)["people"][-1]["text"] == f"{SECOND} is calling you now."


def test_a_look_behind_the_glass_is_shown_with_its_reason(house: House) -> None:
    """Break-glass is audited and shown to the client."""
    episode = house.alert()
    with house.write() as tx:
        episodes.add_step(
            tx, episode.id, kind="opened_details", at=AT, person_id=house.staff[1], words="I answer tonight."
        )
    assert house.card(episode.id)["people"][-1]["text"] == (
        f"{SECOND} opened what you wrote in order to answer, and gave this reason: “I answer tonight.”"
    )


@pytest.mark.parametrize("outcome", episodes.OUTCOMES)
def test_every_outcome_is_told(house: House, outcome: str) -> None:
    """In words, with the name of whoever noted it; the chat stays open."""
    episode = house.alert()
    with house.write() as tx:
        handoff_episodes.close(tx, episode.id, person_id=house.staff[0], outcome=outcome, note="private", at=AT)
    shown = house.card(episode.id)
    assert shown["title"] == "This alert is closed"
    assert shown["text"].startswith(FIRST)
    assert "private" not in str(shown)


def test_the_open_card_is_the_conversations_and_gone_when_closed(house: House) -> None:
    """After a reload the open one is shown again; a closed one is history."""

    def current() -> dict[str, Any] | None:
        with house.store.read() as tx:
            return handoff_episodes.current_card(
                tx, house.conversation_id, texts=load_texts(), lines=load_lines(), at=AT
            )

    assert current() is None
    episode = house.alert()
    found = current()
    assert found is not None
    assert found["episode_id"] == episode.id
    with house.write() as tx:
        handoff_episodes.close(tx, episode.id, person_id=house.staff[0], outcome="not_a_crisis", note=None, at=AT)
    assert current() is None


def test_the_card_says_when_this_practice_calls_emergency_services(house: House) -> None:
    """In the practice's own words, in the client's language."""
    with house.write() as tx:
        practice.set_practice(tx, emergency_words={"en": "We call 911 only after we tried to call you."})
    shown = house.card(house.alert().id)
    assert shown["consequence"].endswith("We call 911 only after we tried to call you.")


def test_the_card_stands_by_the_last_message_of_the_alert(house: House) -> None:
    """A further message in the same alert moves it."""
    house.alert()
    last = house.say("more", level="alert", at=AT + MINUTE)
    assert house.card(str(last.episode_id))["message_id"] == last.message.id


def test_the_meaning_in_the_stored_assessment_chooses_the_words(house: House) -> None:
    """What was read is in the episode's own copy."""
    piece = evidence(category="harm_to_others", severity=2, why="unwanted_images")
    episode = house.alert(severity=2, categories=("harm_to_others",), pieces=(piece,))
    assert house.card(episode.id)["title"] == "Frightening thoughts can be talked about"


def test_without_a_time_given_the_card_is_of_this_moment(house: House) -> None:
    """As the gateway calls it for every event."""
    episode = house.alert()
    with house.store.read() as tx:
        shown = handoff_episodes.client_view(tx, episode.id, texts=load_texts(), lines=load_lines())
    assert shown["people"][0]["text"] == f"{FIRST} is being told."
    assert shown["state"] == "being_told"
