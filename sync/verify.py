"""Verify: is the journal whole, and do the documents follow from it?

Reads only. Streams the journal once: checks each site's chain and each device's, replays every
entry through the same handlers, and compares what comes out with what is stored.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from sync.document import Document, site_of
from sync.entry import FIRST_PREV, digest_of
from sync.journal import ENTRIES_LOST, FIRST_LINK, Arrived, arrived_of, link_of, stream
from sync.reconcile import Model, Result
from sync.replay import Told, replay
from sync.store import Store, table_of
from sync.tables import DeviceRow, DocumentRow, FeedRow, HeadRow, ScopeRow, TermRow

Sums = Callable[[Mapping[str, Document]], Iterable[tuple[str, str]]]
End = tuple[int, str]  # of a chain: the last number and hash


@dataclass
class Report:
    """What was checked and what was found; `faults` name the entry or document first."""

    entries: int = 0
    documents: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def found(self, what: str, fault: str) -> None:
        """Add a fault."""
        self.faults.append((what, fault))


def verify(store: Store, model: Model, sums: Sums) -> Report:
    """Check everything that can be checked on this database."""
    report = Report()
    documents: dict[str, Document] = {}
    chains = _Chains(report)
    with store.read() as connection:
        for row, result in replay(chains.followed(stream(connection)), model, documents):
            _compare_verdict(row, result, report)
        _compare_ends(connection, chains, report)
        _compare_documents(connection, documents, report)
        _compare_terms(connection, documents, report)
        _compare_feed(connection, documents, report)
        report.faults += list(sums(documents))
        report.documents = len(documents)
    return report


@dataclass
class _Chains:
    """Follows each site's and each device's chain through the journal, row by row."""

    report: Report
    sites: dict[str, End] = field(default_factory=dict)
    devices: dict[str, End] = field(default_factory=dict)

    def followed(self, rows: Iterator[RowMapping]) -> Iterator[Told]:
        """The rows that can be replayed; what is wrong with any goes into the report."""
        for row in rows:
            self.report.entries += 1
            self._follow_site(row)
            try:
                arrived = arrived_of(row)
                candidate = arrived.candidate()
            except (ValueError, TypeError, KeyError) as error:
                self.report.found(row["entry_id"], f"can't be read any more: {error}")
                continue
            entry = candidate.entry
            told = (entry.id, site_of(entry.on), entry.kind, entry.on, entry.actor)
            if told != tuple(row[n] for n in ("entry_id", "site", "kind", "on_key", "actor")):
                self.report.found(row["entry_id"], "its columns differ from its bytes")
            if arrived.seq is not None:
                self._follow_device(row["entry_id"], arrived, arrived.seq)
            yield row, candidate

    def _follow_site(self, row: RowMapping) -> None:
        n, link = self.sites.get(row["site"], (0, FIRST_LINK))
        if row["n"] != n + 1:
            self.report.found(row["entry_id"], f"entry {n + 1} of {row['site']} is missing")
        if _link(link, row) != row["link"]:
            self.report.found(row["entry_id"], "was changed, or what came before it")
        self.sites[row["site"]] = (row["n"], row["link"])

    def _follow_device(self, entry_id: str, arrived: Arrived, seq: int) -> None:
        last_seq, last_hash = self.devices.get(arrived.device, (0, FIRST_PREV))
        code = arrived.standing.code if arrived.standing else None
        if seq != last_seq + 1 and code != ENTRIES_LOST:
            fault = f"entry {last_seq + 1} of device {arrived.device} is missing"
            self.report.found(entry_id, fault)
        entry = arrived.entry
        is_told = code in ("fork", ENTRIES_LOST)
        if entry is not None and not is_told and (entry.seq, entry.prev) != (seq, last_hash):
            self.report.found(entry_id, "does not follow the device's entry before it")
        self.devices[arrived.device] = (seq, digest_of(arrived.raw))


def _link(before: str, row: RowMapping) -> str:
    try:
        return link_of(before, row)
    except (TypeError, ValueError):
        return ""


def _compare_verdict(row: RowMapping, result: Result, report: Report) -> None:
    outcome = result.outcome
    params = json.dumps(outcome.params, ensure_ascii=False)
    told = (outcome.status, outcome.code, params, outcome.case)
    kept = (row["status"], row["code"], row["params"], row["case_key"])
    if told != kept:
        report.found(row["entry_id"], f"replay says {told[:2]}, stored is {kept[:2]}")


def _compare_ends(connection: Connection, chains: _Chains, report: Report) -> None:
    rows = connection.execute(select(table_of(HeadRow))).all()
    heads = {row.site: (row.n, row.link) for row in rows}
    for site in sorted(_differing(heads, chains.sites)):
        report.found(f"site {site}", f"the journal does not end at entry {_end(heads, site)}")
    rows = connection.execute(select(table_of(DeviceRow))).all()
    devices = {row.id: (row.last_seq, row.last_hash) for row in rows if row.last_seq}
    for device in sorted(_differing(devices, chains.devices)):
        fault = f"its entries do not end at number {_end(devices, device)}"
        report.found(f"device {device}", fault)


def _differing(kept: Mapping[str, Any], told: Mapping[str, Any]) -> set[str]:
    return {name for name in {*kept, *told} if kept.get(name) != told.get(name)}


def _end(ends: Mapping[str, End], name: str) -> int:
    return ends[name][0] if name in ends else 0


def _compare_documents(
    connection: Connection, documents: dict[str, Document], report: Report
) -> None:
    stored = set()
    for row in connection.execute(select(table_of(DocumentRow))):
        stored.add(row.key)
        replayed = documents.get(row.key)
        if replayed is None:
            report.found(row.key, "is not in the replay")
            continue
        told = (replayed.type, replayed.version, replayed.model_dump_json())
        if told != (row.type, row.version, row.body):
            report.found(row.key, "differs from the replay")
    for key in sorted(set(documents) - stored):
        report.found(key, "is in the replay and not stored")


def _compare_terms(connection: Connection, documents: dict[str, Document], report: Report) -> None:
    terms = table_of(TermRow)
    stored = {(row.key, row.term) for row in connection.execute(select(terms))}
    derived = {(key, term) for key, d in documents.items() for term in d.terms()}
    for key, term in sorted(stored ^ derived):
        report.found(key, f"is found wrongly by {term}")


def _compare_feed(connection: Connection, documents: dict[str, Document], report: Report) -> None:
    feed = table_of(FeedRow)
    live, versions = set(), set()
    for row in connection.execute(select(feed)):
        if not row.gone:
            live.add((row.key, row.scope))
        if (row.scope, row.version) in versions:
            report.found(row.key, f"shares version {row.version} of {row.scope}")
        versions.add((row.scope, row.version))
    due = {(key, scope) for key, d in documents.items() for scope in d.scopes()}
    for key, scope in sorted(live ^ due):
        report.found(key, f"is delivered wrongly in {scope}")
    newest = select(feed.c.scope, func.max(feed.c.version).label("version"))
    delivered = {row.scope: row.version for row in connection.execute(newest.group_by("scope"))}
    rows = connection.execute(select(table_of(ScopeRow))).all()
    counted = {row.scope: row.version for row in rows if row.version}
    for scope in sorted(_differing(counted, delivered)):
        fault = f"counts to {counted.get(scope, 0)}, delivered is {delivered.get(scope, 0)}"
        report.found(f"scope {scope}", fault)
