"""The journal: entries in the order of their application, chained per site by hash.

What is written here is never changed. A row's link covers the link before it, all that came with
the entry and all that was answered, so a byte changed, a row removed, moved or cut off shows
(`sync.verify`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text

from sync.entry import FIRST_PREV, Entry, digest_of, read
from sync.problem import Problem
from sync.reconcile import BLOCKING_CODES, WAITS, Blocked, Candidate, Outcome
from sync.statements import Lookup, insert, upsert
from sync.store import table_of
from sync.tables import HeadRow, JournalRow

FIRST_LINK = "0" * 64
UNREADABLE = "unreadable"
# Against the first entry after some that nobody has any more: a case names their numbers.
ENTRIES_LOST = "entries_lost"
# Against an entry that does not meet its device's chain: two devices go by one name.
FORK = "fork"
STREAM_ROWS = 500
in_letters = json.JSONEncoder(ensure_ascii=False).encode
_table = table_of(JournalRow)
_heads_table = table_of(HeadRow)
BY_ID = Lookup(lambda among: select(_table).where(among(_table.c.entry_id, "ids")))
PRESENT = Lookup(lambda among: select(_table.c.entry_id).where(among(_table.c.entry_id, "ids")))
FORKS = Lookup(
    lambda among: (
        select(_table.c.pos, _table.c.device, _table.c.raw)
        .where(among(_table.c.device, "devices"), _table.c.seq.is_(None))
        .where(among(_table.c.code, "codes"))
    )
)
PARKED_ON = Lookup(
    lambda among: (
        select(_table.c.device, _table.c.on_key, _table.c.case_key)
        .where(among(_table.c.status, "statuses"), among(_table.c.on_key, "keys"))
        .where(among(_table.c.code, "codes"))
        .order_by(_table.c.pos)
    )
)
HEADS = Lookup(
    lambda among: (
        select(_heads_table)
        .where(among(_heads_table.c.site, "sites"))
        .order_by(_heads_table.c.site)
        .with_for_update()
    )
)
LAST_PLACE = Lookup(lambda among: select(func.max(_table.c.pos)))
LINKED = tuple(name for name in JournalRow.model_fields if name not in ("raw", "link"))


@dataclass(frozen=True)
class Arrived:
    """An entry as it came: the bytes, from which device, when, and what speaks against it.

    `entry` is None for bytes that nobody can read. `id` is the entry's own, but for bytes that
    have no right to it, or none: theirs is made from their hash.
    """

    id: str
    raw: bytes
    sig: str | None
    device: str
    home: str
    received_at: str
    seq: int | None
    entry: Entry | None
    standing: Outcome | None = None

    def candidate(self) -> Candidate:
        """The entry as the reconciler takes it; unreadable bytes get a stand-in that is parked."""
        entry = self.entry or stand_in(self.id, self.device, self.home, self.received_at)
        if entry.id != self.id:
            entry = entry.model_copy(update={"id": self.id})
        return Candidate(entry, datetime.fromisoformat(self.received_at), self.standing)


def id_of_bytes(sha256: str) -> str:
    """The id of bytes with this hash, that can't have one of their own."""
    return f"raw-{sha256[:32]}"


def stand_in(entry_id: str, device: str, home: str, received_at: str) -> Entry:
    """An entry in place of bytes that can't be read, about the device that sent them."""
    return Entry.model_construct(
        id=entry_id,
        device=device,
        seq=0,
        prev=FIRST_PREV,
        kind=UNREADABLE,
        v=1,
        actor=device,
        session="",
        on=f"device/{home}:{device}",
        base=None,
        after=None,
        at=received_at,
        skew_ms=0,
        app="",
        body={},
        blobs=(),
    )


@dataclass(frozen=True)
class Known:
    """What is in the journal under an id: the hash of its bytes, and its verdict."""

    sha256: str
    verdict: dict[str, Any]


