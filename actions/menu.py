"""The menu: what can be done here, as buttons; what was left unfinished comes first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from actions.here import Here
from actions.replies import Reply
from bot.records import Tx, appointments, practice, reflections, schedules
from bot.records.reflections import Reflection
from bot.reflection import Exercise
from bot.reflection.choosing import Moment, Offer, Past, choose

# How long an unfinished reflection is offered again without being asked for.
OFFERED_AGAIN = timedelta(days=30)
# Buttons of the first menu; "all" shows the rest.
FIRST_OFFERED = 5
ALL = "menu:all"


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
    moment = _moment(tx, here)
    offered = choose(here.parts.exercises, _past(tx, here), moment)
    shown = offered if here.call.option == ALL else offered[:FIRST_OFFERED]
    options += [_option(here, offer, moment.every) for offer in shown]
    if len(shown) < len(offered):
        options.append({"id": ALL, "label": here.say("talk.all_exercises").text})
    return {"kind": "menu", "options": options, "can": []}


def _option(here: Here, offer: Offer, every: Mapping[str, int]) -> dict[str, Any]:
    exercise = offer.exercise
    why = [_reason(here, offer, every).text] if offer.reason else []
    why += [exercise.purpose.to(here.language, here.address), here.say("talk.minutes", minutes=exercise.minutes).text]
    title = exercise.title.to(here.language, here.address)
    return {"id": f"start:{exercise.id}", "label": title, "why": " ".join(why)}


def _reason(here: Here, offer: Offer, every: Mapping[str, int]) -> Reply:
    """Why an offer stands where it does; of a questionnaire with a rhythm, whose it is and what it is."""
    if offer.reason != "scheduled":
        return here.say(f"talk.offer_{offer.reason}")
    weeks = every[offer.exercise.id]
    if weeks == 1:
        return here.say("talk.offer_weekly", therapist=here.therapist)
    return here.say("talk.offer_every", therapist=here.therapist, weeks=weeks)


def _moment(tx: Tx, here: Here) -> Moment:
    zone = ZoneInfo(practice.practice(tx).time_zone)
    last = appointments.last_before(tx, here.call.client_id, here.at)
    following = appointments.next_after(tx, here.call.client_id, here.at)
    return Moment(
        now=here.at.astimezone(zone),
        last_session=last.starts_at if last else None,
        next_session=following.starts_at if following else None,
        every=schedules.schedules_of(tx, here.call.client_id),
    )


def _past(tx: Tx, here: Here) -> list[Past]:
    """The reflections of the last 30 days, each with the ease that its two numbers show."""
    found = []
    for one in reflections.reflections_of(tx, here.call.client_id, here.at - OFFERED_AGAIN):
        exercise = here.parts.exercises.get(one.exercise)
        given = {answer.step: answer.value for answer in reflections.answers(tx, one.id)}
        found.append(
            Past(
                exercise=one.exercise,
                finished=one.state == "finished",
                answered=len(given),
                started_at=one.started_at,
                eased=_eased(exercise, given) if exercise else None,
            )
        )
    return found


def _eased(exercise: Exercise, given: Mapping[str, Any]) -> int | None:
    """How much better the second number is; on a scale of mood more is better, on all others less."""
    values: dict[str, int] = {}
    better = -1
    for step in exercise.steps:
        if step.role in ("before", "after") and isinstance(given.get(step.id), int):
            values[step.role] = given[step.id]
            better = 1 if step.faces else -1
    return better * (values["after"] - values["before"]) if len(values) == 2 else None


def _unfinished(tx: Tx, here: Here) -> tuple[Reflection, Exercise] | None:
    """The newest reflection that was paused or stopped, unless the same exercise was finished after it."""
    done: set[str] = set()
    for one in reversed(reflections.reflections_of(tx, here.call.client_id, here.at - OFFERED_AGAIN)):
        exercise = here.parts.exercises.get(one.exercise)
        if exercise is not None and one.state in ("paused", "stopped") and one.exercise not in done:
            return one, exercise
        done.add(one.exercise)
    return None
