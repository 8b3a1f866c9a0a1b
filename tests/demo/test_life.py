"""`interlude brief show`: the demo's twelve weeks as a therapist reads them; a real client's only to whom it may."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from bot.brief_command import DEMO, DEMO_UNTIL, demo_store
from bot.portal.clients import client_context
from bot.records import people, summaries
from bot.summary.brief import MAX_WORDS
from bot.summary.plain import as_text
from bot.texts import load_texts
from tests.summary.r4 import problems

ROOT = Path(__file__).parents[2]


def shown(*words: str) -> subprocess.CompletedProcess[str]:
    """`interlude brief show WORDS` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "brief", "show", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, input="",
    )  # fmt: skip


def test_text_form_has_at_most_300_words_and_each_statement_its_source() -> None:
    """Lines without a source state nothing about the client: the fixed sentences, and what is missing."""
    answer = shown("--client", DEMO)
    assert answer.returncode == 0, answer.stderr
    lines = [line for line in answer.stdout.splitlines() if line and not line.isupper()]
    sourceless = [line for line in lines if not re.search(r"\[(entry|episode) ", line)]
    assert len(sourceless) <= 2, sourceless
    words = re.sub(r"\[[^\]]*\]", "", answer.stdout).split()
    assert sum(any(sign.isalnum() for sign in word) for word in words) <= MAX_WORDS


def test_html_form_is_the_portal_s_own_page() -> None:
    """The same template as in the portal, with the shared entries under the brief."""
    answer = shown("--client", DEMO, "--format", "html")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("<!doctype html>")
    assert 'data-section="safety"' in answer.stdout
    assert answer.stdout.count('class="entry"') == 4


def test_fhir_form_is_a_sound_bundle() -> None:
    """R4's own rules; the four entries of the page, and the mood of its three check-ins."""
    answer = shown("--client", DEMO, "--format", "fhir")
    assert answer.returncode == 0, answer.stderr
    bundle = json.loads(answer.stdout)
    assert problems(bundle) == []
    kinds = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
    assert kinds == {"Patient": 1, "Questionnaire": 2, "QuestionnaireResponse": 4, "Observation": 3}


def test_csv_form_has_a_row_for_each_line_of_the_page() -> None:
    """The same four entries."""
    answer = shown("--client", DEMO, "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    assert len({row["entry"] for row in rows}) == 4
    assert [row["value"] for row in rows if row["line"] == "mood"] == ["3", "3", "2"]


def test_twelve_weeks_show_the_alert_and_the_falling_mood() -> None:
    """What matters stands above everything else: the last week's alert with its outcome, and the mood that falls."""
    with demo_store() as store, store.read() as tx:
        client = people.client(tx, DEMO)
        assert len(summaries.summaries_of(tx, DEMO)) == 40
        page = client_context(tx, client, texts=load_texts(), language="en", zone="UTC", at=DEMO_UNTIL)
    sections = [section.id for section in page.brief.sections]
    assert sections[:3] == ["header", "safety", "not_on_track"]
    text = as_text(page.brief)
    assert "not a crisis" in text.lower()
    assert page.open_episode_id is None


def test_another_client_s_brief_asks_for_their_therapist() -> None:
    """Without a login nothing opens, and the reason says what to do."""
    refused = shown("--client", "somebody")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "name the client's therapist with --login" in refused.stderr
