"""`python -m bot.demo.mailbox`: a real SMTP server on loopback that delivers to nobody, and a page that lists what
arrived.

It stands for the mail server of a practice: the worker speaks SMTP to it as to any other. Nothing is written to disk;
it ends with the demo.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Response, get
from litestar.enums import MediaType

from bot.logs import configure
from bot.settings import Settings, get_settings
from bot.web.headers import content_security_policy
from bot.web.serve import serve

FOLDER = Path(__file__).parent / "mailbox_files"
KEPT = 500
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Mail:
    """One mail that arrived. `id`: its Message-ID without the angle brackets. `source`: every byte of it, headers
    included, as text."""

    id: str
    at: str
    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    source: str

    def to_json(self) -> dict[str, Any]:
        """The mail as `/messages` lists it."""
        found = asdict(self)
        return {"from": found.pop("sender"), **found}


class Inbox:
    """The newest mails, oldest first. Also the handler that the SMTP server hands each one to."""

    def __init__(self) -> None:
        self.mails: deque[Mail] = deque(maxlen=KEPT)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Takes a mail; 250 once it is in the list."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        body = mail.get_body(("plain",))
        self.mails.append(
            Mail(
                id=str(mail.get("message-id", "")).strip("<> "),
                at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                to=tuple(envelope.rcpt_tos),
                sender=envelope.mail_from or "",
                subject=str(mail.get("subject", "")),
                text=body.get_content().replace("\r\n", "\n") if body is not None else "",
                source=content.decode("utf-8", "replace"),
            )
        )
        return "250 taken"


def create_app(settings: Settings) -> Litestar:
    """The mailbox for these settings: the SMTP server runs while the page does."""
    inbox = Inbox()
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    style = (FOLDER / "mailbox.css").read_text("utf-8")
    headers = {
        "content-security-policy": content_security_policy(),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        server = Controller(
            inbox,
            hostname="127.0.0.1",
            port=settings.mailbox_smtp_port,
            data_size_limit=MAX_BYTES,
            ident="Interlude demo mailbox",
        )
        server.start()
        try:
            yield
        finally:
            server.stop()

    @get("/", include_in_schema=False)
    async def page() -> Response[str]:
        html = environment.get_template("mailbox.html").render(mails=[*reversed(inbox.mails)])
        return Response(html, media_type=MediaType.HTML, headers=headers)

    @get("/mailbox.css", include_in_schema=False)
    async def style_sheet() -> Response[str]:
        return Response(style, media_type="text/css; charset=utf-8", headers=headers)

    @get("/messages", include_in_schema=False)
    async def messages() -> Response[list[dict[str, Any]]]:
        """Every mail, oldest first: `[{id, at, from, to, subject, text, source}]`."""
        return Response([mail.to_json() for mail in inbox.mails], headers=headers)

    @get("/healthz", include_in_schema=False)
    async def health() -> dict[str, Any]:
        return {"status": "ok", "parts": {}}

    return Litestar(
        route_handlers=[page, style_sheet, messages, health],
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )


if __name__ == "__main__":
    configure("mailbox")
    here = get_settings()
    serve(create_app(here), port=here.mailbox_port)
