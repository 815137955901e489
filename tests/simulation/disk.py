"""A device's disk: what lasts when the device is killed, as `pwa/src` keeps it in IndexedDB.

Every method is one transaction: all of it lasts or nothing. What goes over the network, and in
which order these are called, is `exchange` and `recording`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sync.entry import FIRST_PREV
from sync.signature import SigningKey

Cursors = dict[str, int]
Verdict = dict[str, Any]
LEDGER_MAX = 1000
SHOWN = frozenset({"applied", "merged", "conflict"})


@dataclass(frozen=True)
class Signin:
    login: str
    session: str


@dataclass(frozen=True)
class Chain:
    device: str
    seq: int = 0
    hash: str = FIRST_PREV
    place: int = 0


@dataclass
class Row:
    """One entry in the outbox or the ledger; `said_in` is the epoch in which it got its verdict."""

    place: int
    id: str
    device: str
    seq: int
    on: str
    raw: bytes
    sig: str | None = None
    verdict: Verdict | None = None
    said_in: str | None = None
    is_shown: bool = False


@dataclass
class Held:
    """A document of the replica, with its version in each scope that brought it."""

    body: dict[str, Any]
    scopes: Cursors

    @property
    def version(self) -> int:
        return int(self.body["version"])


@dataclass
class Staged:
    """Pages that are not shown yet; `anew` are the scopes that they replace, None for all."""

    cursors: Cursors
    anew: frozenset[str] | None = frozenset()
    changes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_fresh(self) -> bool:
        return self.anew is None


@dataclass(frozen=True)
class Feed:
    """How far the replica is. `shown` is the epoch from which the shown replica came."""

    epoch: str | None = None
    cursors: Cursors = field(default_factory=dict)
    complete: bool = False
    person: str | None = None
    staged: Staged | None = None
    shown: str | None = None
    round: int = 0


Heard = tuple[str, int]  # a device and its last number


@dataclass
class Disk:
    """All that a device has; `changed` is called after every transaction that may be seen.

    `differs` are the scopes in which the last complete pull found it to be wrong.
    """

    device: str | None = None
    token: str = ""
    key: SigningKey | None = None
    cookie: str = ""
    signin: Signin | None = None
    standing: str | None = None
    skew_ms: int = 0
    chain: Chain | None = None
    answered: Heard | None = None
    outbox: dict[int, Row] = field(default_factory=dict)
    ledger: dict[int, Row] = field(default_factory=dict)
    replica: dict[str, Held] = field(default_factory=dict)
    feed: Feed = field(default_factory=Feed)
    differs: list[str] = field(default_factory=list)
    changed: Callable[[], None] = lambda: None

    def chain_now(self) -> Chain:
        """A device that was enrolled anew begins a new chain; places go on."""
        assert self.device is not None
        if self.chain and self.chain.device == self.device:
            return self.chain
        return Chain(self.device, place=self.chain.place if self.chain else 0)

    def waiting(self) -> list[Row]:
        return [row for _, row in sorted(self.outbox.items()) if row.verdict is None]

    def store(self, row: Row, chain: Chain, seen: Chain) -> bool:
        """Append one entry, if its place is still free."""
        if self.device is None or self.chain_now() != seen:
            return False
        self.outbox[row.place] = row
        self.chain = chain
        self.changed()
        return True

    def sign(self, place: int, sig: str) -> None:
        if place in self.outbox:
            self.outbox[place].sig = sig

    def settle(self, verdicts: list[Verdict], epoch: str) -> None:
        """Verdicts beside their entries; what is certainly seen leaves the outbox."""
        self.take(verdicts, epoch)
        self.release(self._is_seen)
        self.changed()

    def take(self, verdicts: list[Verdict], epoch: str) -> None:
        by_id = {row.id: row for row in self.outbox.values()}
        for verdict in verdicts:
            row = by_id.get(verdict["id"])
            if row is None or row.verdict is not None:
                continue
            row.verdict, row.said_in = verdict, epoch

    def heard(self) -> Heard | None:
        """The last number that the server said it has of this device."""
        if self.device is None:
            return None
        is_its = self.answered is not None and self.answered[0] == self.device
        return self.answered if is_its else (self.device, 0)

    def _is_behind(self, last_seq: int, before: Heard | None) -> bool:
        """Remembers the number; whether the server had said more when it was asked."""
        heard = self.heard()
        if heard is None or before is None or before[0] != heard[0]:
            return False
        is_less = last_seq < before[1]
        self.answered = (heard[0], last_seq if is_less else max(last_seq, heard[1]))
        return is_less

    def _is_seen(self, verdict: Verdict) -> bool:
        if not verdict["effects"]:
            return True
        feed = self.feed
        if not feed.complete or (feed.staged and feed.staged.is_fresh):
            return False
        return all(feed.cursors.get(e["scope"], -1) >= e["version"] for e in verdict["effects"])

    def release(self, is_covered: Callable[[Verdict], bool]) -> None:
        """From the outbox to the ledger: the rejected, and those whose effects are shown."""
        for place, row in sorted(self.outbox.items()):
            verdict = row.verdict
            if verdict and (verdict["status"] == "rejected" or is_covered(verdict)):
                self.ledger[place] = self.outbox.pop(place)
        self.prune()

    def prune(self) -> None:
        for place in sorted(self.ledger)[: max(0, len(self.ledger) - LEDGER_MAX)]:
            del self.ledger[place]

    def follow(self, epoch: str, last_seq: int, before: Heard | None) -> bool:
        """Whether the server was restored: then all is loaded anew, and what it forgot waits."""
        feed = self.feed
        is_behind = self._is_behind(last_seq, before)
        is_restored = (feed.epoch not in (None, epoch)) or is_behind
        if feed.epoch != epoch or is_restored:
            staged = Staged({}, None) if is_restored else None
            self.feed = replace(feed, epoch=epoch, staged=staged, round=feed.round + 1)
        if is_restored:
            self.requeue()
            self.changed()
        return is_restored

    def requeue(self) -> None:
        """All that was answered waits again: the server may lack any of it."""
        for is_shown, rows in ((True, self.ledger), (False, self.outbox)):
            for place, row in sorted(rows.items()):
                if row.verdict is None:
                    continue
                is_in_replica = is_shown and row.verdict["status"] in SHOWN
                row.verdict, row.is_shown = None, is_in_replica or row.is_shown
                del rows[place]
                self.outbox[place] = row

    def drop_scopes(self, dropped: list[str]) -> None:
        for key in list(self.replica):
            for scope in dropped:
                self.leave(key, scope)

    def leave(self, key: str, scope: str) -> None:
        held = self.replica.get(key)
        if held is not None:
            held.scopes.pop(scope, None)
            if not held.scopes:
                del self.replica[key]

    def clear_replica(self) -> None:
        """Nothing of the server's is left; what was recorded here is."""
        self.replica = {}
        self.feed = Feed(epoch=self.feed.epoch, round=self.feed.round + 1)
        for row in self.outbox.values():
            row.is_shown = False
        self.changed()

    def leave_device(self) -> None:
        """Another has the same identity: this one gives it up, and keeps what it recorded."""
        self.device, self.token, self.key = None, "", None
        self.changed()
