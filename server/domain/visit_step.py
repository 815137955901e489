"""Visits: a technician is sent, and steps are recorded with the parts used in them.

What becomes of the plan meanwhile is `visit_plan`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.job_step import published_for, reference, steps_of
from server.domain.lot import Lot
from server.domain.person import Person, name_of, person_key
from server.domain.rights import ONE_SITE_FROM, must_be_here, must_have_seat
from server.domain.run import Part
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
from server.domain.values import (
    Line,
    Positive,
    Text,
    Value,
    happening,
    remember,
)
from server.domain.verdict import gravest, judge, verdict_needs
from server.domain.visit import FIELD, Asset, Customer, Visit, VisitKind
from server.domain.visit_plan import go_on
from server.domain.withdrawal import take
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

PARTS_MAX = 50


class VisitOpened(Value):
    """Body of visit.opened, on `visit/SITE:NUMBER`: the technician is sent."""

    procedure: str
    service: VisitKind
    customer: Customer
    asset: Asset | None = None
    problem: Text = ""
    technician: str
    due_on: Line | None = None


class PartUsed(Value):
    """A part taken from a lot, usually of the van's stock."""

    lot: str
    quantity: Positive


class VisitStepRecorded(StepRecorded):
    """Body of visit.step_recorded: a step with the parts used in it."""

    parts: list[PartUsed] = Field(default=[], max_length=PARTS_MAX)


def opened(entry: Entry, body: VisitOpened, draft: Draft, now: datetime) -> Outcome:
    """A visit is planned and given to a technician.

    Problems: unknown_document, other_site, no_seat.
    """
    procedure = published_for(entry, draft, body.procedure, subject="visit")
    technician = draft.get(person_key(body.technician), Person)
    if technician is None:
        raise Problem("unknown_document", {"key": body.technician}, field="technician")
    must_have_seat(entry, technician, FIELD, field="technician")
    visit = draft.add(
        Visit(
            key=entry.on,
            number=entry.on.partition(":")[2],
            procedure=reference(procedure),
            state="open",
            steps=steps_of(procedure),
            next=None,
            waits_for=[],
            due_on=body.due_on,
            started_at=entry.at,
            done_at=None,
            timeline=[happening(entry, name_of(entry.actor, draft))],
            service=body.service,
            customer=body.customer,
            asset=body.asset,
            problem=body.problem,
            technician=body.technician,
            technician_name=technician.name,
            parts=[],
        )
    )
    advance(entry, visit)
    return Outcome()


def recorded(entry: Entry, body: VisitStepRecorded, draft: Draft, now: datetime) -> Outcome:
    """A step of the visit was done; parts used leave the stock they came from.

    Problems: foreign_site, those of `step.refusal`, `visit_plan.go_on`, `step.make_record` and
    `withdrawal.take`.
    """
    visit = draft.edit(entry.on, Visit)
    step = find_step(visit, body.step)
    refused = refusal(entry, visit, step, draft)
    if refused is not None:
        return refused
    name = name_of(entry.actor, draft)
    used = _by_lot(body.parts)
    parts = [_part(entry, one, draft) for one in used]
    record = make_record(entry, visit, step, body, by_name=name, parts=parts)
    outcomes = [go_on(entry, visit, draft), judge(entry, visit, step, record, draft)]
    for one in used:
        # What the person saw of the lot is unknown: `base` is the visit's version.
        taken = take(
            draft, entry, one.lot, kind="use", quantity=one.quantity, base=None, run=visit.key
        )
        outcomes.append(taken)
    visit.parts = [*parts, *visit.parts][:PARTS_MAX]
    remember(visit.timeline, happening(entry, name, told(step, record)))
    advance(entry, visit)
    return gravest(outcomes)


def _by_lot(parts: list[PartUsed]) -> list[PartUsed]:
    """Each lot once, in the order of first mention: one deed moves a lot once."""
    totals: dict[str, Decimal] = {}
    for used in parts:
        totals[used.lot] = totals.get(used.lot, Decimal(0)) + used.quantity
    return [PartUsed(lot=lot, quantity=quantity) for lot, quantity in totals.items()]


def _part(entry: Entry, used: PartUsed, draft: Draft) -> Part:
    must_be_here(entry, used.lot, field="parts")
    lot = draft.edit(used.lot, Lot)
    return Part(
        lot=lot.key,
        lot_code=lot.code,
        item_name=lot.item_name,
        unit=lot.unit,
        quantity=used.quantity,
    )


def _step_needs(
    entry: Entry, body: VisitStepRecorded, loaded: Mapping[str, Document]
) -> Iterable[str | None]:
    yield from verdict_needs(entry, body.step, loaded)
    for used in body.parts:
        yield used.lot
        lot = loaded.get(used.lot)
        if isinstance(lot, Lot):
            yield lot.item
            yield lot.open_case


KINDS = [
    Kind(
        "visit.opened",
        VisitOpened,
        opened,
        FIELD | {"planner"},
        needs=lambda entry, body, loaded: [body.procedure, person_key(body.technician)],
        request=True,
        v=ONE_SITE_FROM,
        upcasts={1: dict},
    ),
    signed(
        Kind(
            "visit.step_recorded",
            VisitStepRecorded,
            recorded,
            FIELD | {"quality_manager", "planner"},
            needs=_step_needs,
        ),
        STEP_SIGNING,
    ),
]
