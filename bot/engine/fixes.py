"""Three changes to how Rasa 3.6.21 calls the action server. `apply` puts them in place, once a process.

1. One compiled JSON schema validator: stock Rasa checks the schema against its own schema on every call, which was 56 %
   of the time of a turn.
2. A time limit: stock Rasa waits 300 s, and a shorter limit on the request escapes as an error that loses the turn. A
   late answer becomes a RasaException, as a refused one is, so that the turn goes on and the crisis policy decides.
3. Every failure is noted for the channel, which must not report a turn as done when an action was lost.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException

from bot.engine import quiet

# Seconds for one action. At most three run in a turn, and the gateway waits 8 s for the whole of it.
ACTION_TIMEOUT_S = 2.5

# Names of the actions that failed in the turn which is being handled; None outside a turn.
failed_actions: ContextVar[list[str] | None] = ContextVar("failed_actions", default=None)

_validator = Draft202012Validator(RemoteAction.action_response_format_spec())
_stock_run = RemoteAction.run


def apply(*, timeout_s: float = ACTION_TIMEOUT_S) -> None:
    """Replaces the two methods of RemoteAction. Calling it again only changes the time limit."""

    async def run(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
        try:
            return await asyncio.wait_for(_stock_run(self, *args, **kwargs), timeout=timeout_s)
        except asyncio.TimeoutError as error:
            _note(self.name(), error)
            raise RasaException(f"{self.name()} took longer than {timeout_s} s") from error
        except RasaException as error:
            _note(self.name(), error)
            raise
        # What else a broken answer raises: stock code lets these through and the turn ends without a reply.
        except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _note(self.name(), error)
            raise RasaException(f"{self.name()} gave no usable answer") from error

    RemoteAction.run = run
    RemoteAction._validate_action_result = _validate


def _validate(_action: RemoteAction, result: Any) -> bool:
    if not _validator.is_valid(result):
        # Raised as stock code does, but without the instance: it holds what the client wrote.
        raise RasaException("the action server's answer does not have the agreed form") from None
    return True


def _note(name: str, error: BaseException) -> None:
    quiet.say("action_failed", action=name, error=quiet.error_class(error))
    failures = failed_actions.get()
    if failures is not None:
        failures.append(name)
