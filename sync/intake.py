"""Intake: which of the bytes that arrived are new, what number they have, what speaks against them.

Pure: it is told what the journal knows and where each device's chain ends. Bytes are never
refused here; what has no right to its place is kept under an id made from its hash.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync.document import utc_text
from sync.entry import KEY_MAX_CHARS, Entry, digest_of, place_claimed, read
from sync.journal import ENTRIES_LOST, FORK, Arrived, Known, id_of_bytes
from sync.problem import Problem
from sync.reconcile import Outcome
from sync.signature import is_valid

Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """Bytes as a device sent them: the entry in them, or what is wrong with them."""

    raw: bytes
    sig: str | None
    sha256: str
    entry: Entry | None
    wrong: Outcome | None
    wrapped: tuple[str, int] | None

    @property
    def claimed(self) -> tuple[str, int] | None:
        """The device and number that these bytes have; what they don't tell, their wrapping may."""
        if self.entry is not None:
            return self.entry.device, self.entry.seq
        return place_claimed(self.raw) or self.wrapped

    @property
    def ids(self) -> set[str]:
        """The ids under which these bytes may be in the journal."""
        return {id_of_bytes(self.sha256), *([self.entry.id] if self.entry else [])}


def opened(raw: bytes, sig: str | None, device: str | None = None, seq: int | None = None) -> Sent:
    """The entry in the bytes; what nobody can read is parked."""
    wrapped = (device, seq) if device and seq and seq > 0 else None
    try:
        return Sent(raw, sig, digest_of(raw), read(raw), None, wrapped)
    except Problem as problem:
        wrong = Outcome("parked", problem.code, problem.params)
        return Sent(raw, sig, digest_of(raw), None, wrong, wrapped)


def astray(sent: list[list[Sent]], devices: dict[str, Row]) -> set[str]:
    """The devices of entries that follow neither their device's last nor anything sent here."""
    ends = {device["last_hash"] for device in devices.values()}
    ends |= {one.sha256 for some in sent for one in some}
    entries = (one.entry for some in sent for one in some if one.entry is not None)
    return {entry.device for entry in entries if entry.prev not in ends}


