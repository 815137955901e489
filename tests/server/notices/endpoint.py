"""A push service on this machine, and the browser behind it that reads what comes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.notices.web_push import decoded, encoded

AUTH = b"0123456789abcdef"


@dataclass
class PushService:
    """What was posted, decrypted; `status` is what it answers."""

    url: str = ""
    status: int = 201
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    got: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)

    @property
    def subscription(self) -> dict[str, str]:
        """As the browser says it to the server."""
        keys = {"p256dh": encoded(_point(self.key.public_key())), "auth": encoded(AUTH)}
        return {"endpoint": f"{self.url}/send/1", **keys}

    def take(self, headers: Any, body: bytes) -> None:
        """A message as the push service gets it: who sends, and what its browser reads."""
        self.claims.append(_verified(headers["Authorization"]))
        assert headers["Content-Encoding"] == "aes128gcm"
        self.got.append(json.loads(decrypted(body, self.key, AUTH)))


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """RFC 8188 §2 and RFC 8291 §3.4 from the browser's side."""
    salt, length = body[:16], body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    about = b"WebPush: info\x00" + _point(key.public_key()) + sender
    seed = HKDF(hashes.SHA256(), 32, auth, about).derive(key.exchange(ec.ECDH(), theirs))
    own = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(seed)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(seed)
    return AESGCM(own).decrypt(nonce, sealed, None).rstrip(b"\x00")[:-1]


def _verified(authorization: str) -> dict[str, Any]:
    """The claims of a VAPID header whose signature is right (RFC 8292 §2)."""
    told = dict(part.split("=", 1) for part in authorization.removeprefix("vapid ").split(", "))
    signed, _, signature = told["t"].rpartition(".")
    raw = decoded(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(told["k"]))
    key.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
    found: dict[str, Any] = json.loads(decoded(signed.partition(".")[2]))
    return found | {"k": told["k"]}


@contextmanager
def push_service() -> Iterator[PushService]:
    """One that listens on a free port of this machine."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(service.status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing: the tests look at what came."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
