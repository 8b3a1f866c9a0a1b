"""The staff's second factor: an authenticator app, and eight codes on paper for the day when the phone is gone.

The secret is stored sealed under a key derived from the practice's, bound to its owner; a stolen file with or without
its database key opens none. Before it is proved by a first code nothing is stored at all: what the page offers is made
from the practice's key and the sign-in that asks, so that a reloaded page shows the same, and nobody who saw another
sign-in's offer knows this one.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from bot.privacy import audit, totp
from bot.records import Tx, practice, second_factors, signing
from bot.settings import Settings
from bot.web.tokens import new_code, normal_code, token_hash

RECOVERY_CODES = 8
_PURPOSE, _OFFER = "second factor", "second factor offer"
_TOTP = re.compile(rf"[0-9]{{{totp.DIGITS}}}")

Given = Literal["app", "recovery"]


def is_on(tx: Tx, person_id: str) -> bool:
    """Whether a person has enrolled."""
    return second_factors.second_factor(tx, person_id) is not None


def is_needed(tx: Tx, settings: Settings) -> bool:
    """Whether nobody comes in without one: always with real clients, in the demo where the practice says so."""
    return settings.mode == "live" or practice.practice(tx).second_factor_needed


def offer(tx: Tx, person_id: str, sign_in_id: str) -> bytes:
    """The secret that this sign-in may enrol with: the same each time it asks, another one for each sign-in."""
    return tx.keyring.mac(_OFFER, f"{person_id} {sign_in_id}".encode())[: totp.SECRET_BYTES]


def enrol(tx: Tx, person_id: str, sign_in_id: str, typed: str, *, at: datetime) -> tuple[str, ...] | None:
    """Keeps the offered secret once a code proves that an app has it; the recovery codes, or None where it does not.

    None as well where the person has a second factor already: taking that away needs a code of its own.
    """
    secret = offer(tx, person_id, sign_in_id)
    step = totp.matching_step(secret, _plain(typed), at=at)
    if step is None:
        return None
    sealed = tx.keyring.seal(_PURPOSE, secret, owner=person_id)
    if not second_factors.add(tx, person_id, sealed=sealed, step=step, at=at):
        return None
    _note(tx, "enrol_second_factor", person_id, person_id, at)
    return _new_codes(tx, person_id, at=at)


def accept(tx: Tx, person_id: str, typed: str, *, at: datetime) -> Given | None:
    """Uses up a code of the app or a recovery code; which it was, or None: wrong, used, too old, nobody's.

    A refusal leaves a row: somebody who comes this far knows the password.
    """
    found = second_factors.second_factor(tx, person_id)
    if found is not None and _TOTP.fullmatch(_plain(typed)):
        secret = tx.keyring.unseal(_PURPOSE, found.sealed, owner=person_id)
        step = totp.matching_step(secret, _plain(typed), at=at)
        if step is not None and second_factors.take_step(tx, person_id, step):
            return "app"
    elif found is not None and second_factors.use_recovery_code(tx, person_id, token_hash(normal_code(typed)), at=at):
        left = second_factors.recovery_codes_left(tx, person_id)
        _note(tx, "use_recovery_code", person_id, person_id, at, left=left)
        return "recovery"
    _note(tx, "second_factor_refused", person_id, person_id, at)
    return None


def new_recovery_codes(tx: Tx, person_id: str, *, at: datetime) -> tuple[str, ...]:
    """Eight codes that each work once, in place of all earlier ones."""
    _note(tx, "new_recovery_codes", person_id, person_id, at)
    return _new_codes(tx, person_id, at=at)


def take_away(tx: Tx, person_id: str, *, by: str, at: datetime) -> bool:
    """Forgets a person's second factor and ends their sign-ins; False, and nothing ends, where there was none.

    `by`: the id of who does it, or the name of a part.
    """
    if not second_factors.remove(tx, person_id):
        return False
    signing.end_sign_ins(tx, person_id, at=at)
    _note(tx, "take_second_factor", by, person_id, at)
    return True


def _new_codes(tx: Tx, person_id: str, *, at: datetime) -> tuple[str, ...]:
    codes = tuple(new_code() for _ in range(RECOVERY_CODES))
    second_factors.replace_recovery_codes(tx, person_id, (token_hash(code) for code in codes), at=at)
    return codes


def _plain(typed: str) -> str:
    """A code of the app as typed: apps show it as `123 456`."""
    return "".join(typed.split())


def _note(tx: Tx, action: str, actor: str, target: str, at: datetime, **data: int) -> None:
    audit.note(tx, actor=actor, action=action, client_id=None, target=target, data=data, at=at)
