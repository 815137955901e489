"""Recording: how a deed becomes an entry in a device's outbox, as `pwa/src/outbox.js` does.

What people wish to record is `deeds`. Some deeds are spoiled on purpose: no app would send them.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from server.domain.model import KINDS
from sync.entry import digest_of
from tests.simulation.deeds import Wish
from tests.simulation.disk import Chain, Disk, Row
from tests.simulation.exchange import Steps
from tests.simulation.schedule import Pause
from tests.simulation.signing import signed

RACES_MAX = 50
HOURS_EAST = 8
# Clients write JSON as they like, and the bytes are the entry: nobody may write them otherwise.
STYLES: tuple[dict[str, Any], ...] = (
    {"ensure_ascii": False, "separators": (",", ":")},
    {"ensure_ascii": True},
    {"ensure_ascii": False, "indent": 1},
    {"ensure_ascii": True, "sort_keys": True},
)
BORROWS_A_NAME = 0.01
BORROWED = "zhang.wei"


class DeviceFull(Exception):
    """Nothing was stored, and the person is told so."""


@dataclass(frozen=True)
class Recorded:
    """What the person was told is safe."""

    id: str
    raw: bytes
    actor: str
    on: str


@dataclass(frozen=True)
class Circumstances:
    """Of one deed: its id, the device's clock, the app, and whether the disk is full."""

    id: str
    clock_ms: int
    app: str
    is_full: bool = False
    spoil: str = ""


def append(disk: Disk, wish: Wish, how: Circumstances) -> Steps:
    """Record one entry: Recorded, or None where nobody is signed in. Raises DeviceFull."""
    for _ in range(RACES_MAX):
        if disk.device is None or disk.signin is None:
            return None
        signin, seen = disk.signin, disk.chain_now()
        raw = _bytes_of(disk, wish, seen, how)
        yield Pause()  # WebCrypto makes the hash outside of the transaction
        if how.is_full:
            raise DeviceFull
        chain = Chain(seen.device, seen.seq + 1, digest_of(raw), seen.place + 1)
        row = Row(chain.place, how.id, seen.device, chain.seq, wish.on, raw)
        if disk.store(row, chain, seen):
            return Recorded(how.id, raw, signin.login, wish.on)
    raise AssertionError("the place was always taken")


def _bytes_of(disk: Disk, wish: Wish, seen: Chain, how: Circumstances) -> bytes:
    assert disk.signin is not None
    at = moment_text(how.clock_ms)
    if how.app == "new":
        wish = signed(disk, wish, entry=how.id, device=seen.device, at=at)
    waits = [row.id for row in disk.waiting() if row.on == wish.on]
    fields = {
        "id": how.id,
        "device": seen.device,
        "seq": seen.seq + 1,
        "prev": seen.hash,
        "kind": wish.kind,
        "v": wish.v or _spoken(wish.kind, how.app),
        "actor": disk.signin.login,
        "session": disk.signin.session,
        "on": wish.on,
        "base": wish.base,
        "after": waits[-1] if waits else None,
        "at": at,
        "skew_ms": disk.skew_ms,
        "app": how.app,
        "body": wish.body,
        "blobs": [],
    }
    # Dice of its own: what else happens on the day does not hang on how things are written.
    dice = Random(how.id)
    style = dice.choice(STYLES)
    if not how.spoil and dice.random() < BORROWS_A_NAME:
        fields["actor"] = BORROWED
    return spoiled(fields, how.spoil, style)


def _spoken(kind: str, app: str) -> int:
    return KINDS[kind].v if app == "new" and kind in KINDS else 1


def spoiled(fields: dict[str, Any], spoil: str, style: dict[str, Any]) -> bytes:
    """The bytes of an entry, as they should be or broken in one way."""
    if spoil == "malformed":
        fields = fields | {"at": "yesterday"}
    if spoil == "after nothing":
        fields = fields | {"after": "01900000-0000-7000-8000-00000000dead"}
    raw = json.dumps(fields, **style).encode()
    if spoil == "broken JSON":
        return raw[:-9]
    return raw


def moment_text(ms: int) -> str:
    """A moment as a device's clock in the plant shows it."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms, hours=HOURS_EAST)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "+08:00"
