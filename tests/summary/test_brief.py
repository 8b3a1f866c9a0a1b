"""The brief: short, traceable, safety first, and nothing in it that the data do not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.summary import BriefInput, Line
from bot.summary.brief import MAX_WORDS
from bot.summary.change import readings, slope_a_week
from tests.summary.life import EPISODE, LIFE, SINCE, brief, changed, check_in, preparation, without


def text(line_id: str, given: BriefInput = LIFE) -> str | None:
    found = next((line for line in brief(given).lines() if line.id == line_id), None)
    return found.text if found else None


def test_sections_stand_in_the_order_of_need() -> None:
    """Safety before everything that is about the client, the flag right after it."""
    assert [section.id for section in brief().sections] == [
        "header", "safety", "not_on_track", "agenda", "change", "homework", "themes", "helped",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
def test_brief_is_read_in_two_minutes(language: str) -> None:
    """At most 300 words."""
    assert brief(language=language).words <= MAX_WORDS


def test_every_statement_names_its_sources() -> None:
    """A line without a source is a fixed sentence, a count of nothing, or about messages that are not shared."""
    unsourced = {line.id for line in brief().lines() if not line.sources}
    assert unsourced == {"header.chosen", "safety.asked", "safety.unread"}
    shared = {one.id: {line.id for line in one.lines} for one in LIFE.reflections}
    for line in brief().lines():
        for source in line.sources:
            if source.kind == "episode":
                assert source.id == EPISODE.id
            else:
                assert source.id in shared
                assert source.line is None or source.line in shared[source.id]


def test_words_are_the_clients_own() -> None:
    """A line of words is a piece of what was shared, but for the date before a theme's quotation."""
    said = {line.text for one in LIFE.reflections for line in one.lines}
    for line in brief().lines():
        if line.kind == "words":
            quoted = line.text.split(": ", 1)[1] if line.id.startswith("themes") else line.text
            assert quoted.removesuffix(" …") in said or any(quoted.removesuffix(" …") in one for one in said)


# A statement of the brief, the data with that statement made false, what it must become (None: any other text or none).
FALSIFIED: list[tuple[str, BriefInput]] = [
    ("header.period", without("checkin1")),
    ("safety.episode1", replace(LIFE, events=())),
    ("safety.episode1", replace(LIFE, events=(replace(EPISODE, severity=3),))),
    ("safety.episode1", replace(LIFE, events=(replace(EPISODE, outcome=None),))),
    ("safety.episode1", replace(LIFE, events=(replace(EPISODE, answered_by=None, answered_at=None),))),
    ("safety.asked", replace(LIFE, asked=())),
    ("safety.asked", replace(LIFE, asked=(replace(LIFE.asked[0], answer="yes"), LIFE.asked[1]))),
    ("safety.unread", replace(LIFE, unread=0)),
    ("not_on_track.mood", changed("checkin11", "mood", value=6)),
    ("agenda.prep12.topics-1", changed("prep12", "topics-1", text="my work")),
    ("agenda.prep12.topics-2", without("prep12")),
    ("change.mood", changed("checkin11", "mood", value=3)),
    ("change.mood", without("checkin1")),
    ("homework.prep12.homework", changed("prep12", "homework", text="I did it")),
    ("homework.prep12.obstacle", changed("prep12", "obstacle", text="nothing did")),
    ("themes.sister", changed("checkin3", "happened", text="argued with my brother again")),
    ("themes.sister.quote", without("checkin7", "prep12")),
    ("helped.grounding_54321", changed("ground8", "before_after", value=[7, 4])),
    ("helped.checkin1.helped", changed("checkin1", "helped", text="nothing")),
]


@pytest.mark.parametrize(("line_id", "false"), FALSIFIED)
def test_statement_goes_or_changes_when_the_data_do(line_id: str, false: BriefInput) -> None:
    """No line survives that is not true."""
    assert text(line_id) is not None
    assert text(line_id, false) != text(line_id)


def test_every_statement_is_falsified_by_a_case() -> None:
    """A new kind of line needs a case above."""
    tried = {line_id for line_id, _ in FALSIFIED}
    kinds = {line.id.partition(".")[0] for line in brief().lines()} - {"header"}
    assert {line_id.partition(".")[0] for line_id in tried} >= kinds


def test_nothing_found_is_no_proof_of_safety() -> None:
    """The sentence is there when nothing happened, and only then."""
    assert (
        text("safety.none", replace(LIFE, events=(), asked=())) == "No crisis was detected. That is no proof of safety."
    )
    assert text("safety.none") is None


