"""What is wrong when the fleet's report is held against the servers' data; nothing, one hopes."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, select

from server.accounts.sessions import person_of
from server.domain.model import DOCUMENTS
from server.domain.rights import scopes_of
from server.settings import Settings
from sync.journal import verdict_of
from sync.signature import is_valid
from sync.store import Store, table_of
from sync.tables import BlobRow, DeviceRow, DocumentRow, FeedRow, JournalRow

Tablet = dict[str, Any]
SHOWN_MAX = 20
# What an honest device is never told, whatever the network and the servers do.
SUSPICIONS = frozenset(
    {
        "after_missing",
        "device_foreign",
        "device_revoked",
        "entries_lost",
        "entry_malformed",
        "fork",
        "handler_failed",
        "session_foreign",
        "signature_missing",
        "signature_wrong",
    }
)


@dataclass
class Findings:
    """Each list has one line per finding."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    chain_breaks: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether all was well."""
        return not any(vars(self).values())

    def text(self) -> str:
        """All of it, the first lines of each kind."""
        return "\n".join(
            f"{name}: {line}" for name, lines in vars(self).items() for line in lines[:SHOWN_MAX]
        )


def compare(tablets: list[Tablet], settings: Settings) -> Findings:
    """Hold what the tablets report against what the servers left behind."""
    found = Findings()
    store = Store(settings.database_url)
    try:
        with store.read() as connection:
            rows = connection.execute(select(table_of(JournalRow))).mappings().all()
            stored = {
                row.key: json.loads(row.body)
                for row in connection.execute(select(table_of(DocumentRow)))
            }
        journal = {row["entry_id"]: row for row in rows}
        for tablet in tablets:
            found.lost += _lost(tablet, journal)
            found.diverged += _other_words(tablet, journal)
            found.diverged += _undelivered(tablet)
            found.diverged += _mended(tablet)
            found.diverged += _other_documents(tablet, stored, store)
            found.lost += _lost_blobs(tablet, store, settings)
            found.complaints += [f"{tablet['name']}: {text}" for text in tablet["errors"]]
        found.duplicated += _doubled(rows, tablets)
        found.chain_breaks += _unsigned(rows, tablets, store)
        found.complaints += _suspected(rows, tablets)
    finally:
        store.close()
    found.chain_breaks += _verified(settings)
    return found


def _lost(tablet: Tablet, journal: dict[str, RowMapping]) -> Iterable[str]:
    """Invariant 1: confirmed or in the ledger, so in the journal, to the byte."""
    known = {row["id"]: row for row in tablet["ledger"]}
    for one in tablet["confirmed"]:
        if one["id"] not in known:
            yield f"{tablet['name']}: {one['id']} is confirmed and not in the ledger"
    for one in [*tablet["confirmed"], *tablet["ledger"]]:
        row = journal.get(one["id"])
        if row is None:
            yield f"{tablet['name']}: {one['id']} is not in the journal"
        elif hashlib.sha256(row["raw"]).hexdigest() != one["sha256"]:
            yield f"{tablet['name']}: {one['id']} has other bytes in the journal"


def _doubled(rows: Iterable[RowMapping], tablets: list[Tablet]) -> Iterable[str]:
    """Nothing twice, no number twice, and nothing that no tablet knows of."""
    raws = Counter(hashlib.sha256(row["raw"]).hexdigest() for row in rows)
    yield from (f"bytes {sha256} stand {n} times" for sha256, n in raws.items() if n > 1)
    devices = _devices(tablets)
    known = {row["id"] for tablet in tablets for row in tablet["ledger"]}
    for row in rows:
        if row["device"] in devices and row["entry_id"] not in known:
            yield f"{row['entry_id']} of {row['device']} is in nobody's ledger"
    numbers = Counter((row["device"], row["seq"]) for row in rows)
    yield from (f"number {seq} of {device}" for (device, seq), n in numbers.items() if n > 1)


def _unsigned(rows: Iterable[RowMapping], tablets: list[Tablet], store: Store) -> Iterable[str]:
    """Every entry of the fleet is signed by the device that made it."""
    table = table_of(DeviceRow)
    with store.read() as connection:
        keys = {row.id: row.public_key for row in connection.execute(select(table))}
    devices = _devices(tablets)
    for row in rows:
        if row["device"] in devices:
            key = keys[row["device"]]
            if not key or not is_valid(key, row["raw"], row["sig"]):
                yield f"{row['entry_id']} of {row['device']} has no valid signature"


