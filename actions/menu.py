"""The menu: what can be done here, as buttons; what was left unfinished comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions.here import Here
from actions.replies import Reply
from bot.records import Tx, reflections
from bot.records.reflections import Reflection
from bot.reflection import Exercise

# How long an unfinished reflection is offered again without being asked for.
OFFERED_AGAIN = timedelta(days=30)
# Buttons of the first menu; "all" shows the rest.
FIRST_OFFERED = 5
ALL = "menu:all"
# Offered first where nothing is known yet.
USUAL = ("daily_check_in", "session_preparation", "grounding_54321")


def menu(tx: Tx, here: Here) -> Reply:
    """The menu as a reply. `menu:all` is the button that shows every exercise."""
    said = here.say("talk.menu")
    return Reply(text=said.text, text_id=said.text_id, reason=said.reason, kind="prompt", prompt=menu_prompt(tx, here))


def menu_prompt(tx: Tx, here: Here) -> dict[str, Any]:
    """The buttons: an unfinished reflection, then exercises, each with what it is for."""
    options = []
    unfinished = _unfinished(tx, here)
    if unfinished is not None:
        reflection, exercise = unfinished
        title = exercise.title.to(here.language, here.address)
        options.append({"id": f"resume:{reflection.id}", "label": here.say("talk.go_on_with", title=title).text})
    known = list(here.parts.exercises)
    order = {name: place for place, name in enumerate(USUAL)}
    offered = sorted((one for one in known if one.offered), key=lambda one: (order.get(one.id, len(order)), one.id))
    everything = here.call.option == ALL
    shown = offered if everything else offered[:FIRST_OFFERED]
    options += [_option(here, exercise) for exercise in shown]
    if len(shown) < len(offered):
        options.append({"id": ALL, "label": here.say("talk.all_exercises").text})
    return {"kind": "menu", "options": options, "can": []}


def _option(here: Here, exercise: Exercise) -> dict[str, Any]:
    purpose = exercise.purpose.to(here.language, here.address)
    minutes = here.say("talk.minutes", minutes=exercise.minutes).text
    return {
        "id": f"start:{exercise.id}",
        "label": exercise.title.to(here.language, here.address),
        "why": f"{purpose} {minutes}",
    }


def _unfinished(tx: Tx, here: Here) -> tuple[Reflection, Exercise] | None:
    """The newest reflection that was paused or stopped, unless the same exercise was finished after it."""
    done: set[str] = set()
    for one in reversed(reflections.reflections_of(tx, here.call.client_id, here.at - OFFERED_AGAIN)):
        exercise = here.parts.exercises.get(one.exercise)
        if exercise is not None and one.state in ("paused", "stopped") and one.exercise not in done:
            return one, exercise
        done.add(one.exercise)
    return None
