"""A client who talks with the actions: messages are stored as the gateway stores them, replies as it commits them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from actions.call import GATEWAY, Call
from actions.here import Here, here_of
from actions.menu import menu
from actions.parts import Parts
from actions.replies import Reply
from actions.retelling import unless_told
from actions.summary import sum_up
from actions.talk import talk
from actions.walking import take_turn
from bot.records import Store, Tx, conversations, new_id, reflections

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Talker:
    """One client. `intent` is what the model would take a text for."""

    parts: Parts
    store: Store
    client_id: str
    conversation_id: str
    at: datetime = AT
    last: list[Reply] = field(default_factory=list)
    last_message: tuple[str, str, str | None] = ("", "", None)

    def say(self, text: str, *, intent: str = "tell", step: str | None = None) -> list[Reply]:
        """Writes a text."""
        return self._send(text, None, intent, step)

    def press(self, option: str, *, step: str | None = None) -> list[Reply]:
        """Presses a button."""
        return self._send("", option, "", step)

    def begin(self, exercise: str) -> list[Reply]:
        """Begins an exercise from the menu."""
        return self.press(f"start:{exercise}")

    def again(self, *, intent: str = "tell") -> list[Reply]:
        """The gateway sends the last message again, because it never saw the answer."""
        message_id, text, option = self.last_message
        with self.store.write() as tx:
            return self._handle(tx, message_id, text, option, intent)

    def texts(self) -> list[str]:
        """The text ids of the last replies."""
        return [reply.text_id for reply in self.last]

    def step(self) -> str | None:
        """The step that is open, None in the menu."""
        with self.store.read() as tx:
            found = reflections.open_reflection_of(tx, self.conversation_id)
        return found.step if found else None

    def reflections(self) -> list[reflections.Reflection]:
        """All reflections, oldest first."""
        with self.store.read() as tx:
            return reflections.reflections_of(tx, self.client_id, datetime(2000, 1, 1, tzinfo=UTC))

    def answers(self) -> dict[str, Any]:
        """Step -> value in the newest reflection."""
        with self.store.read() as tx:
            return {one.step: one.value for one in reflections.answers(tx, self.reflections()[-1].id)}

    def _send(self, text: str, option: str | None, intent: str, step: str | None) -> list[Reply]:
        self.at += timedelta(minutes=1)
        message_id = new_id()
        with self.store.write() as tx:
            running = reflections.open_reflection_of(tx, self.conversation_id)
            conversations.add_message(
                tx,
                self.conversation_id,
                message_id=message_id,
                role="client",
                text=text or "(button)",
                option=option,
                step=step,
                reflection_id=running.id if running else None,
                at=self.at,
            )
            self.last_message = (message_id, text, option)
            return self._handle(tx, message_id, text, option, intent)

    def _handle(self, tx: Tx, message_id: str, text: str, option: str | None, intent: str) -> list[Reply]:
        call = Call(
            channel=GATEWAY,
            client_id=self.client_id,
            message_id=message_id,
            text=text[:1000],
            option=option,
            intent=intent,
        )
        here = replace(here_of(tx, self.parts, call, self.at), at=self.at)
        self.last = self._turn(tx, here)
        return self.last

    def _turn(self, tx: Tx, here: Here) -> list[Reply]:
        """Which action Rasa's rules run: the form while a reflection is open or one is begun, else menu or talk."""
        option = here.call.option or ""
        in_form = reflections.open_reflection_of(tx, self.conversation_id) is not None
        if in_form or option.startswith(("start:", "resume:")):
            turned = take_turn(tx, here)
            return turned.replies if turned.reflection_id else [*turned.replies, *sum_up(tx, here)]
        say = menu_alone if option.startswith("menu") else talk_alone
        return unless_told(say)(tx, here)


def menu_alone(tx: Tx, here: Here) -> list[Reply]:
    """As `action_menu`."""
    return [menu(tx, here)]


def talk_alone(tx: Tx, here: Here) -> list[Reply]:
    """As `action_talk`."""
    return [talk(tx, here)]
