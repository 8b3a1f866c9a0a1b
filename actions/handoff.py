"""`action_hand_off`: after the safety text. The reflection is put aside, and the client hears what happens now.

The episode itself was opened with the message, by the gateway (or by action_detect_crisis in the terminal): nothing
here tells anybody, and nothing here can be lost with a dead action server.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.call import Call, read_call
from actions.here import Here, here_of
from actions.parts import Parts
from actions.replies import Reply, send
from bot.handoff import episodes as handoff_episodes
from bot.records import Tx, episodes, reflections

# A reflection that was begun longer ago is not spoken of here.
OPEN_AT_MOST = timedelta(days=30)
# Offered while waiting; where a file is missing its button is.
WAITING = ("waiting", "grounding_54321")


class ActionHandOff(Action):  # type: ignore[misc]  # the SDK has no types
    """Pauses the open reflection, leaves the form, offers something to hold on to."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_hand_off"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Without the two form events the form would ask its question again; the crisis text must not stay a slot."""
        call = read_call(tracker, self._parts.settings)
        send(dispatcher, await self._parts.records.write(self._pause, call))
        return [
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            SlotSet("answer", None),
            SlotSet("reflection_id", None),
        ]

    def _pause(self, tx: Tx, call: Call) -> list[Reply]:
        here = here_of(tx, self._parts, call, self._parts.now())
        running = reflections.open_reflection_of(tx, here.conversation_id)
        if running is not None:
            reflections.pause(tx, running.id, here.at)
        said = here.say("talk.while_you_wait", therapist=here.therapist)
        offer = Reply(
            text=said.text,
            text_id=said.text_id,
            reason=said.reason,
            params=said.params,
            kind="prompt",
            prompt=_waiting_prompt(here),
        )
        aside = [here.say("talk.put_aside")] if _put_aside(tx, here) else []
        return [*([] if call.through_gateway else _truth(tx, here)), *aside, offer]


def _put_aside(tx: Tx, here: Here) -> bool:
    """Whether this message paused a reflection, now or when it was handled before."""
    since = here.message.at if here.message else here.at
    recent = reflections.reflections_of(tx, here.call.client_id, since - OPEN_AT_MOST)
    return any(one.state == "paused" and one.changed_at >= since for one in recent)


def _truth(tx: Tx, here: Here) -> list[Reply]:
    """What the gateway's card says about the episode, for a channel that has no card."""
    open_one = episodes.open_episode_of(tx, here.conversation_id)
    if open_one is None:
        return []
    card = handoff_episodes.client_view(tx, open_one.id, texts=here.parts.texts, lines=here.parts.lines)
    return [Reply(text="\n".join(_sentences(card)), text_id="handoff.card")]


def _sentences(card: dict[str, Any]) -> list[str]:
    said = [str(card["title"]), str(card["text"])]
    said += [f"{person['name']}: {person['text']}" for person in card["people"]]
    said += [str(card["consequence"])] if card["consequence"] else []
    return said + [f"{line['name']}: {line['number'] or line['text_number'] or line['url']}" for line in card["lines"]]


def _waiting_prompt(here: Here) -> dict[str, Any]:
    options = []
    for name in WAITING:
        exercise = here.parts.exercises.get(name)
        if exercise is not None:
            title = exercise.title.to(here.language, here.address)
            options.append({"id": f"start:{exercise.id}", "label": title})
    return {"kind": "menu", "options": options, "can": []}
