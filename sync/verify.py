"""Verify: is the journal whole, and does everything else follow from it?

Reads only. Streams the journal once: follows each site's and each device's chain, replays every
entry through the same handlers, and compares what comes out with what is stored. What is large is
kept in a temporary file, so that a long journal needs no more memory than a short one.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, RowMapping, func, select

from sync.anchor import Anchors, Given
from sync.chains import Chains
from sync.derived import Audit, Derived
from sync.document import Document
from sync.entry import Entry
from sync.evidence import Evidence
from sync.fault import Progress, Report
from sync.journal import UNREADABLE, stream
from sync.reconcile import Model, Outcome, Result
from sync.replay import REPLAY_ROWS, Replay, Told
from sync.scratch import Scratch
from sync.store import Store, table_of
from sync.tables import JournalRow

# What does not add up over all documents: (code, document, what is wrong).
Sums = Callable[[Mapping[str, Document]], Iterable[tuple[str, str, str]]]
# What speaks against the sign-in of entries, by entry id; as `sync.push` asks it.
Standings = Callable[[Connection, list[Entry]], Mapping[str, Outcome]]
FOREIGN = "session_foreign"


class Reports(Protocol):
    """Tables for reports that are written with the entries, and must come out the same again."""

    def begin(self, scratch: Connection) -> None:
        """Make the tables in the scratch database."""

    def take(self, scratch: Connection, results: list[Result]) -> None:
        """Write what follows from these results."""

    def compare(self, connection: Connection, scratch: Connection, report: Report) -> None:
        """Compare them with those of the database."""


@dataclass(frozen=True)
class Beside:
    """What is checked beside journal and documents, as far as it is given.

    `rest` checks what only the server knows; `anchors` are compared, see `sync.anchor`.
    """

    blobs: Path | None = None
    audit: Audit | None = None
    reports: Reports | None = None
    standings: Standings | None = None
    rest: Callable[[Connection, Report], None] | None = None
    anchors: Sequence[Given] = ()
    progress: Progress | None = None


NOTHING = Beside()


def verify(store: Store, model: Model, sums: Sums, beside: Beside = NOTHING) -> Report:
    """Check everything that can be checked on this database."""
    report = Report()
    with store.read() as connection, Scratch(model.documents) as scratch:
        run = _Run(connection, scratch, report, beside)
        with report.timed("journal"):
            run.follow(model)
        with report.timed("documents"):
            run.derived.compare()
        with report.timed("sums"):
            for fault in sums(scratch.documents):
                report.fault(*fault)
        with report.timed("reports"):
            if beside.reports:
                beside.reports.compare(connection, scratch.connection, report)
        with report.timed("blobs"):
            run.evidence.compare(connection, run.progress)
        with report.timed("rest"):
            run.anchors.compare(connection)
            if beside.rest:
                beside.rest(connection, report)
    return report


class _Run:
    """One verification, up to where the journal ends."""

    def __init__(
        self, connection: Connection, scratch: Scratch, report: Report, beside: Beside
    ) -> None:
        self._connection = connection
        self._scratch = scratch
        self._report = report
        self._beside = beside
        self.progress: Progress = beside.progress or (lambda stage, done, total: None)
        self.anchors = Anchors(list(beside.anchors), report)
        self.chains = Chains(connection, scratch, report, self.anchors)
        self.derived = Derived(connection, scratch, report, beside.audit)
        self.evidence = Evidence(scratch, report, beside.blobs)

    def follow(self, model: Model) -> None:
        """Through the journal, from its first row to its last."""
        if self._beside.reports:
            self._beside.reports.begin(self._scratch.connection)
        total = self._count() if self._beside.progress else 0
        replay = Replay(model, self._scratch.documents)
        rows = stream(self._connection)
        while some := list(islice(rows, REPLAY_ROWS)):
            self._report.entries += len(some)
            told = self.chains.follow(some)
            self._take(told, replay.run([candidate for _, candidate in told]))
            self.progress("entries", self._report.entries, total)
        self.chains.check_ids()
        self.chains.compare_ends()

    def _count(self) -> int:
        journal = select(func.count()).select_from(table_of(JournalRow))
        return self._connection.scalar(journal) or 0

    def _take(self, told: list[Told], results: list[Result]) -> None:
        for (row, candidate), result in zip(told, results, strict=True):
            _compare_verdict(row, result, self._report)
            self.derived.take(row, result)
            self.evidence.take(candidate.entry)
        if self._beside.reports:
            self._beside.reports.take(self._scratch.connection, results)
        if self._beside.standings:
            self._check_sessions(told, self._beside.standings)

    def _check_sessions(self, told: list[Told], standings: Standings) -> None:
        """What was taken as its actor's deed is still proved by a sign-in."""
        taken = [
            candidate.entry
            for row, candidate in told
            if row["status"] != "parked" and candidate.entry.kind != UNREADABLE
        ]
        self._report.counts["sign-ins"] += len(taken)
        for entry_id, outcome in standings(self._connection, taken).items():
            if outcome.code == FOREIGN:
                text = "was applied, and no sign-in proves that its actor did it"
                self._report.fault("session_unproved", entry_id, text)


def _compare_verdict(row: RowMapping, result: Result, report: Report) -> None:
    outcome = result.outcome
    params = json.dumps(outcome.params, ensure_ascii=False)
    told = (outcome.status, outcome.code, params, outcome.case)
    kept = (row["status"], row["code"], row["params"], row["case_key"])
    if told != kept:
        text = f"replay says {told[:2]}, stored is {kept[:2]}"
        report.fault("verdict_differs", row["entry_id"], text)
