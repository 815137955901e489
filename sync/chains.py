"""Chains: follows each site's and each device's chain through the journal, row by row.

Here is what can be said of an entry by its bytes and its place: links, numbers, columns, hashes,
signatures, and what should stand before it. What it means is the replay's (`sync.verify`).
"""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select

from sync.anchor import Anchors
from sync.document import site_of
from sync.entry import FIRST_PREV, Entry, digest_of
from sync.fault import Report
from sync.journal import (
    ENTRIES_LOST,
    FIRST_LINK,
    FORK,
    Arrived,
    arrived_of,
    forks,
    id_of_bytes,
    link_of,
    present,
)
from sync.merge import by_text, grouped, joined, streamed
from sync.replay import Told
from sync.scratch import Scratch
from sync.signature import is_valid
from sync.store import table_of
from sync.tables import DeviceRow, HeadRow, JournalRow

End = tuple[int, str]  # of a chain: the last number and hash
NO_END: End = (0, FIRST_PREV)
CARRIED = "device_foreign"
# What speaks against an entry before anybody looks at its signature.
UNSIGNED = frozenset(
    {FORK, ENTRIES_LOST, CARRIED, "device_revoked", "signature_missing", "signature_wrong"}
)


@dataclass(frozen=True)
class Signer:
    """A device's public key, and the first number that must be signed."""

    public_key: str
    signs_from: int