def test_safety_is_never_shortened_away() -> None:
    """Twenty episodes and long quotations: every episode stays, the lower sections give way and are counted."""
    many = tuple(replace(EPISODE, id=f"episode{n}", at=EPISODE.at + timedelta(hours=n)) for n in range(12))
    long = "word " * 400
    full = replace(LIFE, events=many, reflections=(*LIFE.reflections, check_in(13, 5, long, helped=long, bring=long)))
    made = brief(full)
    shown = {line.id for line in made.lines()}
    assert {f"safety.episode{n}" for n in range(12)} <= shown
    assert made.left_out > 0
    assert any(line.id.startswith("agenda") for line in made.lines())


def test_agenda_keeps_the_clients_order_and_stops_at_three() -> None:
    """Ranked by them, not by us."""
    section = brief().section("agenda")
    assert section is not None
    assert [line.text for line in section.lines] == ["the house", "how I talk to my sister", "sleep"]


def test_agenda_is_filled_with_notes_when_nothing_was_prepared() -> None:
    """Notes "to bring", newest first; with none, it says so."""
    section = brief(without("prep12")).section("agenda")
    assert section is not None
    assert [line.text for line in section.lines] == ["the letter from the landlord"]
    assert text("agenda.none", without("prep12", "checkin5")) == "No topics were shared for this session."


def test_mood_needs_six_readings() -> None:
    """Five say nothing about a course, and the brief says how many there are."""
    few = without("checkin1")
    assert "21 days: 5;" in (text("change.mood", few) or "")
    assert text("not_on_track.mood", few) is None


def test_slope_is_that_of_least_squares() -> None:
    """One point a day is seven a week; all on one day is flat."""
    given = replace(LIFE, reflections=tuple(check_in(day, day, "x") for day in range(7)))
    assert slope_a_week(readings(given)) == pytest.approx(7.0)
    flat = replace(LIFE, reflections=(check_in(1, 2, "x"), check_in(1, 8, "y")))
    assert slope_a_week(readings(flat)) == 0.0


def test_older_readings_count_for_the_course_only() -> None:
    """A course may begin before the period; everything else is of the period."""
    early = check_in(-3, 9, "the landlord")
    given = replace(LIFE, earlier=(early,))
    assert "7 readings" in (text("change.mood", given) or "")
    assert text("themes.landlord", given) == text("themes.landlord")


def test_theme_needs_two_entries() -> None:
    """One mention is no theme, and the count is that of entries."""
    assert text("themes.sister") == "“sister” in 4 entries"
    assert text("themes.river") is None


def test_empty_period_is_a_page_that_says_so() -> None:
    """No entries, no events: it holds, and missing data is said."""
    made = brief(replace(LIFE, reflections=(), events=(), asked=(), unread=0))
    assert [section.id for section in made.sections] == ["header", "safety", "agenda", "change"]
    assert "Shared entries: 0. Days without one: 15 of 15." in next(iter(made.lines())).text


def test_five_hundred_entries_are_quick_and_short() -> None:
    """A year's worth of entries makes one page."""
    import time

    entries = tuple(check_in(n % 14, n % 11, f"note {n} about my sister and the landlord") for n in range(500))
    entries = tuple(replace(one, id=f"e{n}") for n, one in enumerate(entries))
    began = time.perf_counter()
    made = brief(replace(LIFE, reflections=(*entries, preparation(12, "one"))))
    assert time.perf_counter() - began < 1.0
    assert made.words <= MAX_WORDS


def test_odd_text_holds() -> None:
    """Emoji, right-to-left text, markup and a word of 5,000 letters are quoted as they are."""
    odd = "🙂 שלום <b>x</b> " + "a" * 5000
    line: Line | None = None
    for line in brief(replace(LIFE, reflections=(check_in(1, 5, odd, bring=odd),))).lines():
        if line.id.startswith("agenda"):
            assert line.text.startswith("🙂 שלום <b>x</b>")
    assert line is not None


def test_days_are_those_of_the_practice() -> None:
    """23:30 in New York is that day, whatever it is in Greenwich."""
    late = check_in(0, 5, "late")
    at = SINCE.replace(hour=3, minute=30) + timedelta(days=1)
    moved = replace(late, lines=tuple(replace(one, at=at) for one in late.lines))
    same = check_in(0, 6, "same day")
    assert "14 of 15" in next(iter(brief(replace(LIFE, reflections=(moved, same))).lines())).text
