"""Verify: is the journal whole, and do the documents follow from it?

Reads only. Streams the journal once: checks each site's chain, replays every entry through the
same handlers, and compares verdicts, documents, terms and chain heads with what is stored.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, RowMapping, select

from sync.document import Document
from sync.journal import FIRST_LINK, arrived_of, link_of, stream
from sync.reconcile import Model, Reconciler, Result
from sync.store import Store, table_of
from sync.tables import DocumentRow, FeedRow, HeadRow, TermRow

REPLAY_ROWS = 200
Sums = Callable[[Mapping[str, Document]], Iterable[tuple[str, str]]]


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


def verify(store: Store, model: Model, sums: Sums) -> Report:
    """Check everything that can be checked on this database."""
    report = Report()
    with store.read() as connection:
        heads: dict[str, tuple[int, str]] = {}
        rows = _chained(stream(connection), heads, report)
        documents = _replay(rows, model, report)
        _compare_heads(connection, heads, report)
        _compare_documents(connection, documents, report)
        _compare_terms(connection, documents, report)
        report.faults += list(sums(documents))
        report.documents = len(documents)
    return report


def _chained(
    rows: Iterator[RowMapping], heads: dict[str, tuple[int, str]], report: Report
) -> Iterator[RowMapping]:
    last_pos = 0
    for row in rows:
        n, link = heads.get(row["site"], (0, FIRST_LINK))
        if row["n"] != n + 1:
            report.faults.append((row["entry_id"], f"entry {n + 1} of {row['site']} is missing"))
        if link_of(link, row) != row["link"]:
            report.faults.append((row["entry_id"], "was changed, or what came before it"))
        if row["pos"] <= last_pos:
            report.faults.append((row["entry_id"], "is out of order"))
        _compare_columns(row, report)
        heads[row["site"]] = (row["n"], row["link"])
        last_pos = row["pos"]
        report.entries += 1
        yield row


def _compare_columns(row: RowMapping, report: Report) -> None:
    entry = arrived_of(row).entry
    if entry is None:
        return
    told = (entry.id, entry.kind, entry.on, entry.actor)
    kept = (row["entry_id"], row["kind"], row["on_key"], row["actor"])
    if told != kept:
        report.faults.append((row["entry_id"], "its columns differ from its bytes"))


def _replay(rows: Iterator[RowMapping], model: Model, report: Report) -> dict[str, Document]:
    documents: dict[str, Document] = {}
    blocked: set[str] = set()
    while some := list(islice(rows, REPLAY_ROWS)):
        reconciler = Reconciler(
            model, lambda keys: {key: documents[key] for key in keys if key in documents}
        )
        candidates = [arrived_of(row).candidate() for row in some]
        for row, result in zip(some, reconciler.run(candidates, blocked), strict=True):
            _compare_verdict(row, result, report)
            documents.update(result.after)
    return documents


def _compare_verdict(row: RowMapping, result: Result, report: Report) -> None:
    outcome = result.outcome
    params = json.loads(json.dumps(outcome.params, ensure_ascii=False))
    told = (outcome.status, outcome.code, params, outcome.case)
    kept = (row["status"], row["code"], json.loads(row["params"]), row["case_key"])
    if told != kept:
        report.faults.append((row["entry_id"], f"replay says {told[:2]}, stored is {kept[:2]}"))


def _compare_heads(
    connection: Connection, heads: dict[str, tuple[int, str]], report: Report
) -> None:
    for row in connection.execute(select(table_of(HeadRow))):
        if heads.get(row.site) != (row.n, row.link):
            report.faults.append((f"site {row.site}", f"the journal does not reach entry {row.n}"))


def _compare_documents(
    connection: Connection, documents: dict[str, Document], report: Report
) -> None:
    stored = set()
    for row in connection.execute(select(table_of(DocumentRow))):
        stored.add(row.key)
        replayed = documents.get(row.key)
        if replayed is None:
            report.faults.append((row.key, "is not in the replay"))
        elif replayed.model_dump_json() != row.body or replayed.version != row.version:
            report.faults.append((row.key, "differs from the replay"))
    for key in sorted(set(documents) - stored):
        report.faults.append((key, "is in the replay and not stored"))


def _compare_terms(connection: Connection, documents: dict[str, Document], report: Report) -> None:
    terms = table_of(TermRow)
    stored = {(row.key, row.term) for row in connection.execute(select(terms))}
    derived = {(key, term) for key, d in documents.items() for term in d.terms()}
    for key, term in sorted(stored ^ derived):
        report.faults.append((key, f"is found wrongly by {term}"))
    feed = table_of(FeedRow)
    live = {
        (row.key, row.scope)
        for row in connection.execute(select(feed.c.key, feed.c.scope).where(~feed.c.gone))
    }
    due = {(key, scope) for key, d in documents.items() for scope in d.scopes()}
    for key, scope in sorted(live ^ due):
        report.faults.append((key, f"is delivered wrongly in {scope}"))