class Chains:
    """The ends of all chains so far; what is wrong goes into the report."""

    def __init__(
        self, connection: Connection, scratch: Scratch, report: Report, anchors: Anchors
    ) -> None:
        self._connection = connection
        self._scratch = scratch
        self._report = report
        self._anchors = anchors
        self._signers = _signers(connection)
        self.sites: dict[str, End] = {}

    def follow(self, rows: list[RowMapping]) -> list[Told]:
        """The rows that can be replayed."""
        told: list[Told] = []
        afters: dict[str, str] = {}
        for row in rows:
            self._follow_site(row)
            try:
                arrived = arrived_of(row)
                candidate = arrived.candidate()
            except (ValueError, TypeError, KeyError) as error:
                self._fault("entry_unreadable", row, f"can't be read any more: {error}")
                continue
            self._compare_columns(row, candidate.entry)
            if arrived.seq is not None:
                self._follow_device(row, arrived, arrived.seq)
            self._check_signature(row, arrived)
            if arrived.entry and arrived.entry.after and row["status"] != "parked":
                afters[row["entry_id"]] = arrived.entry.after
            told.append((row, candidate))
        self._check_afters(rows, afters)
        return told

    def _fault(self, code: str, row: RowMapping, text: str) -> None:
        self._report.fault(code, row["entry_id"], text)

    def _follow_site(self, row: RowMapping) -> None:
        n, link = self.sites.get(row["site"], (0, FIRST_LINK))
        if row["n"] != n + 1:
            self._fault("site_gap", row, f"entry {n + 1} of {row['site']} is missing")
        if _link(link, row) != row["link"]:
            self._fault("link_broken", row, "was changed, or what came before it")
        self.sites[row["site"]] = (row["n"], row["link"])
        self._anchors.pass_site(row["site"], row["n"], row["link"])

    def _compare_columns(self, row: RowMapping, entry: Entry) -> None:
        told = (entry.id, site_of(entry.on), entry.kind, entry.on, entry.actor)
        if told != tuple(row[n] for n in ("entry_id", "site", "kind", "on_key", "actor")):
            self._fault("columns_differ", row, "its columns differ from its bytes")

    def _follow_device(self, row: RowMapping, arrived: Arrived, seq: int) -> None:
        end = self._scratch.ends.get(arrived.device, NO_END)
        code = arrived.standing.code if arrived.standing else None
        if seq != end[0] + 1 and code != ENTRIES_LOST:
            fault = f"entry {end[0] + 1} of device {arrived.device} is missing"
            self._fault("device_gap", row, fault)
        entry = arrived.entry
        place = (entry.device, entry.seq, entry.prev) if entry else None
        if place and code not in (FORK, ENTRIES_LOST) and not self._meets(place, row, end):
            text = "does not follow the device's entry before it"
            self._fault("device_chain_broken", row, text)
        sha256 = digest_of(arrived.raw)
        self._scratch.ends.put(arrived.device, (seq, sha256))
        self._anchors.pass_device(arrived.device, seq, sha256)

    def _meets(self, place: tuple[str, int, str], row: RowMapping, end: End) -> bool:
        """Nobody can name bytes that got damaged on their way: after them any `prev` is right,
        but for one that names a fork.
        """
        device, _, prev = place
        if place[:2] != (row["device"], row["seq"]):
            return False
        if prev == end[1]:
            return True
        if not present(self._connection, {id_of_bytes(end[1])}):
            return False
        pos: int = row["pos"]
        return forks(self._connection, {device}).get((device, prev), pos) >= pos

    def _check_signature(self, row: RowMapping, arrived: Arrived) -> None:
        entry, signer = arrived.entry, self._signers.get(arrived.device)
        code = arrived.standing.code if arrived.standing else None
        if entry is None or signer is None or arrived.seq is None or code in UNSIGNED:
            return
        if entry.seq < signer.signs_from:
            return
        self._report.counts["signatures"] += 1
        if not is_valid(signer.public_key, arrived.raw, arrived.sig):
            told = "is not signed" if arrived.sig is None else "carries a signature that is not"
            self._fault("signature_wrong", row, f"{told} by device {arrived.device}")

    def _check_afters(self, rows: list[RowMapping], afters: dict[str, str]) -> None:
        """What an entry comes after stands before it: earlier in the journal."""
        places = {row["entry_id"]: row["pos"] for row in rows}
        table = table_of(JournalRow)
        there = present(self._connection, set(afters.values()) - set(places))
        if far := sorted(there):
            some = select(table.c.entry_id, table.c.pos).where(table.c.entry_id.in_(far))
            places |= {row.entry_id: row.pos for row in self._connection.execute(some)}
        for entry_id, after in afters.items():
            self._report.counts["afters"] += 1
            if after not in places or places[after] > places[entry_id]:
                text = f"was applied, but {after} does not stand before it"
                self._report.fault("after_missing", entry_id, text)

    def compare_ends(self) -> None:
        """All chains end where the database says that they do."""
        rows = self._connection.execute(select(table_of(HeadRow))).all()
        heads = {row.site: (row.n, row.link) for row in rows}
        for site in sorted({*heads, *self.sites}):
            if heads.get(site) != self.sites.get(site):
                text = f"the journal does not end at entry {heads.get(site, NO_END)[0]}"
                self._report.fault("site_end", f"site {site}", text)
        self._report.counts["sites"] = len(self.sites)
        self._compare_devices()

    def _compare_devices(self) -> None:
        self._scratch.ends.settle()
        devices = table_of(DeviceRow)
        kept = select(devices).order_by(by_text(self._connection, devices.c.id))
        told = self._scratch.rows("SELECT * FROM ends ORDER BY device")
        both = [grouped(streamed(self._connection, kept), "id"), grouped(told, "device")]
        for device, (rows, ends) in joined(both):
            row, end = (rows or [None])[0], (ends or [None])[0]
            self._report.counts["devices"] += 1
            due = (row["last_seq"], row["last_hash"]) if row else NO_END
            there = (end["seq"], end["hash"]) if end else NO_END
            if due != there:
                text = f"its entries do not end at number {due[0]}"
                self._report.fault("device_end", f"device {device}", text)

    def check_ids(self) -> None:
        """Every id is used once."""
        table = table_of(JournalRow)
        many = select(table.c.entry_id).group_by(table.c.entry_id).having(func.count() > 1)
        for row in streamed(self._connection, many):
            self._fault("id_twice", row, "stands in the journal more than once")


def _signers(connection: Connection) -> dict[str, Signer]:
    table = table_of(DeviceRow)
    rows = connection.execute(select(table).where(table.c.public_key.is_not(None)))
    return {row.id: Signer(row.public_key, row.signs_from or 1) for row in rows}


def _link(before: str, row: RowMapping) -> str:
    try:
        return link_of(before, row)
    except (TypeError, ValueError):
        return ""
