"""Invite codes survive being typed by hand; tokens are kept as hashes only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.web.passwords import hash_password, verify_password
from bot.web.tokens import new_code, new_token, normal_code, token_hash


@given(st.sampled_from(["", " ", "-", " - "]), st.booleans())
def test_normal_code_gives_the_code_back_when_typed_by_hand(separator: str, lower: bool) -> None:
    """Small letters, spaces and missing hyphens do not matter."""
    code = new_code()
    typed = code.replace("-", separator)
    assert normal_code(f"  {typed.lower() if lower else typed} ") == code


def test_new_code_has_no_letters_that_look_alike() -> None:
    """A printed code has no I, O, 0 or 1."""
    assert not set("IO01") & set("".join(new_code() for _ in range(50)))


def test_token_hash_differs_from_the_token_and_is_stable() -> None:
    """What is stored does not sign anybody in."""
    token = new_token()
    assert token_hash(token) == token_hash(token) != token
    assert len(token_hash(token)) == 64


def test_verify_password_says_no_when_the_login_does_not_exist() -> None:
    """None stands for a login that does not exist, and no password opens it."""
    assert not verify_password(None, "")
    assert not verify_password(None, "nobody at all")


def test_verify_password_tells_right_from_wrong() -> None:
    """The right one opens, another does not."""
    stored = hash_password("correct horse")
    assert verify_password(stored, "correct horse")
    assert not verify_password(stored, "correct horse ")
