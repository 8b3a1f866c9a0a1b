"""Hands one notification to its channel and says what became of it: taken, try again, or never.

Every channel has a time-out of its own. Whether to try again is the channel's to say: a mail server that answers 451
may take it later, one that answers 550 never will.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime, localtime

import aiosmtplib
import httpx

from bot.handoff import webhooks
from bot.handoff.notices import Notice
from bot.handoff.results import NotTaken, Result, Taken
from bot.logs import error_class
from bot.settings import Settings

MAIL_TIMEOUT_S = 15.0
# Above each channel's own time-out: nothing that a server does may keep a lease past its end.
ATTEMPT_TIMEOUT_S = 25.0


type Send = Callable[[Notice], Awaitable[Result]]


class Channels:
    """The ways out of this deployment, by kind of channel."""

    def __init__(self, settings: Settings, *, signing_key: Callable[[str], bytes], http: httpx.AsyncClient) -> None:
        self._settings = settings
        hooks = webhooks.Hooks(settings, signing_key=signing_key, http=http)
        self._ways: Mapping[str, Send] = {"email": self._mail, "webhook": hooks.post, "sms": hooks.text_message}

    async def send(self, notice: Notice) -> Result:
        """One attempt. Never raises what a channel raises: a fault here is an attempt that failed and is tried
        again."""
        way = self._ways.get(notice.channel)
        if way is None:
            return NotTaken(error="channel_not_available", code=None, again=False)
        try:
            async with asyncio.timeout(ATTEMPT_TIMEOUT_S):
                return await way(notice)
        except Exception as error:  # noqa: BLE001 - one broken channel must not stop the others; its class is recorded
            return NotTaken(error=error_class(error), code=None, again=True)

    async def _mail(self, notice: Notice) -> Result:
        here = self._settings
        try:
            refused, answer = await aiosmtplib.send(
                mail_of(notice, sender=here.smtp_from),
                hostname=here.smtp_host,
                port=here.smtp_port,
                start_tls=here.smtp_starttls,
                username=here.smtp_username or None,
                password=here.smtp_password or None,
                timeout=MAIL_TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code if error.recipients else 550
            return NotTaken(error=error_class(error), code=str(code), again=_may_help(code))
        except aiosmtplib.SMTPResponseException as error:
            return NotTaken(error=error_class(error), code=str(error.code), again=_may_help(error.code))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return NotTaken(error=error_class(error), code=None, again=True)
        if refused:
            code = next(iter(refused.values())).code
            return NotTaken(error="recipient_refused", code=str(code), again=_may_help(code))
        return Taken(code=answer.split(maxsplit=1)[0] if answer[:3].isdecimal() else "250")


def mail_of(notice: Notice, *, sender: str) -> EmailMessage:
    """The e-mail. Message-ID is the notification's own id; it is marked as automatic, so that no machine answers it."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = notice.address
    mail["Subject"] = notice.subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Interlude-Notification"] = notice.id
    mail.set_content(notice.body)
    return mail


def _may_help(code: int) -> bool:
    """RFC 5321, 4.2.1: 4yz is a transient refusal, 5yz a permanent one."""
    return code < 500
