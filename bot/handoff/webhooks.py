"""Webhooks and the SMS gateway: signed, without redirects, and never into the practice's own network.

People in the portal may enter an https address; whoever can do that must not be able to make this machine call its
neighbours (FAULTS 42). So a name is resolved here, every address it has must be public, and the connection goes to
the address that was checked, not to the name: a second look-up cannot lead elsewhere. Hosts that the operator lists
in `.env` are exempt.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from bot.handoff.notices import Notice
from bot.handoff.results import NotTaken, Result, Taken
from bot.logs import error_class
from bot.settings import Settings

WEBHOOK_TIMEOUT_S = 10.0
SIGNATURE, NOTIFICATION = "x-interlude-signature", "x-interlude-notification"
# What an answer code means: these are worth another attempt, other 4xx say that the request itself is refused.
_AGAIN = frozenset({408, 409, 425, 429})
_HTTPS, _HTTP = 443, 80


class Forbidden(Exception):
    """The address may not be called from here; the message says why."""


class Hooks:
    """Posts notifications as JSON."""

    def __init__(self, settings: Settings, *, signing_key: Callable[[str], bytes], http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._signing_key = signing_key
        self._http = http

    async def post(self, notice: Notice) -> Result:
        """One webhook: id, kind, reference, severity, link; signed with the address's own key."""
        body = {
            "id": notice.id,
            "kind": notice.kind,
            "reference": notice.reference,
            "severity": notice.severity,
            "link": notice.link,
        }
        return await self._send(notice.address, notice.id, body, key=self._signing_key(notice.address))

    async def text_message(self, notice: Notice) -> Result:
        """One text message, through the gateway that the operator set; `address` is the telephone number."""
        url = self._settings.sms_gateway_url
        if not url:
            return NotTaken(error="sms_gateway_not_set", code=None, again=False)
        body = {"id": notice.id, "to": notice.address, "text": notice.short}
        return await self._send(
            url, notice.id, body, key=self._settings.sms_gateway_token.encode() or None, trusted=True
        )

    async def _send(
        self, url: str, notification_id: str, body: dict[str, Any], *, key: bytes | None, trusted: bool = False
    ) -> Result:
        content = json.dumps(body, sort_keys=True).encode()
        headers = {"content-type": "application/json", NOTIFICATION: notification_id}
        if key is not None:
            headers[SIGNATURE] = sign(content, key=key, at=int(time.time()))
        try:
            target, extensions, host = await self._checked(url, trusted=trusted)
            answer = await self._http.post(
                target,
                content=content,
                headers={**headers, "host": host},
                extensions=extensions,
                timeout=WEBHOOK_TIMEOUT_S,
                follow_redirects=False,
            )
        except Forbidden as error:
            return NotTaken(error=str(error), code=None, again=False)
        except (httpx.HTTPError, OSError) as error:
            return NotTaken(error=error_class(error), code=None, again=True)
        code = answer.status_code
        if 200 <= code < 300:
            return Taken(code=str(code))
        return NotTaken(error="refused", code=str(code), again=code >= 500 or code in _AGAIN)

    async def _checked(self, url: str, *, trusted: bool) -> tuple[str, dict[str, Any], str]:
        """The address to connect to, with TLS still asking for the name. Raises Forbidden, OSError."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (_HTTPS if parts.scheme == "https" else _HTTP)
        if trusted or f"{host}:{port}" in self._settings.webhook_private_hosts:
            return url, {}, parts.netloc
        if parts.scheme != "https" or not host or parts.username is not None:
            raise Forbidden("only_https")
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        if not addresses or not all(is_public(address) for address in addresses):
            raise Forbidden("private_address")
        return _with_host(parts, str(addresses[0]), port), {"sni_hostname": host}, parts.netloc


def sign(content: bytes, *, key: bytes, at: int) -> str:
    """`t=<seconds>,v1=<hex>`: HMAC-SHA-256 over "<seconds>.<body>", so that an old body cannot be sent again later."""
    digest = hmac.new(key, f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address belongs to the public Internet. An IPv4 address inside an IPv6 one counts as itself."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast


def _with_host(parts: SplitResult, address: str, port: int) -> str:
    shown = f"[{address}]" if ":" in address else address
    path = parts.path or "/"
    return f"{parts.scheme}://{shown}:{port}{path}" + (f"?{parts.query}" if parts.query else "")
