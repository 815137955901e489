"""A device's pen: entries as a device writes them, with its chain, also wrong ones on purpose."""

import json
from dataclasses import dataclass
from typing import Any

from uuid_utils import uuid7

from sync.entry import FIRST_PREV, digest_of

AT = "2026-11-22T09:41:07.120+08:00"


@dataclass
class Sender:
    """The end of one device's chain, and who holds the device."""

    device: str
    actor: str = "ann"
    session: str = "s-ann"
    seq: int = 0
    last: str = FIRST_PREV

    def write(self, kind: str, on: str, body: Any = None, /, **otherwise: Any) -> bytes:
        """The bytes of the next entry; `otherwise` replaces fields. The chain goes on."""
        raw = self.draft(kind, on, body, **otherwise)
        self.number(raw)
        return raw

    def draft(self, kind: str, on: str, body: Any = None, /, **otherwise: Any) -> bytes:
        """The same without giving it its place in the chain."""
        fields = {
            "id": str(uuid7()),
            "device": self.device,
            "seq": self.seq + 1,
            "prev": self.last,
            "kind": kind,
            "v": 1,
            "actor": self.actor,
            "session": self.session,
            "on": on,
            "base": None,
            "after": None,
            "at": AT,
            "skew_ms": 0,
            "app": "test",
            "body": {} if body is None else body,
            "blobs": [],
        }
        return json.dumps(fields | otherwise, ensure_ascii=False, separators=(",", ":")).encode()

    def number(self, raw: bytes) -> bytes:
        """Give any bytes the next place in this device's chain."""
        self.seq += 1
        self.last = digest_of(raw)
        return raw


def id_of(raw: bytes) -> str:
    """The id that an entry gives itself."""
    return str(json.loads(raw)["id"])
