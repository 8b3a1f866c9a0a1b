"""Staff passwords: argon2id with the library's current parameters (RFC 9106, second recommended option)."""

from __future__ import annotations

import argon2

_hasher = argon2.PasswordHasher()
# Checked when the login does not exist, so that an answer takes the same time either way.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Q0Y2cHJlY29tcHV0ZWQtbm9ib2R5LWhhc2gtdmFsdWU"


def hash_password(password: str) -> str:
    """The stored form of a password."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; None stands for a login that does not exist."""
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return stored is not None
