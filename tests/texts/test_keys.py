"""Every text that code names exists, and the page's and the portal's texts are all used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml

from bot.gateway import consenting
from bot.handoff import enrolment
from bot.portal import accounts_page, enrolment_page, episodes_page, practice_page, takeover_page
from bot.privacy import accounts
from bot.records import schedules
from bot.texts import load_texts
from bot.widget import launching, rendering

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "bot/widget"
PORTAL = ROOT / "bot/portal"

# Families of keys that code puts together: prefix -> the ends that code can give it, with where they come from.
SENDING_STATES = {"sending", "sent", "waiting", "waiting_open", "offline", "not_stored"}  # outbox.js, chat.js
EPISODE_STATES = {"open", "told", "seen", "acknowledged", "closed"}  # bot/records/episodes.py
NEXT_STEPS = {"calling_now", "calling_by", "pass_on"}  # episodes_page.AnswerForm
OUTCOMES = {"reached_and_safe", "emergency_services", "could_not_reach", "not_a_crisis"}  # episodes_page.CloseForm
# Ids that code gives to a text which it puts together from others.
COMPOSED = {"handoff.card"}  # the card's sentences, for a channel without a card
_FILES = (".css", ".js", ".json", ".html", ".yml")


def keys(topic: str) -> set[str]:
    """The keys of a topic's file."""
    return set(load_texts().topic(topic, language="en", address="tu"))


def calls(source: str) -> Iterator[str]:
    """What stands between the brackets of each call of t()."""
    for match in re.finditer(r"(?<![\w.])t\(", source):
        start = end = match.end()
        depth, quote = 1, ""
        while depth:
            letter = source[end]
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "\"'`":
                quote = letter
            elif letter in "()":
                depth += 1 if letter == "(" else -1
            end += 1
        yield source[start : end - 1]


def named(source: str) -> set[str]:
    """The keys that calls of t() name in full; of `t(a ? "x" : "y")` both."""
    found: set[str] = set()
    for call in calls(source):
        before_params = re.split(r"\{|, \w+=", call)[0]
        choices = before_params.split("?", 1)[-1]
        found |= {key for key in re.findall(r"[\"'](\w+)[\"']", choices) if not key.endswith("_")}
    return found


FAULT_PAGES = (accounts_page, enrolment_page, practice_page, takeover_page)


def literals(source: str) -> set[str]:
    """Every quoted word of a source: a key that reaches t() by way of a variable is one of them."""
    return set(re.findall(r"[\"']([a-z0-9_]+)[\"']", source))


def widget_source() -> str:
    """All scripts of the page and the launcher."""
    return "\n".join(path.read_text("utf-8") for path in sorted((WIDGET / "static").glob("*.js")))


def page_keys() -> set[str]:
    """The keys that the page's template names."""
    html = (WIDGET / "templates/page.html").read_text("utf-8")
    filled = re.findall(r"data-t(?:-label)?=\"(\w+)\"", html) + re.findall(r"\bs\.(\w+)", html)
    return set(filled) | set(rendering.GROUNDING)


def error_keys() -> set[str]:
    """The keys of the refusals that the gateway's code can give; one without words of its own is `error_fault`."""
    source = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "bot/gateway").glob("*.py")))
    return {f"error_{code}" for code in re.findall(r"\"([a-z_]+)\"", source)}


def portal_source() -> str:
    """The portal's templates."""
    return "\n".join(path.read_text("utf-8") for path in sorted((PORTAL / "templates").glob("*.html")))


