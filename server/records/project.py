"""From reconciled entries to the report tables, in the same transaction; by replay the same."""

from collections.abc import Iterable
from itertools import islice, takewhile
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, delete
from sqlmodel import SQLModel

from server.domain.approval import Approval
from server.domain.job import Job
from server.domain.lot import Lot
from server.domain.run import Record, Run, Step
from server.domain.visit import Visit
from server.records.tables import (
    ApprovalRecord,
    HoldingRecord,
    LotRecord,
    MeasurementRecord,
    MovementRecord,
    StepRecord,
    VisitRecord,
)
from sync.journal import arrived_of, stream
from sync.reconcile import Model, Result
from sync.replay import replay
from sync.scratch import Scratch
from sync.statements import remove, upsert
from sync.store import table_of

Row = dict[str, Any]
ALL = (
    LotRecord,
    HoldingRecord,
    MovementRecord,
    StepRecord,
    MeasurementRecord,
    VisitRecord,
    ApprovalRecord,
)
REBUILD_ENTRIES = 200
LOT_COLUMNS = tuple(name for name in LotRecord.model_fields if name not in ("lot", "site"))
_of_lot = attrgetter(*LOT_COLUMNS)


def project(connection: Connection, results: list[Result]) -> None:
    """Write the facts of these results: what happened line by line, what stands as it ends."""
    latest = {key: document for result in results for key, document in result.after.items()}
    lots = [d for d in latest.values() if isinstance(d, Lot)]
    write(connection, LotRecord, [_lot(lot) for lot in lots])
    remove(connection, HoldingRecord, [{"lot": lot.key} for lot in lots])
    write(connection, HoldingRecord, [row for lot in lots for row in _holdings(lot)])
    visits = [_visit(d) for d in latest.values() if isinstance(d, Visit)]
    write(connection, VisitRecord, visits)
    approvals = [_approval(d) for d in latest.values() if isinstance(d, Approval)]
    write(connection, ApprovalRecord, approvals)
    write(connection, MovementRecord, [row for r in results for row in _movements(r)])
    recorded = [(r, run, s, rec) for r in results for run, s, rec in _recorded(r)]
    write(connection, StepRecord, [_step(*one[1:]) for one in recorded])
    measured = [row for one in recorded for row in _measurements(one[1], one[3])]
    write(connection, MeasurementRecord, measured)


def rebuild(connection: Connection, model: Model) -> int:
    """Write all report tables anew from the journal; how many entries that took."""
    clear(connection)
    told = ((row, arrived_of(row).candidate()) for row in stream(connection))
    count = 0
    with Scratch(model.documents) as scratch:
        results = (result for _, result in replay(told, model, scratch.documents))
        while some := list(islice(results, REBUILD_ENTRIES)):
            project(connection, some)
            count += len(some)
    return count


def clear(connection: Connection) -> None:
    """Empty all report tables."""
    for table in ALL:
        connection.execute(delete(table_of(table)))


def write(connection: Connection, model: type[SQLModel], rows: list[Row]) -> None:
    """Write rows of one table in bulk."""
    upsert(connection, model, rows)


def _lot(lot: Lot) -> Row:
    return {"lot": lot.key, "site": lot.site, **dict(zip(LOT_COLUMNS, _of_lot(lot), strict=True))}


def _holdings(lot: Lot) -> list[Row]:
    return [{"lot": lot.key, "location": h.location, "quantity": h.quantity} for h in lot.holdings]


def _visit(visit: Visit) -> Row:
    return {
        "visit": visit.key,
        "site": visit.site,
        "service": visit.service,
        "customer": visit.customer.name,
        "technician": visit.technician,
        "state": visit.state,
        "due_on": visit.due_on,
        "started_at": visit.started_at,
        "done_at": visit.done_at,
    }


def _approval(approval: Approval) -> Row:
    made = approval.decision
    return {
        "approval": approval.key,
        "site": approval.site,
        "about": approval.about,
        "state": approval.state,
        "asked_by": approval.asked_by,
        "asked_at": approval.asked_at,
        "decided_by": made.by if made else None,
        "decided_at": made.at if made else None,
        "digest": approval.digest,
    }


def _movements(result: Result) -> Iterable[Row]:
    for lot in result.after.values():
        if isinstance(lot, Lot):
            # Those of the latest entry stand on top.
            for line in takewhile(lambda one: one.entry == result.entry.id, lot.movements):
                yield {
                    "entry": line.entry,
                    "lot": lot.key,
                    "site": lot.site,
                    "kind": line.kind,
                    "quantity": line.quantity,
                    "source": line.source,
                    "target": line.target,
                    "person": line.by,
                    "at": line.at,
                    "requisition": line.requisition,
                    "run": line.run,
                }


def _recorded(result: Result) -> Iterable[tuple[Run, Step, Record]]:
    for run in result.after.values():
        if isinstance(run, Run):
            for step in run.steps:
                for record in step.records:
                    if record.entry == result.entry.id:
                        yield run, step, record


def _step(run: Run, step: Step, record: Record) -> Row:
    return {
        "entry": record.entry,
        "site": run.site,
        "run": run.key,
        "procedure": run.procedure.code,
        "revision": run.procedure.revision,
        "step": step.key,
        "step_check": step.check,
        "verdict": record.verdict,
        "person": record.by,
        "at": record.at,
        "corrects": record.corrects,
    }


def _measurements(run: Run, record: Record) -> Iterable[Row]:
    for m in record.measurements:
        yield {
            "entry": record.entry,
            "characteristic": m.key,
            "site": run.site,
            "run": run.key,
            "lot": run.lot if isinstance(run, Job) else None,
            "value": m.value,
            "lower": m.lower,
            "upper": m.upper,
            "unit": m.unit,
            "ok": m.ok,
            "at": record.at,
        }
