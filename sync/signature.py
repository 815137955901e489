"""Signatures: ECDSA on P-256 with SHA-256 over an entry's exact bytes, as WebCrypto makes them.

A key is its uncompressed point (65 bytes), a signature r and s side by side (64 bytes, IEEE P1363);
both travel as base64url without padding. What a wrong signature means is `sync.intake`'s.
"""

import base64
import binascii
import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from sync.problem import Problem

POINT_BYTES = 65
HALF_BYTES = 32
KEYS_CACHED = 4096
SIGNATURES_KEPT = 8192
LOOKED_AT_ONCE = 10
# Exact bytes and signature; whose they are and their number, where the sender says so.
Signed = tuple[bytes, str | None] | tuple[bytes, str | None, str | None, int | None]
_ECDSA = ec.ECDSA(hashes.SHA256())
# Marks (a hash of bytes, key and signature) of the latest that were right: looked at before an
# entry's turn comes, while others are written, and not again when it has come.
_right: dict[bytes, None] = {}
_door = threading.Lock()
_threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="traveler-signature")


def checked_key(public_key: str) -> str:
    """The key as it was given, if it is a point on the curve. Problem: key_malformed."""
    try:
        _point(public_key)
    except ValueError as error:
        raise Problem("key_malformed", {}) from error
    return public_key


def is_valid(public_key: str, raw: bytes, sig: str | None) -> bool:
    """Whether this key made this signature over these bytes."""
    mark = hashlib.sha256(hashlib.sha256(raw).digest() + f"{public_key} {sig}".encode()).digest()
    if mark in _right:
        return True
    is_right = _is_valid(public_key, raw, sig)
    if is_right:
        with _door:
            _right[mark] = None
            if len(_right) > SIGNATURES_KEPT:
                del _right[next(iter(_right))]
    return is_right


def look_ahead(public_key: str, signed: Sequence[Signed]) -> None:
    """Check many at once, on all cores; what is right is then known to `is_valid`."""
    if len(signed) <= LOOKED_AT_ONCE:
        _look(public_key, signed)
        return
    pieces = [signed[at : at + LOOKED_AT_ONCE] for at in range(0, len(signed), LOOKED_AT_ONCE)]
    list(_threads.map(partial(_look, public_key), pieces))


def _look(public_key: str, signed: Sequence[Signed]) -> None:
    for raw, sig, *_ in signed:
        is_valid(public_key, raw, sig)


def _is_valid(public_key: str, raw: bytes, sig: str | None) -> bool:
    try:
        both = _from_base64url(sig or "")
        if len(both) != 2 * HALF_BYTES:
            return False
        r, s = (int.from_bytes(half) for half in (both[:HALF_BYTES], both[HALF_BYTES:]))
        _point(public_key).verify(utils.encode_dss_signature(r, s), raw, _ECDSA)
    except (ValueError, InvalidSignature):
        return False
    return True


class SigningKey:
    """A device's key, for clients that are not a browser."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_number(cls, number: int) -> "SigningKey":
        """The key with this secret number, for test vectors."""
        return cls(ec.derive_private_key(number, ec.SECP256R1()))

    @property
    def public(self) -> str:
        """The public key as it is sent at enrolment."""
        shape = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return _base64url(self._key.public_key().public_bytes(*shape))

    def sign(self, raw: bytes) -> str:
        """The signature; the same each time (RFC 6979)."""
        told = self._key.sign(raw, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(told)
        return _base64url(r.to_bytes(HALF_BYTES) + s.to_bytes(HALF_BYTES))


@lru_cache(maxsize=KEYS_CACHED)
def _point(public_key: str) -> ec.EllipticCurvePublicKey:
    point = _from_base64url(public_key)
    if len(point) != POINT_BYTES:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _base64url(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).decode().rstrip("=")


def _from_base64url(text: str) -> bytes:
    """ValueError for what is not base64url without padding."""
    try:
        some = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _base64url(some) != text:
        raise ValueError("not base64url without padding")
    return some
