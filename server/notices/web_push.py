"""Web Push: a message encrypted for one browser (RFC 8291, RFC 8188) and sent by its push service,
which is told who we are (VAPID, RFC 8292) and nothing of what is in it.
"""

import base64
import json
import os
import struct
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.problem import Problem

CURVE = ec.SECP256R1()
# n - 1 of P-256 (FIPS 186-5): a private key is 1 … n - 1.
KEYS = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550
RECORD_BYTES = 4096
MESSAGE_MAX_BYTES = 3000
TOKEN_LIFE = timedelta(hours=12)
KEPT_S = 12 * 3600
TIMEOUT_S = 10
GONE = (404, 410)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Browser:
    """Where a browser is reached, and the two keys that it made for it (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


def server_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The key by which push services know this plant: the same in all its processes."""
    drawn = _derived(secret.encode(), b"", b"traveler vapid", 40)
    return ec.derive_private_key(int.from_bytes(drawn) % KEYS + 1, CURVE)


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """A public key as browsers take it: the point's 65 bytes, base64url."""
    return encoded(_point(key.public_key()))


def checked(browser: Browser, hosts: tuple[str, ...]) -> Browser:
    """A browser that may be written to. Problem: push_address_wrong.

    Only push services that are set: else anybody could make the server call any address.
    """
    parts = urlsplit(browser.endpoint)
    host = parts.hostname or ""
    is_known = any(host == one or host.endswith(f".{one}") for one in hosts)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    try:
        _public(browser.p256dh)
        is_right = len(decoded(browser.auth)) == 16
    except ValueError:
        is_right = False
    if not (is_known and is_safe and is_right):
        raise Problem("push_address_wrong", {"host": host[:80]})
    return browser


def send(
    browser: Browser,
    message: bytes,
    key: ec.EllipticCurvePrivateKey,
    *,
    subject: str,
    now: datetime,
) -> int:
    """Hand the message to the push service; its HTTP status, 0 if it can't be reached."""
    body = encrypted(message, browser, ec.generate_private_key(CURVE), os.urandom(16))
    headers = {
        "Authorization": _vapid(browser.endpoint, key, subject, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_S),
        "Urgency": "normal",
    }
    call = urllib.request.Request(browser.endpoint, body, headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(call, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def encrypted(
    message: bytes, browser: Browser, own: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """One record of `aes128gcm` that only this browser can read (RFC 8291 §3.4, RFC 8188 §2)."""
    theirs = _public(browser.p256dh)
    shared = own.exchange(ec.ECDH(), theirs)
    about = b"WebPush: info\0" + _point(theirs) + _point(own.public_key())
    seed = _derived(shared, decoded(browser.auth), about, 32)
    content_key = _derived(seed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(seed, salt, b"Content-Encoding: nonce\0", 12)
    point = _point(own.public_key())
    head = salt + struct.pack("!IB", RECORD_BYTES, len(point)) + point
    return head + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def _vapid(endpoint: str, key: ec.EllipticCurvePrivateKey, subject: str, now: datetime) -> str:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + TOKEN_LIFE).timestamp()),
        "sub": subject,
    }
    head = encoded(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    signed = f"{head}.{encoded(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={public_text(key)}"


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url. ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _public(text: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(text))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, about: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt or None, about).derive(secret)
