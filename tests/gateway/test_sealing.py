"""Messages sealed on the device: what the widget seals the gateway opens, and nobody else, and nothing altered."""

from __future__ import annotations

import base64
import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.gateway.sealing import INFO, CannotOpen, Sealed, SealingKey

KEY = SealingKey(b"one practice's secret, 32 bytes.")
MESSAGE_ID = "0b6cf6a4-4d55-4f6b-9d93-8a7d6a6e2b10"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def seal(key: SealingKey, text: str, message_id: str) -> Sealed:
    """What the widget does with WebCrypto, written a second time from the description in docs/widget-protocol.md."""

    def number(name: str) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(key.jwk[name] + "="))

    public = ec.EllipticCurvePublicNumbers(number("x"), number("y"), ec.SECP256R1()).public_key()
    own = ec.generate_private_key(ec.SECP256R1())
    shared = own.exchange(ec.ECDH(), public)
    secret = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=INFO).derive(shared)
    iv = os.urandom(12)
    numbers = own.public_key().public_numbers()
    return Sealed(
        key=key.id,
        epk={"kty": "EC", "crv": "P-256", "x": _b64(numbers.x.to_bytes(32)), "y": _b64(numbers.y.to_bytes(32))},
        iv=_b64(iv),
        body=_b64(AESGCM(secret).encrypt(iv, text.encode("utf-8", "surrogatepass"), message_id.encode())),
    )


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=2_000))
def test_open_returns_the_text_when_sealed_to_this_key(text: str) -> None:
    """Whatever was sealed is opened unchanged."""
    assert KEY.open(seal(KEY, text, MESSAGE_ID), message_id=MESSAGE_ID) == text


def test_open_refuses_when_sealed_for_another_message() -> None:
    """The message's id is bound to the text: a sealed body cannot be sent under another id."""
    sealed = seal(KEY, "about my brother", MESSAGE_ID)
    with pytest.raises(CannotOpen, match=r"^the sealed message is damaged$"):
        KEY.open(sealed, message_id=MESSAGE_ID.replace("0b", "0c"))


def test_open_refuses_when_sealed_to_another_practice() -> None:
    """Another practice's key has another id, which is said in the error; no text is."""
    other = SealingKey(b"another practice's secret, again")
    sealed = seal(other, "about my brother", MESSAGE_ID)
    with pytest.raises(CannotOpen, match=f"^sealed to key '{other.id}', this gateway has '{KEY.id}'$"):
        KEY.open(sealed, message_id=MESSAGE_ID)


@pytest.mark.parametrize(
    "change",
    [
        {"body": "AAAA"},
        {"iv": "not base64!"},
        {"epk": {}},
        {"epk": {"x": "AAAA", "y": "AAAA"}},
    ],
)
def test_open_refuses_when_damaged(change: dict[str, object]) -> None:
    """Damage of any part is one and the same refusal, without text."""
    sealed = replace(seal(KEY, "about my brother", MESSAGE_ID), **change)  # type: ignore[arg-type]
    with pytest.raises(CannotOpen, match=r"^the sealed message is damaged$"):
        KEY.open(sealed, message_id=MESSAGE_ID)


def test_key_is_the_same_after_a_restart() -> None:
    """Messages sealed before a restart are opened after it."""
    again = SealingKey(b"one practice's secret, 32 bytes.")
    assert again.id == KEY.id
    assert again.jwk == KEY.jwk
