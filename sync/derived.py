"""Derived: what is stored beside the journal, compared with what the replay comes to.

Documents, the terms they are found by, the feed that delivers them and its counters, and the cases
of parked entries. All run side by side in key order, so that nothing large is in memory.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, RowMapping, func, select

from sync.document import Document
from sync.fault import Report
from sync.journal import present
from sync.merge import by_text, grouped, joined, streamed
from sync.reconcile import Result
from sync.scratch import Scratch
from sync.store import table_of
from sync.tables import DocumentRow, FeedRow, ScopeRow, TermRow

NAMED_AT_ONCE = 500
DIGESTS = 1 << 64


class Audit(Protocol):
    """What a domain checks of its own; it sees each document once, in key order.

    What is wrong is (code, document, text), as in `sync.fault.Fault`.
    """

    def see(self, document: Document) -> Iterable[tuple[str, str, str]]:
        """What is wrong with this one."""

    def end(self) -> Iterable[tuple[str, str, str]]:
        """What is wrong with all of them."""

    def entries_of(self, document: Document) -> Iterable[str]:
        """The entries that a case names; they must be in the journal."""

    def parked_by(self, document: Document) -> str | None:
        """The entry whose parking opened this case; None for all else."""


@dataclass
class _Scope:
    """What the feed delivers in one scope."""

    count: int = 0
    digest: int = 0
    newest: int = 0


@dataclass
class Derived:
    """Compares; what differs goes into the report."""

    connection: Connection
    scratch: Scratch
    report: Report
    audit: Audit | None = None
    _scopes: dict[str, _Scope] = field(default_factory=dict)
    _promised: dict[str, int] = field(default_factory=dict)
    _named: list[tuple[str, str]] = field(default_factory=list)

    def take(self, row: RowMapping, result: Result) -> None:
        """Remember of one replayed entry what can't be seen from the documents at the end."""
        for key, document in result.after.items():
            old = result.before[key]
            left = (old.scopes() if old else frozenset()) - document.scopes()
            self.scratch.add("left_scopes", [(key, scope) for scope in left])
        if row["status"] == "parked":
            if row["case_key"] is None:
                self.report.fault("case_missing", row["entry_id"], "is parked without a case")
            self.scratch.add("parked", [(row["entry_id"], row["case_key"])])
            self.report.counts["parked"] += 1
        for scope, version in _effects_of(row).items():
            self._promised[scope] = max(version, self._promised.get(scope, 0))

    def compare(self) -> None:
        """Go through all documents, stored and replayed, with their terms and their places."""
        for key, (told, kept, terms, feed) in joined(self._streams()):
            document = self.scratch.documents.read(told[0]) if told else None
            self._compare_document(key, told[0] if told else None, kept[0] if kept else None)
            self._compare_terms(key, document, {row["term"] for row in terms or ()})
            self._compare_places(key, document, feed or [])
            if document is not None:
                self.report.documents += 1
                self._audit(document)
        self._check_named()
        self._compare_scopes()
        self._compare_cases()
        for fault in self.audit.end() if self.audit else ():
            self.report.fault(*fault)

    def _streams(self) -> list[Iterator[tuple[Any, Any]]]:
        documents, terms, feed = table_of(DocumentRow), table_of(TermRow), table_of(FeedRow)

        def in_order(table: Any, *more: Any) -> Iterator[tuple[Any, Any]]:
            key = by_text(self.connection, table.c.key)
            return grouped(streamed(self.connection, select(table).order_by(key, *more)), "key")

        replayed = grouped(self.scratch.documents.rows(), "key")
        return [replayed, in_order(documents), in_order(terms), in_order(feed)]

    def _compare_document(self, key: str, told: RowMapping | None, kept: RowMapping | None) -> None:
        if told is None and kept is not None:
            self.report.fault("document_strange", key, "is not in the replay")
        elif kept is None and told is not None:
            self.report.fault("document_missing", key, "is in the replay and not stored")
        elif told and kept and any(told[n] != kept[n] for n in ("type", "version", "body")):
            self.report.fault("document_differs", key, "differs from the replay")

    def _compare_terms(self, key: str, document: Document | None, stored: set[str]) -> None:
        due = document.terms() if document else frozenset()
        self.report.counts["terms"] += len(stored)
        for term in sorted(stored ^ due):
            self.report.fault("term_wrong", key, f"is found wrongly by {term}")

    def _compare_places(self, key: str, document: Document | None, rows: list[RowMapping]) -> None:
        """Delivered in its scopes and no others; gone only from where it was once."""
        live = {row["scope"] for row in rows if not row["gone"]}
        due = document.scopes() if document else frozenset()
        for scope in sorted(live ^ due):
            self.report.fault("feed_wrong", key, f"is delivered wrongly in {scope}")
        if gone := {row["scope"] for row in rows if row["gone"]}:
            query = "SELECT scope FROM left_scopes WHERE key = ?"
            once = {row["scope"] for row in self.scratch.rows(query, key)}
            for scope in sorted(gone - once - due):
                text = f"is called gone from {scope}, was never there"
                self.report.fault("feed_wrong", key, text)
        for row in rows:
            scope = self._scopes.setdefault(row["scope"], _Scope())
            scope.newest = max(scope.newest, row["version"])
            if not row["gone"]:
                scope.count += 1
                scope.digest = (scope.digest + _digest(key, row["version"])) % DIGESTS

    def _audit(self, document: Document) -> None:
        if self.audit is None:
            return
        for fault in self.audit.see(document):
            self.report.fault(*fault)
        self._named += [(document.key, entry) for entry in self.audit.entries_of(document)]
        if len(self._named) >= NAMED_AT_ONCE:
            self._check_named()
        if entry := self.audit.parked_by(document):
            self.scratch.add("parked_cases", [(entry, document.key)])

    def _check_named(self) -> None:
        there = present(self.connection, {entry for _, entry in self._named})
        for key, entry in self._named:
            self.report.counts["entries named by cases"] += 1
            if entry not in there:
                self.report.fault("case_entry_missing", key, f"names entry {entry}, which is none")
        self._named.clear()

    def _compare_scopes(self) -> None:
        scopes = table_of(ScopeRow)
        kept = {row.scope: row for row in self.connection.execute(select(scopes))}
        self.report.counts["scopes"] = len(self._scopes)
        for scope in sorted({*kept, *self._scopes}):
            row, told = kept.get(scope), self._scopes.get(scope, _Scope())
            version = row.version if row else 0
            if version != told.newest:
                text = f"counts to {version}, delivered is {told.newest}"
                self.report.fault("scope_counter", f"scope {scope}", text)
            kept_sum = f"{row._mapping['count']} {row.digest}" if row else None
            due = f"{told.count} {told.digest:016x}"
            if kept_sum is not None and kept_sum != due:
                text = f"sums up {kept_sum}, there are {due}"
                self.report.fault("scope_digest", f"scope {scope}", text)
            if self._promised.get(scope, 0) > version:
                text = f"counts to {version}, an entry was told {self._promised[scope]}"
                self.report.fault("scope_went_back", f"scope {scope}", text)
        self._compare_versions()

    def _compare_versions(self) -> None:
        feed = table_of(FeedRow)
        places = (feed.c.scope, feed.c.version)
        many = select(*places, func.count().label("n")).group_by(*places).having(func.count() > 1)
        for row in streamed(self.connection, many):
            text = f"gives version {row['version']} to {row['n']} documents"
            self.report.fault("feed_version_twice", f"scope {row['scope']}", text)

    def _compare_cases(self) -> None:
        """Each parked entry has the case that its verdict names; each such case has its entry."""
        query = """SELECT entry, case_key FROM parked LEFT JOIN documents ON key = case_key
                   WHERE case_key IS NOT NULL AND key IS NULL"""
        for row in self.scratch.rows(query):
            text = f"is parked, and there is no {row['case_key']}"
            self.report.fault("case_missing", row["entry"], text)
        if self.audit is None:
            return
        query = "SELECT * FROM {} EXCEPT SELECT * FROM {}"
        for row in self.scratch.rows(query.format("parked_cases", "parked")):
            text = f"is the case of entry {row['entry']}, which is not parked under it"
            self.report.fault("case_strange", row["case_key"], text)
        for row in self.scratch.rows(query.format("parked", "parked_cases")):
            if row["case_key"] is not None:
                text = f"is parked, and {row['case_key']} is not its case"
                self.report.fault("case_wrong", row["entry"], text)


def _digest(key: str, version: int) -> int:
    """What one live row of the feed adds to its scope's digest."""
    return int.from_bytes(hashlib.sha256(f"{key} {version}".encode()).digest()[:8])


def _effects_of(row: RowMapping) -> dict[str, int]:
    """The newest version of each scope that an entry was told; nothing where it can't be read."""
    try:
        return {one["scope"]: int(one["version"]) for one in json.loads(row["effects"])}
    except (ValueError, TypeError, KeyError):
        return {}
