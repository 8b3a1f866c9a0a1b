"""The `gateway` input channel: POST /webhooks/gateway/webhook, the only way into a conversation.

A client's text is literal here (I10). Rasa obeys a message that begins with a slash (`/restart`, `/intent@.9{}`) inside
its own parser, so the parser sees a copy without that beginning, and the conversation keeps the text as it was typed. A
button sends an option id; it is looked up in the list below and never parsed.

A turn is reported as done only if the message was screened and no action was lost; otherwise the conversation is
forgotten, so that the gateway's next try starts from records.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import asdict, dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.engine import fixes, quiet
from bot.engine.policy import HAND_OFF
from bot.engine.screening import screening_of
from bot.engine.seeding import seed
from bot.engine.trackers import require_in_use
from bot.engine.turn import BadTurn, Turn, read_turn

CHANNEL = "gateway"
FALLBACK_INTENT = "nlu_fallback"
# Option id, or its part before the colon -> the intent that the rules know. Any other option is an unclear message.
OPTION_INTENTS = {
    "start": "start_exercise",
    "resume": "start_exercise",
    "answer": "tell",
    "skip": "skip",
    "stop": "stop",
    "back": "go_back",
    "repeat": "repeat",
    "help": "help",
    "menu": "ask_menu",
    "why": "ask_why",
}
_COMMAND_BEGINNING = re.compile(r"^[\s/]+")


@dataclass(frozen=True)
class Outcome:
    """`complete`: screened, answered, and no action lost."""

    screened: bool
    replies: tuple[dict[str, Any], ...]
    complete: bool


class Replies(OutputChannel):
    """Collects the replies of one turn in the form that the gateway stores."""

    def __init__(self) -> None:
        self.collected: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name, for Rasa."""
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """One reply: the text, and beside it what its `custom` part says about it."""
        about = message.get("custom") or {}
        self.collected.append(
            {
                "text_id": about.get("text_id"),
                "text": message.get("text") or "",
                "params": about.get("params") or {},
                "reason": about.get("reason"),
                "kind": about.get("kind") or "text",
                "prompt": about.get("prompt"),
                **{name: about[name] for name in ("summary_id", "reflection_id", "step") if about.get(name)},
            }
        )


class GatewayChannel(InputChannel):
    """Takes turns from the gateway, which shows the shared secret as a bearer token."""

    def __init__(self, token: str) -> None:
        if not token:
            raise ValueError("the gateway channel needs a token; `make setup` writes ENGINE_TOKEN into .env")
        self._token = token.encode()

    @classmethod
    def name(cls) -> str:
        """The channel's name, also the last part of its address."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayChannel:
        """Made from `credentials.yml`; refuses an empty or an unexpanded token."""
        token = str((credentials or {}).get("token") or "")
        return cls("" if token.startswith("token=${") else token.removeprefix("token="))

    def blueprint(self, _on_new_message: Any) -> Blueprint:
        """The route. The agent is asked directly, because seeding and handling need one and the same lock."""
        routes = Blueprint("gateway_channel")

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self._may_enter(request):
                return _refusal(401, "token", "show the engine's token as a bearer token")
            try:
                turn = read_turn(request.json)
            except BadTurn as error:
                return _refusal(400, error.field, error.reason)
            except (SanicException, ValueError, RecursionError):
                return _refusal(400, "body", "must be a JSON object")
            try:
                outcome = await handle(request.app.ctx.agent, turn)
            except (
                RasaException,
                ArithmeticError,
                LookupError,
                OSError,
                TypeError,
                ValueError,
                AttributeError,
            ) as error:
                quiet.say("turn_failed", message_id=turn.message_id, error=quiet.error_class(error))
                return _refusal(502, "engine", "could not handle the message; try again")
            if outcome.screened and not outcome.complete:
                return _refusal(502, "actions", "an action failed; try again")
            return json({"message_id": turn.message_id, "screened": outcome.screened, "replies": list(outcome.replies)})

        return routes

    def _may_enter(self, request: Request) -> bool:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(shown.encode(), self._token)


async def handle(agent: Agent, turn: Turn) -> Outcome:
    """Handles one turn from seeding to reply. Raises what Rasa raises."""
    store = require_in_use(agent)
    replies = Replies()
    failures: list[str] = []
    token = fixes.failed_actions.set(failures)
    complete = False
    try:
        async with agent.lock_store.lock(turn.sender):
            try:
                await seed(agent.processor, store, turn)
                await agent.processor.handle_message(await _message(agent, turn, replies))
                tracker = await store.retrieve(turn.sender)
                screening = screening_of(tracker) if tracker is not None else None
                screened = screening is not None and screening.level is not None
                # A hand-off that failed must not cost the safety text; what it pauses is paused again by the next turn.
                lost = [name for name in failures if not (screened and name == HAND_OFF)]
                complete = screened and not lost and bool(replies.collected)
            finally:
                if not complete:
                    store.forget(turn.sender)
    finally:
        fixes.failed_actions.reset(token)
    return Outcome(screened=screened, replies=tuple(replies.collected), complete=complete)


async def _message(agent: Agent, turn: Turn, replies: Replies) -> UserMessage:
    return UserMessage(
        text=turn.text,
        output_channel=replies,
        sender_id=turn.sender,
        parse_data=await parse_literally(agent, turn.text) if turn.option is None else _parse_of_option(turn.option),
        input_channel=CHANNEL,
        message_id=turn.message_id,
        metadata={"message_id": turn.message_id, "option": turn.option, "state": asdict(turn.state)},
    )


async def parse_literally(agent: Agent, text: str) -> dict[str, Any]:
    """What the model takes `text` for, with no power in how it begins."""
    neutral = _COMMAND_BEGINNING.sub("", text)
    if not neutral:
        return _parse(text, FALLBACK_INTENT, 0.0)
    parsed = await agent.processor.parse_message(UserMessage(neutral))
    return _parse(text, parsed["intent"].get("name") or FALLBACK_INTENT, parsed["intent"].get("confidence") or 0.0)


def _parse_of_option(option: str) -> dict[str, Any]:
    return _parse("", OPTION_INTENTS.get(option.partition(":")[0], FALLBACK_INTENT), 1.0)


def _parse(text: str, intent: str, confidence: float) -> dict[str, Any]:
    return {"text": text, "intent": {"name": intent, "confidence": float(confidence)}, "entities": []}


def _refusal(status: int, field: str, reason: str) -> HTTPResponse:
    return json({"error": {"code": field, "text": reason}}, status=status)
