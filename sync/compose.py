"""Compose: entries as a device writes them, for the devices that the server itself keeps.

A web session without a service worker, the demo plant and imports write through here; from then
on their entries are like any other.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from uuid_utils import uuid7

from sync.entry import digest_of


@dataclass(frozen=True)
class Deed:
    """What somebody did, before it has a place in a device's chain."""

    kind: str
    on: str
    body: dict[str, Any]
    actor: str
    session: str
    at: str
    base: int | None = None
    blobs: list[dict[str, Any]] = field(default_factory=list)
    v: int = 1


@dataclass
class Chain:
    """The end of one device's chain of entries."""

    device: str
    last_seq: int
    last_hash: str

    def add(self, deed: Deed, *, entry_id: str = "", app: str = "") -> tuple[str, bytes]:
        """The deed as the next entry of the chain: its id and its bytes."""
        entry_id = entry_id or str(uuid7())
        raw = json.dumps(
            {
                "id": entry_id,
                "device": self.device,
                "seq": self.last_seq + 1,
                "prev": self.last_hash,
                "kind": deed.kind,
                "v": deed.v,
                "actor": deed.actor,
                "session": deed.session,
                "on": deed.on,
                "base": deed.base,
                "after": None,
                "at": deed.at,
                "skew_ms": 0,
                "app": app,
                "body": deed.body,
                "blobs": deed.blobs,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        self.last_seq += 1
        self.last_hash = digest_of(raw)
        return entry_id, raw