@dataclass
class Intake:
    """Takes what devices sent within one transaction, into the chains of `devices` (rows by id).

    `stored` is what the journal knows of it; `present` are the ids in the journal of those that
    entries name as their `after`; `forks` are (device, hash) of what has no place in its chain.
    """

    stored: dict[str, Known]
    devices: dict[str, Row]
    present: set[str]
    forks: set[tuple[str, str]]
    now: datetime
    arrived: dict[str, Arrived] = field(default_factory=dict)
    _hashes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._received_at = utc_text(self.now)

    def take(
        self, sent: list[Sent], carrier: str, oldest: int | None
    ) -> tuple[list[str], str | None]:
        """Number what is new (moves the chains on); nothing after a number that is missing,
        unless the device says that `oldest` is the first that it still has.

        Answers the ids of all that the journal has by now, and what the device must do.
        """
        ids, need, forked = [], None, False
        for one in sent:
            device = self._chain_of(one, self.devices[carrier])
            entry_id, is_new = self._id(one, device)
            if is_new and need is None:
                need = self._number(one, entry_id, device, oldest)
            forked = forked or self._is_fork(one, entry_id, carrier)
            if not is_new or need is None:
                ids.append(entry_id)
        return ids, need or ("enrol_anew" if forked else None)

    def _chain_of(self, one: Sent, carrier: Row) -> Row:
        """The device whose chain the bytes go into: what another signed may be carried by anyone,
        as long as it comes in its place.
        """
        claimed = one.claimed
        other = self.devices.get(claimed[0]) if claimed else None
        if other is None or other is carrier or claimed is None:
            return carrier
        is_next = claimed[1] == other["last_seq"] + 1 and self._follows(one.entry, other)
        return other if is_next and _is_signed_by(other, one) else carrier

    def _id(self, one: Sent, device: Row) -> tuple[str, bool]:
        """The id of the bytes, and whether they are new.

        What somebody else brought first stands once more only where it takes its place.
        """
        by_hash = id_of_bytes(one.sha256)
        if one.entry is not None:
            there = self._sha256(one.entry.id)
            if there == one.sha256:
                return one.entry.id, False
            is_late = one.entry.seq <= device["last_seq"] and self._sha256(by_hash) is not None
            if there is None and one.entry.device == device["id"] and not is_late:
                return one.entry.id, True
        return by_hash, self._sha256(by_hash) is None

    def _sha256(self, entry_id: str) -> str | None:
        if entry_id in self._hashes:
            return self._hashes[entry_id]
        known = self.stored.get(entry_id)
        return known.sha256 if known else None

    def _number(self, one: Sent, entry_id: str, device: Row, oldest: int | None) -> str | None:
        seq, standing = self._place(one, device)
        if seq is not None and self._is_of_a_fork(one.entry, device):
            standing, seq = standing or _fork(device, seq), None
        elif seq is not None and seq > (first := device["last_seq"] + 1):
            if seq != oldest:
                return "resend_from"
            lost = {"device": device["id"], "first": first, "last": seq - 1}
            standing = Outcome("parked", ENTRIES_LOST, lost)
        elif seq is not None and not self._meets(one, seq, entry_id, device):
            standing = standing or _fork(device, seq)
            seq = None if seq <= device["last_seq"] else seq
        if seq is not None:
            device["last_seq"], device["last_hash"] = seq, one.sha256
        elif standing and standing.code == FORK:
            self.forks.add((device["id"], one.sha256))
        self._hashes[entry_id] = one.sha256
        self.arrived[entry_id] = Arrived(
            id=entry_id,
            raw=one.raw,
            sig=one.sig,
            device=device["id"],
            home=device["home"],
            received_at=self._received_at,
            seq=seq,
            entry=one.entry,
            standing=standing or self._against(one, device),
        )
        return None

    def _place(self, one: Sent, device: Row) -> tuple[int | None, Outcome | None]:
        """The number in the device's chain, none for what is another's; what speaks against it."""
        claimed = one.claimed
        if claimed is None:
            following = device["last_seq"] + 1
            is_own = not _must_be_signed(following, device) or _is_signed_by(device, one)
            return (following if is_own else None), one.wrong
        if claimed[0] != device["id"]:
            foreign = Outcome("parked", "device_foreign", {"device": claimed[0][:KEY_MAX_CHARS]})
            return None, one.wrong or foreign
        return claimed[1], one.wrong

    def _meets(self, one: Sent, seq: int, entry_id: str, device: Row) -> bool:
        """Whether it has a number and an id of its own and follows the device's last."""
        is_itself = one.entry is None or one.entry.id == entry_id
        return self._follows(one.entry, device) and is_itself and seq > device["last_seq"]

    def _is_of_a_fork(self, entry: Entry | None, device: Row) -> bool:
        """What follows a fork takes no number either: it is left to the device that went on."""
        return entry is not None and (device["id"], entry.prev) in self.forks

    def _follows(self, entry: Entry | None, device: Row) -> bool:
        """Whether it names the device's last bytes. What can't be read names none; and nobody can
        name what got damaged on its way here.
        """
        if entry is None or entry.prev == device["last_hash"]:
            return True
        is_damaged = self._sha256(id_of_bytes(device["last_hash"])) is not None
        return is_damaged and not self._is_of_a_fork(entry, device)

    def _is_fork(self, one: Sent, entry_id: str, carrier: str) -> bool:
        """Said each time that a device sends a fork of its own: the first answer may get lost."""
        if one.entry is None or one.entry.device != carrier:
            return False
        known, taken = self.stored.get(entry_id), self.arrived.get(entry_id)
        code = known.verdict["code"] if known else None
        return FORK in (code, taken.standing.code if taken and taken.standing else None)

    def _against(self, one: Sent, device: Row) -> Outcome | None:
        """What speaks against an entry in its place: the device's standing, its signature, and an
        entry that should stand before it.
        """
        if device["revoked_at"] is not None:
            return Outcome("parked", "device_revoked", {"device": device["id"]})
        if one.entry is None:
            return None
        if _must_be_signed(one.entry.seq, device):
            if one.sig is None:
                return Outcome("parked", "signature_missing", {"device": device["id"]})
            if not is_valid(device["public_key"], one.raw, one.sig):
                return Outcome("parked", "signature_wrong", {"device": device["id"]})
        after = one.entry.after
        if after and after not in self.present and self._sha256(after) is None:
            return Outcome("parked", "after_missing", {"after": after[:KEY_MAX_CHARS]})
        return None


def _fork(device: Row, seq: int) -> Outcome:
    """A number or id used twice, or a chain that does not meet: two devices are one."""
    return Outcome("parked", FORK, {"device": device["id"], "seq": seq})


def _is_signed_by(device: Row, one: Sent) -> bool:
    key = device["public_key"]
    return key is not None and is_valid(key, one.raw, one.sig)


def _must_be_signed(seq: int, device: Row) -> bool:
    return device["public_key"] is not None and seq >= (device["signs_from"] or 1)
