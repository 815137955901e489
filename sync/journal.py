"""The journal: entries in the order of their application, chained per site by hash.

What is written here is never changed. A row's link covers the link before it and all that came
with the entry, so a byte changed, a row removed, moved or cut off shows (`sync.verify`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from sync.entry import FIRST_PREV, Entry, digest_of, read
from sync.problem import Problem
from sync.reconcile import BLOCKING_CODES, Candidate, Outcome
from sync.store import in_chunks, table_of, upsert
from sync.tables import HeadRow, JournalRow

FIRST_LINK = "0" * 64
UNREADABLE = "unreadable"
STREAM_ROWS = 500


@dataclass(frozen=True)
class Arrived:
    """An entry as it came: the bytes, from which device, when, and what speaks against it.

    `entry` is None for bytes that nobody can read; they get an id from their hash.
    """

    raw: bytes
    sig: str | None
    device: str
    home: str
    received_at: str
    seq: int | None
    entry: Entry | None
    standing: Outcome | None = None

    @property
    def id(self) -> str:
        """The entry's own id, or one made from the hash of unreadable bytes."""
        return self.entry.id if self.entry else f"raw-{digest_of(self.raw)[:32]}"

    def candidate(self) -> Candidate:
        """The entry as the reconciler takes it; unreadable bytes get a stand-in that is parked."""
        entry = self.entry or stand_in(self.id, self.device, self.home, self.received_at)
        return Candidate(entry, datetime.fromisoformat(self.received_at), self.standing)


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


def known(connection: Connection, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The stored verdicts of entries that are in the journal already, by id."""
    table = table_of(JournalRow)
    found = {}
    for chunk in in_chunks(ids):
        rows = connection.execute(select(table).where(table.c.entry_id.in_(chunk)))
        for row in rows.mappings():
            found[row["entry_id"]] = verdict_of(row)
    return found


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


def parked_on(connection: Connection, keys: set[str]) -> set[str]:
    """Which of these documents have an entry parked that blocks what comes after."""
    table = table_of(JournalRow)
    found: set[str] = set()
    for chunk in in_chunks(keys):
        rows = connection.execute(
            select(table.c.on_key, table.c.code)
            .where(table.c.status == "parked", table.c.on_key.in_(chunk))
            .distinct()
        )
        found |= {row.on_key for row in rows if row.code in BLOCKING_CODES}
    return found


def append(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Chain the rows (all columns but n and link) to their sites' heads and write them."""
    heads = _heads(connection, {row["site"] for row in rows})
    for row in rows:
        n, link = heads.get(row["site"], (0, FIRST_LINK))
        row["n"] = n + 1
        row["link"] = link_of(link, row)
        heads[row["site"]] = (row["n"], row["link"])
    connection.execute(table_of(JournalRow).insert(), rows)
    upsert(
        connection,
        HeadRow,
        [{"site": site, "n": n, "link": link} for site, (n, link) in sorted(heads.items())],
    )


def link_of(before: str, row: RowMapping | dict[str, Any]) -> str:
    """SHA-256 over the previous link and all that was received, 64 hex characters."""
    told = [row[name] for name in ("site", "n", "entry_id", "device", "seq", "received_at")]
    text = json.dumps([before, *told, row["standing"], row["sig"]], ensure_ascii=False)
    return hashlib.sha256(text.encode() + b"\n" + row["raw"]).hexdigest()


def stream(connection: Connection) -> Iterator[RowMapping]:
    """Every row in the order of application, a few at a time."""
    table = table_of(JournalRow)
    statement = select(table).order_by(table.c.pos)
    result = connection.execution_options(yield_per=STREAM_ROWS).execute(statement)
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
    table = table_of(HeadRow)
    statement = select(table).where(table.c.site.in_(sorted(sites)))
    if connection.dialect.name == "postgresql":
        statement = statement.order_by(table.c.site).with_for_update()
    return {row.site: (row.n, row.link) for row in connection.execute(statement)}
