"""Jobs: started on a lot, and their steps recorded. The rules of a record are in `step`."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from server.domain.ended_card import must_go_on, put_away_of_scrap
from server.domain.job import Job
from server.domain.lot import RUNS_MAX, Lot, RunRef
from server.domain.movement import put
from server.domain.order import Order
from server.domain.person import name_of
from server.domain.procedure import Procedure
from server.domain.rights import ONE_SITE_FROM, must_be_here, must_be_of_site
from server.domain.run import ProcedureRef, Record, Step
from server.domain.signature import signed
from server.domain.step import (
    STEP_SIGNING,
    StepRecorded,
    advance,
    find_step,
    make_record,
    refusal,
    told,
)
from server.domain.values import Line, Positive, Value, happening, remember
from server.domain.verdict import follow_on_lot, gravest, judge, verdict_needs
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome


class JobStarted(Value):
    """Body of job.started, on `job/SITE:NUMBER`."""

    procedure: str
    lot: str
    quantity: Positive
    order: str | None = None
    due_on: Line | None = None


def started(entry: Entry, body: JobStarted, draft: Draft, now: datetime) -> Outcome:
    """A lot gets its traveler card: a run of a published version.

    Problems: unknown_document, other_site, foreign_site, lot_scrapped.
    """
    procedure = published_for(entry, draft, body.procedure, subject="lot")
    order = _order(entry, body, draft)
    lot = _lot_to_run(entry, body, draft)
    job = draft.add(
        Job(
            key=entry.on,
            number=entry.on.partition(":")[2],
            procedure=reference(procedure),
            state="open",
            steps=steps_of(procedure),
            next=None,
            waits_for=[],
            due_on=body.due_on or (order.due_on if order else None),
            started_at=entry.at,
            done_at=None,
            timeline=[happening(entry, name_of(entry.actor, draft))],
            lot=lot.key,
            lot_code=lot.code,
            item=lot.item,
            item_code=lot.item_code,
            item_name=lot.item_name,
            quantity=body.quantity,
            unit=lot.unit,
            order=body.order,
            order_number=order.number if order else None,
        )
    )
    advance(entry, job)
    lot.runs.insert(
        0, RunRef(key=job.key, number=job.number, title=procedure.title, state=job.state)
    )
    del lot.runs[RUNS_MAX:]
    return Outcome()


def published_for(entry: Entry, draft: Draft, key: str, *, subject: str) -> Procedure:
    """The procedure that a new run follows. Problems: unknown_document, other_site."""
    procedure = draft.get(key, Procedure)
    if procedure is None or procedure.subject != subject:
        raise Problem("unknown_document", {"key": key}, field="procedure")
    must_be_of_site(entry, procedure.key, field="procedure")
    return procedure


def _order(entry: Entry, body: JobStarted, draft: Draft) -> Order | None:
    order = draft.get(body.order, Order)
    if body.order and order is None:
        raise Problem("unknown_document", {"key": body.order}, field="order")
    must_be_of_site(entry, body.order, field="order")
    return order


def _lot_to_run(entry: Entry, body: JobStarted, draft: Draft) -> Lot:
    must_be_here(entry, body.lot, field="lot")
    lot = draft.edit(body.lot, Lot)
    if lot.status == "scrapped":
        raise Problem("lot_scrapped", {"lot": lot.code}, field="lot")
    return lot


def reference(procedure: Procedure) -> ProcedureRef:
    """What a run keeps of its procedure beside the steps."""
    return ProcedureRef(
        key=procedure.key,
        code=procedure.code,
        revision=procedure.revision,
        title=procedure.title,
    )


def steps_of(procedure: Procedure) -> list[Step]:
    """The steps of a new run, none recorded."""
    return [
        Step(**dict(step), state="waiting", verdict_now=None, records=[])
        for step in procedure.steps
    ]


def recorded(entry: Entry, body: StepRecorded, draft: Draft, now: datetime) -> Outcome:
    """A step of a traveler card was done and recorded; the lot follows the verdict.

    Problems: lot_scrapped, those of `step.refusal` and `step.make_record`.
    """
    job = draft.edit(entry.on, Job)
    step = find_step(job, body.step)
    must_go_on(entry, job, draft)
    refused = refusal(entry, job, step, draft)
    if refused is not None:
        return refused
    name = name_of(entry.actor, draft)
    record = make_record(entry, job, step, body, by_name=name)
    judged = judge(entry, job, step, record, draft)
    step = find_step(job, body.step)
    remember(job.timeline, happening(entry, name, told(step, record)))
    return gravest([judged, follow(entry, job, step, record, draft)])


def follow(entry: Entry, job: Job, step: Step, record: Record, draft: Draft) -> Outcome:
    """What a record does beyond its step: the lot's status, the put-away, the next step."""
    verdict = record.verdict if step.repeat else step.verdict_now or record.verdict
    outcomes = [follow_on_lot(entry, job.lot, step, verdict, draft, by_name=record.by_name)]
    if step.moves == "put_away" and record.verdict == "pass" and record.corrects is None:
        outcomes.append(_put_away(entry, job, record, draft))
    proceed(entry, job, draft)
    if record.verdict != "pass":
        lot = draft.edit(job.lot, Lot)
        remember(lot.timeline, happening(entry, record.by_name, told(step, record)))
    return gravest(outcomes)


def _put_away(entry: Entry, job: Job, record: Record, draft: Draft) -> Outcome:
    quantity = next((m.value for m in record.measurements if m.key == "quantity"), None)
    place = record.answers.get("location", "")
    if quantity is None or not place:
        return Outcome()
    if job.state == "cancelled":
        return put_away_of_scrap(entry, job, record, draft)
    # What the person saw of the lot is unknown: `base` is the job's version.
    return put(draft, entry, job.lot, quantity=quantity, source=None, target=place, base=None)


def proceed(entry: Entry, job: Job, draft: Draft) -> None:
    """The next step, and on the lot whether the job still runs."""
    advance(entry, job)
    lot = draft.get(job.lot, Lot)
    shown = next((ref for ref in lot.runs if ref.key == job.key), None) if lot else None
    if shown is not None and shown.state != job.state:
        for ref in draft.edit(job.lot, Lot).runs:
            if ref.key == job.key:
                ref.state = job.state


def job_needs(
    entry: Entry, body: StepRecorded, loaded: Mapping[str, Document]
) -> Iterable[str | None]:
    """A job's step needs its lot, the lot's item, and the cases that are open already."""
    job = loaded.get(entry.on)
    if isinstance(job, Job):
        yield job.lot
        lot = loaded.get(job.lot)
        if isinstance(lot, Lot):
            yield lot.item
            yield lot.open_case
    yield from verdict_needs(entry, body.step, loaded)


KINDS = [
    Kind(
        "job.started",
        JobStarted,
        started,
        frozenset({"planner", "supervisor", "inspector", "storekeeper"}),
        needs=lambda entry, body, loaded: [body.procedure, body.lot, body.order],
        request=True,
        v=ONE_SITE_FROM,
        upcasts={1: dict},
    ),
    signed(
        Kind(
            "step.recorded",
            StepRecorded,
            recorded,
            frozenset({"operator", "inspector", "storekeeper", "supervisor", "quality_manager"}),
            needs=job_needs,
        ),
        STEP_SIGNING,
    ),
]
