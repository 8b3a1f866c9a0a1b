"""Small talk, questions to the program, and words said while no exercise is open."""

from __future__ import annotations

from actions.here import Here
from actions.menu import menu, menu_prompt
from actions.replies import Reply
from bot.handoff import checking, escalation
from bot.records import Tx, practice
from bot.reflection import command_of

# Command (see bot/reflection/commands.yml) -> the text that answers it; none needs a parameter but the therapist.
TEXTS = {
    "help": "talk.help",
    "why": "talk.why",
    "are_you_a_person": "talk.are_you_a_person",
    "who_sees_this": "talk.who_sees_this",
    "ask_for_person": "talk.ask_for_person",
    "advice": "talk.advice",
    "diagnosis": "talk.diagnosis",
    "legal_medical": "talk.legal_medical",
    "insult": "talk.insult",
    "thanks": "talk.thanks",
    "goodbye": "talk.goodbye",
    "greet": "talk.greet",
    "stop": "talk.nothing_to_stop",
    "skip": "talk.nothing_open",
    "back": "talk.nothing_open",
    "repeat": "talk.nothing_open",
}
# After these a menu would be pushing.
_WITHOUT_MENU = {"thanks", "goodbye", "stop"}


def talk(tx: Tx, here: Here) -> Reply:
    """The answer to a message outside an exercise."""
    command = here.call.option or command_of(here.text, intent=here.call.intent, kind=None)
    if command == "menu":
        return menu(tx, here)
    if command == "ask_for_person" and (offer := _offer_person(tx, here)) is not None:
        return offer
    if command in TEXTS:
        said = answer_to(here, command)
        prompt = None if command in _WITHOUT_MENU else menu_prompt(tx, here)
    else:
        said = here.say("talk.not_meant" if here.call.intent in ("affirm", "deny") else "talk.heard")
        prompt = menu_prompt(tx, here)
    return Reply(
        text=said.text,
        text_id=said.text_id,
        reason=said.reason,
        params=said.params,
        kind="prompt" if prompt else "text",
        prompt=prompt,
    )


def _offer_person(tx: Tx, here: Here) -> Reply | None:
    """A button that asks for a person, while somebody is on duty; None when nobody is."""
    duty = escalation.duty(tx, here.call.client_id, here.at)
    if duty.nobody or not duty.path:
        return None
    said = here.say("handoff.offer_person", practice=practice.practice(tx).name)
    prompt = menu_prompt(tx, here)
    ask = {"id": checking.ASK_PERSON, "label": here.say("handoff.choice_person").text}
    return Reply(
        text=said.text,
        text_id=said.text_id,
        reason=said.reason,
        params=said.params,
        kind="prompt",
        prompt={**prompt, "options": [ask, *prompt["options"]]},
    )


def answer_to(here: Here, command: str) -> Reply:
    """The honest short answer to a question or remark."""
    return here.say(TEXTS[command], therapist=here.therapist)
