"""Messages sealed on the device to the gateway's public key.

A message that could not be sent yet waits on a phone that somebody else may pick up. The widget seals it at once: an
ephemeral P-256 key agrees with the gateway's public key (ECDH), HKDF-SHA256 makes a key of the shared secret,
AES-256-GCM seals the text with the message id as associated data. Only the gateway can open it. P-256 and not
X25519, because the WebCrypto of five-year-old phones has only the former.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INFO = b"interlude sealed message v1"
# Order of the P-256 group (NIST SP 800-186, 3.2.1.3).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class CannotOpen(ValueError):
    """A sealed message that this gateway cannot open: another key, or damaged. Carries no text."""


@dataclass(frozen=True)
class Sealed:
    """What the widget sends: key id, the ephemeral public key (JWK), the nonce and the ciphertext (base64url)."""

    key: str
    epk: dict[str, Any]
    iv: str
    body: str


class SealingKey:
    """The gateway's key pair, derived from a secret of the practice's key: it needs no file and survives a restart."""

    def __init__(self, secret: bytes) -> None:
        seed = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=b"interlude gateway sealing key v1")
        # 384 bits reduced modulo the order: the bias is below 2^-128.
        scalar = int.from_bytes(seed.derive(secret)) % (_ORDER - 1) + 1
        self._private = ec.derive_private_key(scalar, ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", "x": _b64(numbers.x.to_bytes(32)), "y": _b64(numbers.y.to_bytes(32))}
        self.id = hashlib.sha256((self.jwk["x"] + self.jwk["y"]).encode()).hexdigest()[:16]

    def open(self, sealed: Sealed, *, message_id: str) -> str:
        """The text of a sealed message. Raises CannotOpen."""
        if sealed.key != self.id:
            raise CannotOpen(f"sealed to key {sealed.key[:16]!r}, this gateway has {self.id!r}")
        try:
            x, y = (int.from_bytes(_unb64(str(sealed.epk[c]))) for c in ("x", "y"))
            peer = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            shared = self._private.exchange(ec.ECDH(), peer)
            key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=INFO).derive(shared)
            text = AESGCM(key).decrypt(_unb64(sealed.iv), _unb64(sealed.body), message_id.encode())
            return text.decode("utf-8", "surrogatepass")
        except (InvalidTag, KeyError, ValueError, binascii.Error) as error:
            raise CannotOpen("the sealed message is damaged") from error


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