def _suspected(rows: Iterable[RowMapping], tablets: list[Tablet]) -> Iterable[str]:
    """An honest fleet meets no suspicion, and no handler fails."""
    devices = _devices(tablets)
    for row in rows:
        if row["device"] in devices and row["code"] in SUSPICIONS:
            yield f"{row['entry_id']} of {row['device']} was parked: {row['code']}"


def _devices(tablets: list[Tablet]) -> set[str]:
    return {row["device"] for tablet in tablets for row in tablet["ledger"]}


def _other_words(tablet: Tablet, journal: dict[str, RowMapping]) -> Iterable[str]:
    """Invariant 4: what the tablet was told is what is kept."""
    for one in tablet["ledger"]:
        row = journal.get(one["id"])
        if row is not None and one["verdict"] != verdict_of(row):
            yield f"{tablet['name']}: {one['id']} was told {one['verdict']}, {verdict_of(row)}"


def _undelivered(tablet: Tablet) -> Iterable[str]:
    """Invariant 10: outboxes and the blobs' lane are empty."""
    for row in tablet["outbox"]:
        yield f"{tablet['name']}: {row['id']} waits; {row['verdict']}"
    for blob in tablet["blobs"]:
        if blob["state"] != "sent":
            yield f"{tablet['name']}: blob {blob['sha256']} is {blob['state']}, {blob['code']}"


def _mended(tablet: Tablet) -> Iterable[str]:
    """Invariant 5: no disk loses anything here, so the feed alone must lead to what is right."""
    for scope, told in tablet["divergence"].items():
        yield f"{tablet['name']}: took all of {scope} as told and was wrong, {told}"


def _other_documents(
    tablet: Tablet, stored: dict[str, dict[str, Any]], store: Store
) -> Iterable[str]:
    """Invariants 7 and 10: the replica is the person's scopes, no more and no less."""
    feed = table_of(FeedRow)
    with store.read() as connection:
        person = person_of(connection, DOCUMENTS, tablet["person"])
        allowed = scopes_of(person) if person else frozenset()
        rows = connection.execute(
            select(feed.c.key, feed.c.scope).where(feed.c.scope.in_(allowed), ~feed.c.gone)
        ).all()
    scopes: dict[str, set[str]] = {}
    for row in rows:
        scopes.setdefault(row.key, set()).add(row.scope)
    replica = tablet["replica"]
    if set(tablet["cursors"]) != allowed:
        yield f"{tablet['name']}: follows {sorted(tablet['cursors'])}, may {sorted(allowed)}"
    for key in sorted(scopes.keys() | replica.keys()):
        here = replica.get(key)
        if here is None:
            yield f"{tablet['name']}: lacks {key}"
        elif key not in scopes:
            yield f"{tablet['name']}: has {key}, which is not in its scopes"
        elif here["body"] != stored[key] or set(here["scopes"]) != scopes[key]:
            versions = here["body"]["version"], stored[key]["version"]
            yield f"{tablet['name']}: {key} differs, versions {versions}"


def _lost_blobs(tablet: Tablet, store: Store, settings: Settings) -> Iterable[str]:
    """Every photo of an entry is there, whole and known."""
    wanted = {sha256 for row in tablet["ledger"] for sha256 in row["blobs"]}
    with store.read() as connection:
        known = set(connection.scalars(select(table_of(BlobRow).c.sha256)))
    for sha256 in wanted:
        path = settings.data / "blobs" / sha256[:2] / sha256
        if sha256 not in known or not path.exists():
            yield f"{tablet['name']}: blob {sha256} did not arrive"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield f"{tablet['name']}: blob {sha256} is damaged"


def _verified(settings: Settings) -> list[str]:
    """Invariants 2 and 13, as `traveler verify` says in a process of its own."""
    database = ["--database", settings.database] if settings.database else []
    call = [sys.executable, "-m", "server.cli", "verify", "--data", str(settings.data), *database]
    said = subprocess.run(call, capture_output=True, text=True, check=False)
    if said.returncode == 0:
        return []
    return [*said.stdout.splitlines(), *said.stderr.splitlines()]
