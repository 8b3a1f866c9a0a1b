"""Accounts of the staff: made with a code, not with a password, so that nobody ever knows another person's password.

Whoever makes an account passes the code on; with it the person chooses a password. A new code (somebody forgot theirs)
works the same way, and ends every sign-in of that person when it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.privacy import audit
from bot.records import RecordsRefusal, Tx, people, second_factors, signing
from bot.web.passwords import hash_password
from bot.web.tokens import new_code, new_token, normal_code, token_hash

ROLES = ("therapist", "on_call", "owner")
CODE_LASTS = timedelta(days=3)
# NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is the only factor, no rules of composition.
PASSWORD_MIN, PASSWORD_MAX = 15, 200


class CannotClose(RecordsRefusal):
    """The account is still needed. `reason`: "last_owner" or "has_clients"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the account cannot be closed ({reason}); hand over first")
        self.reason = reason


def open_account(
    tx: Tx,
    *,
    login: str,
    display_name: str,
    email: str,
    roles: Sequence[str],
    language: str,
    by: str,
    at: datetime,
) -> tuple[str, str]:
    """Makes an account that nobody can sign in to before the code was used; its id and the code. Raises LoginTaken.

    `by`: the id of who makes it, or the name of a part.
    """
    person_id = people.create_staff(
        tx,
        login=login,
        display_name=display_name,
        password_hash=hash_password(new_token()),
        roles=roles,
        email=email,
        language=language,
        at=at,
    )
    audit.note(
        tx,
        actor=by,
        action="open_account",
        client_id=None,
        target=person_id,
        data={"roles": " ".join(sorted(roles))},
        at=at,
    )
    return person_id, give_code(tx, person_id, by=by, at=at)


def give_code(tx: Tx, person_id: str, *, by: str, at: datetime) -> str:
    """A new code for choosing a password; earlier ones end. Raises NotFound."""
    people.staff(tx, person_id)
    code = new_code()
    signing.create_password_code(
        tx, person_id=person_id, token_hash=token_hash(code), expires_at=at + CODE_LASTS, at=at
    )
    audit.note(tx, actor=by, action="give_code", client_id=None, target=person_id, data={}, at=at)
    return code


def choose_password(tx: Tx, code: str, password_hash: str, *, at: datetime) -> bool:
    """Sets the password of the code's person and ends their sign-ins; False where the code does not work."""
    person_id = signing.use_password_code(tx, token_hash(normal_code(code)), at=at)
    if person_id is None or people.staff(tx, person_id).status != "active":
        return False
    people.set_staff(tx, person_id, password_hash=password_hash)
    signing.end_sign_ins(tx, person_id, at=at)
    audit.note(tx, actor=person_id, action="choose_password", client_id=None, target=person_id, data={}, at=at)
    return True


def close_account(tx: Tx, person_id: str, *, by: str, at: datetime) -> None:
    """Ends an account and its sign-ins; as a contact the person is told no more. Raises NotFound, CannotClose."""
    person = people.staff(tx, person_id)
    owners = [one for one in people.all_staff(tx) if one.status == "active" and "owner" in one.roles]
    if [one.id for one in owners] == [person_id]:
        raise CannotClose("last_owner")
    if people.clients_of(tx, person_id):
        raise CannotClose("has_clients")
    if person.status == "active":
        people.set_staff(tx, person_id, status="closed")
        second_factors.remove(tx, person_id)
        signing.end_sign_ins(tx, person_id, at=at)
        audit.note(tx, actor=by, action="close_account", client_id=None, target=person_id, data={}, at=at)
