"""One-time codes from a shared secret and the time (RFC 6238 over RFC 4226), as every authenticator app makes them.

Apps agree on SHA-1, six digits and thirty seconds, whatever else the RFC allows. SHA-1 is no weakness here: what is
needed is a keyed function (HMAC) that nobody can predict, and not a hash without collisions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
STEP_S = 30
# RFC 4226, section 4, R6: at least 128 bits, 160 recommended.
SECRET_BYTES = 20
# RFC 6238, section 5.2: one step either way covers a slow typist and a clock that is off by half a minute.
DRIFT_STEPS = 1


def code(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}}"


def step_of(at: datetime) -> int:
    """The number of the time step that a moment lies in."""
    return int(at.timestamp()) // STEP_S


def matching_step(secret: bytes, typed: str, *, at: datetime) -> int | None:
    """The newest step near `at` whose code was typed, or None. Each step is compared, found or not."""
    here = step_of(at)
    found = None
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        if hmac.compare_digest(code(secret, step).encode(), typed.encode("utf-8", "surrogatepass")):
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret for typing: base32 in groups of four, such as `JBSW Y3DP`."""
    letters = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def uri(secret: bytes, *, login: str, issuer: str = "Interlude") -> str:
    """The address that an authenticator app reads from a picture or a link (the `otpauth` format of those apps)."""
    label = quote(f"{issuer}:{login}", safe=":")
    values = urlencode(
        {
            "secret": as_text(secret).replace(" ", ""),
            "issuer": issuer,
            "algorithm": "SHA1",
            "digits": DIGITS,
            "period": STEP_S,
        },
        quote_via=quote,
    )
    return f"otpauth://totp/{label}?{values}"
