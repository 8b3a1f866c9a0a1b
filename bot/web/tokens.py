"""Bearer tokens of sign-ins and invites: random, shown once, stored as a hash."""

from __future__ import annotations

import hashlib
import secrets

# No I, O, 0 or 1: an invite is printed on paper and typed by somebody who may be upset.
_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_GROUPS, CODE_GROUP_LENGTH = 4, 4  # 80 bits


def new_token() -> str:
    """A sign-in token: 256 random bits as text."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """An invite code such as `K7QM-2XPA-9RTD-WH4C` (80 random bits)."""
    groups = ("".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_GROUP_LENGTH)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


def normal_code(typed: str) -> str:
    """A typed code in the form it was made: capitals, no spaces, hyphens where they belong."""
    letters = "".join(c for c in typed.upper() if c in _CODE_ALPHABET)
    return "-".join(letters[i : i + CODE_GROUP_LENGTH] for i in range(0, len(letters), CODE_GROUP_LENGTH))


def token_hash(token: str) -> str:
    """SHA-256 in hex. A fast hash suffices: the tokens are random and long."""
    return hashlib.sha256(token.encode()).hexdigest()
