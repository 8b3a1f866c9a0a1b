"""The safety card: what was noticed, who can be reached at once, and what is true about who knows (I3).

`first_card` needs neither database nor network: it is shown before anything is stored. "Is being told" is never on
it; that appears with the card that `bot.handoff.episodes` makes from stored rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.texts import Line, Lines, Texts

type FirstState = Literal["noticed", "not_stored"]

# Category -> the words that fit it. An own entry each: nobody is told not to confront an abuser by a text about
# suicide.
GROUPS: Mapping[str, str] = {
    "attempt_or_overdose": "attempt",
    "plan_or_intent": "self",
    "active_ideation": "self",
    "self_harm": "self",
    "passive_ideation": "self",
    "command_hallucination": "voices",
    "abuse_or_danger": "abuse",
    "harm_to_others": "others",
    "third_party": "third",
    "eating_disorder_risk": "eating",
    "unassessed": "unassessed",
    "asked_for_person": "asked",
}
# Which kinds of line come first for a group; the rest follow in the file's order.
_LINES_FIRST: Mapping[str, Sequence[str]] = {
    "attempt": ("emergency", "general"),
    "others": ("general", "emergency"),
    "abuse": ("abuse", "emergency", "general"),
    "third": ("general", "emergency"),
    "eating": ("general", "emergency"),
}
_GENERAL_FIRST = ("general", "emergency")
ABUSE = "abuse_or_danger"
# No crisis: the client asked for somebody.
ASKED_FOR_PERSON = "asked_for_person"
# An unwanted image of harming one's child is no wish to: what was read says so by this meaning (`Evidence.why`).
UNWANTED_IMAGES = "unwanted_images"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the card speaks to."""

    language: str
    address: str
    country: str


def group_of(categories: Iterable[str], *, whys: Iterable[str] = ()) -> str:
    """The wording that fits what was found: the gravest category decides. `whys`: the meanings of the evidence."""
    found = set(categories)
    group = next((group for category, group in GROUPS.items() if category in found), "unassessed")
    return "baby" if group == "others" and UNWANTED_IMAGES in whys else group


def first_card(
    texts: Texts,
    lines: Lines,
    *,
    language: str,
    address: str,
    country: str,
    practice_name: str,
    state: FirstState,
    categories: Sequence[str],
    severity: int,
    message_id: str | None,
) -> dict[str, Any]:
    """The card before the commit ("noticed"), or instead of it ("not_stored": nobody could be told).

    Args:
        severity: 1-3, kept on the card so that a client of the API may show it differently; the words do not name it.
    """
    reader = Reader(language=language, address=address, country=country)
    group = group_of(categories)
    say = Say(texts, reader)
    if state == "not_stored":
        title = say("title_not_stored")
        words = [say(f"{group}_text"), say("state_not_stored", practice=practice_name)]
    else:
        title = say(f"{group}_title")
        words = [say(f"{group}_text"), say("state_noticed")]
    return card_json(
        state=state,
        severity=severity,
        episode_id=None,
        message_id=message_id,
        title=title,
        text="\n\n".join(words),
        why=say(f"{group}_why"),
        people=(),
        consequence=None,
        lines=sorted_lines(lines, reader, group),
        actions=actions(say, can_object=False),
    )


def help_card(
    texts: Texts, lines: Lines, *, language: str, address: str, country: str, practice_name: str
) -> dict[str, Any]:
    """ "Get help now": nothing was written, nothing is stored, nobody is told, and it says so."""
    reader = Reader(language=language, address=address, country=country)
    say = Say(texts, reader)
    return card_json(
        state="help",
        severity=0,
        episode_id=None,
        message_id=None,
        title=say("help_title"),
        text=say("help_text", practice=practice_name),
        why=None,
        people=(),
        consequence=None,
        lines=sorted_lines(lines, reader, "self"),
        actions=actions(say, can_object=False),
    )


class Say:
    """The words of the card for one reader."""

    def __init__(self, texts: Texts, reader: Reader) -> None:
        self._texts, self._reader = texts, reader

    def __call__(self, key: str, **params: object) -> str:
        """The text `card.<key>`."""
        return self._texts.say(
            f"card.{key}", language=self._reader.language, address=self._reader.address, **params
        ).text


def card_json(
    *,
    state: str,
    severity: int,
    episode_id: str | None,
    message_id: str | None,
    title: str,
    text: str,
    why: str | None,
    people: Sequence[Mapping[str, Any]],
    consequence: str | None,
    lines: Sequence[Line],
    actions: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """A card as the widget reads it; see docs/widget-protocol.md."""
    return {
        "state": state,
        "severity": severity,
        "episode_id": episode_id,
        "message_id": message_id,
        "title": title,
        "text": text,
        "why": why,
        "people": [dict(person) for person in people],
        "consequence": consequence,
        "lines": [asdict(line) for line in lines],
        "actions": [dict(action) for action in actions],
    }


def actions(say: Say, *, can_object: bool) -> list[dict[str, str]]:
    """The card's buttons. `can_object`: there is an alert about which the client may say "not what I meant"."""
    names = ["grounding", "just_write", *(["not_meant"] if can_object else [])]
    return [{"id": name, "label": say(f"action_{name}")} for name in names]


def sorted_lines(lines: Lines, reader: Reader, group: str) -> list[Line]:
    """The lines of the reader's country, those that fit the group first."""
    first = _LINES_FIRST.get(group, _GENERAL_FIRST)
    found = lines.of(reader.country, language=reader.language)
    return sorted(found, key=lambda line: first.index(line.kind) if line.kind in first else len(first))
