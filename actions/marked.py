"""The second look at an answer to the item about death: what the message's own transaction could not know was one.

Which question a message answers is settled only when its turn comes, and words may wait in a queue. So where such an
answer is stored and its message carries no mark, the direct question is put here, by the same way.
"""

from __future__ import annotations

from actions.here import Here
from bot.handoff import checking, safety_item
from bot.records import Tx, assessments, conversations, people, reflections
from bot.reflection import Answer, Exercise, Step, points_of


def ask_about_mark(tx: Tx, here: Here, exercise: Exercise, step: Step, answer: Answer | None) -> bool:
    """Puts the direct question about an answer to `step`, the safety item, where it is due; whether it was put."""
    if answer is None and here.call.option is not None:
        # A button that this question does not have says nothing.
        return False
    points = points_of(step, answer.value) if answer else None
    stored = assessments.assessment_of(tx, here.call.message_id)
    running = reflections.open_reflection_of(tx, here.conversation_id)
    if here.message is None or stored is None or running is None or points == 0 or safety_item.is_marked(stored.body):
        return False
    option = str(answer.value) if answer and points is not None else None
    mark = safety_item.Mark(running, exercise, step, points=points, option=option)
    case = checking.Case(
        tx=tx,
        texts=here.parts.texts,
        lines=here.parts.lines,
        conversation=conversations.conversation(tx, here.conversation_id),
        client=people.client(tx, here.call.client_id),
        message=here.message,
        assessment=safety_item.evidence_alone(mark, here.message),
        at=here.at,
    )
    return checking.check_in(case).question_id is not None