def known(connection: Connection, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The stored verdicts of entries that are in the journal already, by id."""
    return {entry_id: one.verdict for entry_id, one in held(connection, ids).items()}


def held(connection: Connection, ids: set[str]) -> dict[str, Known]:
    """What is in the journal already, by id."""
    rows = [row._asdict() for row in BY_ID.rows(connection, ids=ids)]
    return {row["entry_id"]: Known(digest_of(bytes(row["raw"])), verdict_of(row)) for row in rows}


def present(connection: Connection, ids: set[str]) -> set[str]:
    """Which of these ids are in the journal."""
    return {row.entry_id for row in PRESENT.rows(connection, ids=ids)} if ids else set()


def forks(connection: Connection, devices: set[str]) -> dict[tuple[str, str], int]:
    """What was parked as a fork of these devices and took no number: (device, hash) to `pos`."""
    rows = FORKS.rows(connection, devices=devices, codes={FORK}) if devices else []
    return {(row.device, digest_of(bytes(row.raw))): row.pos for row in rows}


def find(connection: Connection, entry_id: str) -> RowMapping | None:
    """The row of one entry; None if it never arrived."""
    table = table_of(JournalRow)
    return connection.execute(select(table).where(table.c.entry_id == entry_id)).mappings().first()


def verdict_of(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    """The verdict as it goes over the wire, the same words each time."""
    return {
        "id": row["entry_id"],
        "status": row["status"],
        "code": row["code"],
        "params": json.loads(row["params"]),
        "case": row["case_key"],
        "effects": json.loads(row["effects"]),
    }


def blocked(connection: Connection, keys: set[str]) -> Blocked:
    """The entries parked on these documents that later ones of the same device wait behind."""
    found: Blocked = {}
    for row in PARKED_ON.rows(connection, statuses=["parked"], keys=keys, codes=BLOCKING_CODES):
        found.setdefault((row.device, row.on_key), []).append(row.case_key)
    return found


@dataclass(frozen=True)
class NotUnderstood:
    """An entry that was parked because nobody understood it or one before it, and its case."""

    raw: bytes
    case: str


def not_understood(connection: Connection) -> list[NotUnderstood]:
    """All of them in the order in which they came, also those whose case is decided by now."""
    table = table_of(JournalRow)
    rows = connection.execute(
        select(table.c.raw, table.c.case_key)
        .where(table.c.status == "parked", table.c.case_key.is_not(None))
        .where(table.c.code.in_(sorted(BLOCKING_CODES | {WAITS})))
        .order_by(table.c.pos)
    )
    return [NotUnderstood(bytes(row.raw), row.case_key) for row in rows]


def append(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Chain the rows (all columns but pos, n and link) to their sites' heads and write them."""
    heads = _heads(connection, {row["site"] for row in rows})
    for pos, row in zip(_places(connection, len(rows)), rows, strict=True):
        n, link = heads.get(row["site"], (0, FIRST_LINK))
        row["pos"], row["n"] = pos, n + 1
        row["link"] = link_of(link, row)
        heads[row["site"]] = (row["n"], row["link"])
    insert(connection, JournalRow, rows)
    upsert(
        connection,
        HeadRow,
        [{"site": site, "n": n, "link": link} for site, (n, link) in sorted(heads.items())],
    )


def link_of(before: str, row: RowMapping | dict[str, Any]) -> str:
    """SHA-256 over the previous link and the whole row, 64 hex characters."""
    told = in_letters([before, *(row[name] for name in LINKED)])
    return hashlib.sha256(told.encode() + b"\n" + row["raw"]).hexdigest()


def stream(connection: Connection) -> Iterator[RowMapping]:
    """Every row in the order of application, a few at a time."""
    table = table_of(JournalRow)
    statement = select(table).order_by(table.c.pos)
    result = connection.execute(statement, execution_options={"yield_per": STREAM_ROWS})
    yield from result.mappings()


def arrived_of(row: RowMapping) -> Arrived:
    """The row as it came in, for a replay."""
    raw = bytes(row["raw"])
    try:
        entry: Entry | None = read(raw)
    except Problem:
        entry = None
    told = json.loads(row["standing"]) if row["standing"] else None
    standing = Outcome(told["status"], told["code"], told["params"]) if told else None
    return Arrived(
        id=row["entry_id"],
        raw=raw,
        sig=row["sig"],
        device=row["device"],
        home=row["site"],
        received_at=row["received_at"],
        seq=row["seq"],
        entry=entry,
        standing=standing,
    )


def _heads(connection: Connection, sites: Iterable[str]) -> dict[str, tuple[int, str]]:
    return {row.site: (row.n, row.link) for row in HEADS.rows(connection, sites=sites)}


def _places(connection: Connection, count: int) -> list[int]:
    """The next places in the order of application."""
    if connection.dialect.name == "postgresql":
        taken = text(
            "SELECT nextval(pg_get_serial_sequence('journal', 'pos')) FROM generate_series(1, :n)"
        )
        return sorted(connection.scalars(taken, {"n": count}))
    [(last,)] = LAST_PLACE.rows(connection)
    return list(range((last or 0) + 1, (last or 0) + 1 + count))
