"""Every custom action of `domain.yml`, by topic."""

from __future__ import annotations

from rasa_sdk import Action

from actions.crisis import ActionDetectCrisis
from actions.exercise import ValidateExerciseForm
from actions.handoff import ActionHandOff
from actions.here import Here
from actions.menu import menu
from actions.parts import Parts
from actions.replies import Reply
from actions.retelling import unless_told
from actions.saying import SayingAction
from actions.summary import sum_up
from actions.talk import answer_to, talk
from bot.records import Tx


def all_actions(parts: Parts) -> list[Action]:
    """One of each; a test holds the names equal to those of the domain."""

    def show_menu(tx: Tx, here: Here) -> list[Reply]:
        return [menu(tx, here)]

    def answer(tx: Tx, here: Here) -> list[Reply]:
        return [talk(tx, here)]

    def explain_sharing(_tx: Tx, here: Here) -> list[Reply]:
        return [answer_to(here, "who_sees_this")]

    return [
        ActionDetectCrisis(parts),
        ActionHandOff(parts),
        ValidateExerciseForm(parts),
        SayingAction(parts, "action_menu", unless_told(show_menu)),
        SayingAction(parts, "action_talk", unless_told(answer)),
        SayingAction(parts, "action_explain_sharing", unless_told(explain_sharing)),
        SayingAction(parts, "action_write_summary", sum_up, first=False),
    ]