def family_keys() -> set[str]:
    """The portal's keys that templates put together."""
    history = {
        kind
        for path in sorted((ROOT / "bot").rglob("*.py"))
        if "engine" not in path.parts
        for kind in re.findall(r"add_step\([^)]*?kind=\"(\w+)\"", path.read_text("utf-8"), re.DOTALL)
    }
    return {
        *(f"state_{state}" for state in EPISODE_STATES),
        *(f"step_{step}" for step in NEXT_STEPS),
        *(f"outcome_{outcome}" for outcome in OUTCOMES),
        *(f"notice_{notice}" for notice in episodes_page.NOTICES),
        *(f"history_{kind}" for kind in history | {episodes_page.OPENED}),
        *(f"severity_{severity}" for severity in range(4)),
        *(f"weekday_{weekday}" for weekday in range(7)),
        *(f"fault_{fault}" for page in FAULT_PAGES for fault in page.FAULTS),
        "fault_appointment",
        *(f"measures_every_{weeks}" for weeks in (0, *schedules.WEEKS)),
        *(f"welcome_{fault}" for fault in ("too_many", "different", "length", "code")),
        *(f"role_{role}" for role in accounts.ROLES),
        *(f"factor_{fault}" for fault in ("wrong", "too_many")),  # second_factor_page.py
        *(f"factor_{state}" for state in ("always", "needed", "optional")),  # contexts.PracticePage
        *(f"language_{language}" for language in ("en", "es")),
        *(f"channel_{kind}" for kind in ("email", "sms", "webhook", "apprise")),
        *(f"problem_{problem}" for problem in get_args(enrolment.Problem.__value__)),
        *(f"drill_{state}" for state in ("due", "claimed", "sent", "failed", "cancelled")),
    }


def test_the_widget_has_a_text_for_every_key_that_its_scripts_name() -> None:
    """A missing one would stop the page with an error in the client's hands."""
    needed = named(widget_source()) | page_keys() | set(launching.STRINGS)
    needed |= {f"state_{state}" for state in SENDING_STATES} | {"error_fault"}
    assert needed - keys("widget") == set()


def test_the_widget_has_no_text_that_nothing_names() -> None:
    """What nobody sees is not kept: it would be reviewed and translated for nothing."""
    used = literals(widget_source()) | page_keys() | set(launching.STRINGS) | error_keys()
    used |= {f"state_{state}" for state in SENDING_STATES}
    assert keys("widget") - used == set()


def test_the_portal_has_a_text_for_every_key_that_its_templates_name() -> None:
    """A missing one would be an error page in front of a person who answers an alert."""
    assert (named(portal_source()) | family_keys()) - keys("portal") == set()


def test_the_portal_has_no_text_that_nothing_names() -> None:
    """Templates, the families that they put together, and the words that the portal's code itself picks."""
    code = "\n".join(path.read_text("utf-8") for path in sorted(PORTAL.glob("*.py")))
    picked = {f"{name}_{part}" for name in literals(code) for part in ("title", "text")}
    used = named(portal_source()) | literals(portal_source()) | literals(code) | family_keys() | picked
    assert {key for key in keys("portal") - used if not key.startswith("history_")} == set()


def test_consent_has_a_title_and_a_text_for_every_section_and_purpose() -> None:
    """The consent screen shows each section and asks for each purpose on its own, and the file holds nothing else."""
    assert keys("consent") == {
        *consenting.SECTIONS,
        *(f"{name}_title" for name in consenting.SECTIONS),
        *(f"purpose_{name}" for name in consenting.PURPOSES),
        *(f"purpose_{name}_text" for name in consenting.PURPOSES),
    }


def code_ids() -> list[tuple[str, str]]:
    """Every literal of the code that is an id of a text, with the file that names it."""
    topics = {text.id.partition(".")[0] for text in load_texts().all()} | {"card", "coverage", "exercise", "summary"}
    pattern = re.compile(rf"\"((?:{'|'.join(sorted(topics))})\.[a-z0-9_]+)\"")
    found = []
    for folder in ("bot", "actions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "engine" in path.parts or "texts" in path.parts:
                continue
            named_ids = set(pattern.findall(path.read_text("utf-8"))) - COMPOSED
            found += [(str(path.relative_to(ROOT)), one) for one in named_ids if not one.endswith(_FILES)]
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for variants in domain["responses"].values():
        found += [("domain.yml", variant["custom"]["text_id"]) for variant in variants]
    return sorted(set(found))


@pytest.mark.parametrize(("path", "text_id"), code_ids(), ids=lambda value: value)
def test_a_text_exists_when_code_names_its_id(path: str, text_id: str) -> None:
    """An id that is in no file would be an error in mid-conversation."""
    assert text_id in {text.id for text in load_texts().all()}, path


def test_the_checks_above_read_the_real_sources() -> None:
    """Guards against a moved folder, which would make every set above empty and every check true."""
    assert "error_connection" in named(widget_source())
    assert "chat_title" in page_keys()
    assert "skip_to_content" in named(portal_source())
    assert len(code_ids()) > 5
