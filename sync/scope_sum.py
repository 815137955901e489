"""Scope sum: how many documents lie in a scope and in which versions, in a few bytes.

The server keeps one per scope (`sync.feed`), a device one per scope that it holds; if they differ
at the same cursor, the replica is wrong. The device's twin is `pwa/src/scope_sum.js`.
"""

import hashlib
from dataclasses import dataclass

DIGEST_BYTES = 8
_WRAP = 1 << (8 * DIGEST_BYTES)


@dataclass
class ScopeSum:
    """A sum that grows and shrinks with the documents, in any order.

    `total` is the sum modulo 2^64 of the terms of what lies in the scope.
    """

    count: int = 0
    total: int = 0

    def add(self, key: str, version: int) -> None:
        """The document came, in this version of the scope's feed."""
        self.count += 1
        self.total = (self.total + _term(key, version)) % _WRAP

    def remove(self, key: str, version: int) -> None:
        """The document left that had come in this version."""
        self.count -= 1
        self.total = (self.total - _term(key, version)) % _WRAP

    @property
    def digest(self) -> str:
        """The total as 16 hex digits."""
        return f"{self.total:016x}"


def _term(key: str, version: int) -> int:
    """The first 8 bytes, big endian, of the SHA-256 of `key version`."""
    told = hashlib.sha256(f"{key} {version}".encode()).digest()
    return int.from_bytes(told[:DIGEST_BYTES])
