"""The key that signs anchors: Ed25519, or ECDSA on P-256 as devices have it; kept as a PEM file.

A public key is told as `ed25519:` or `p256:` and base64url without padding.
"""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from sync.signature import SigningKey, is_valid

ONLY_OWNER = 0o600
ED25519, P256 = "ed25519:", "p256:"


class AnchorKeyError(Exception):
    """The file holds no key that can sign anchors; the text says why."""


class AnchorKey:
    """A private key."""

    def __init__(self, key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def made(cls, out: Path) -> "AnchorKey":
        """A new Ed25519 key in a new file that only its owner may read. FileExistsError."""
        key = ed25519.Ed25519PrivateKey.generate()
        handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, ONLY_OWNER)
        with os.fdopen(handle, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        return cls(key)

    @classmethod
    def read(cls, path: Path) -> "AnchorKey":
        """The key in a PEM file without a password. AnchorKeyError."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise AnchorKeyError(f"{path} holds no private key: {error}") from error
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(key)
        raise AnchorKeyError(f"{path} holds a key that is neither Ed25519 nor P-256")

    @property
    def public(self) -> str:
        """The public key, to be kept where anchors are compared."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return ED25519 + _base64url(raw)
        return P256 + SigningKey(self._key).public

    def sign(self, raw: bytes) -> str:
        """The signature over these bytes."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return _base64url(self._key.sign(raw))
        return SigningKey(self._key).sign(raw)


def is_signed(public: str, raw: bytes, signature: str) -> bool:
    """Whether this public key's owner signed these bytes."""
    if public.startswith(P256):
        return is_valid(public.removeprefix(P256), raw, signature)
    if not public.startswith(ED25519):
        return False
    try:
        point = _from_base64url(public.removeprefix(ED25519))
        key = ed25519.Ed25519PublicKey.from_public_bytes(point)
        key.verify(_from_base64url(signature), raw)
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


def _base64url(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).decode().rstrip("=")


def _from_base64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
