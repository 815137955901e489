"""Requisitions raised and changed; each asks for an approval of exactly what it says."""

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.approval import Approval, Shown, digest_of
from server.domain.item import Item
from server.domain.order import Order
from server.domain.person import Person, name_of, person_key
from server.domain.requisition import Requisition, RequisitionLine
from server.domain.rights import ONE_SITE_FROM, must_be_of_site
from server.domain.values import (
    Line,
    Name,
    Positive,
    Text,
    Value,
    canonical,
    happening,
    remember,
    since,
)
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

LINES_MAX = 30
NUMBER_CHARS = 6
APPROVERS = ("supervisor", "quality_manager")
ORDER = Name(zh="生产指令", en="Order")
NEEDED = Name(zh="需用日期", en="Needed on")
NOTE = Name(zh="说明", en="Note")
TITLE = Name(zh="领料申请", en="Material requisition")


class LineAsked(Value):
    """An item and how much of it."""

    item: str
    quantity: Positive


class RequisitionRaised(Value):
    """Body of requisition.raised, on `requisition/SITE:<uuid7>`."""

    order: str | None = None
    needed_on: Line = ""
    note: Text = ""
    lines: list[LineAsked] = Field(min_length=1, max_length=LINES_MAX)


class RequisitionChanged(Value):
    """Body of requisition.changed: the lines as they shall be, and why."""

    lines: list[LineAsked] = Field(min_length=1, max_length=LINES_MAX)
    reason: Text = Field(min_length=1)


def raised(entry: Entry, body: RequisitionRaised, draft: Draft, now: datetime) -> Outcome:
    """Material is asked for; a supervisor is asked to approve (QP-704A 4.1.5).

    Problems: unknown_document, other_site.
    """
    site_and_id = entry.on.partition("/")[2]
    order = draft.get(body.order, Order)
    if body.order and order is None:
        raise Problem("unknown_document", {"key": body.order}, field="order")
    must_be_of_site(entry, body.order, field="order")
    name = name_of(entry.actor, draft)
    requisition = draft.add(
        Requisition(
            key=entry.on,
            number="R-" + site_and_id[-NUMBER_CHARS:].upper(),
            order=body.order,
            order_number=order.number if order else None,
            needed_on=body.needed_on,
            note=body.note,
            lines=_lines(entry, body.lines, draft),
            state="waiting",
            approval=f"approval/{site_and_id}",
            raised_by=entry.actor,
            raised_by_name=name,
            raised_at=entry.at,
            timeline=[happening(entry, name)],
        )
    )
    draft.add(_approval(entry, requisition, by_name=name))
    return Outcome()


def _approval(entry: Entry, requisition: Requisition, *, by_name: str) -> Approval:
    material = _material(requisition)
    return Approval(
        key=requisition.approval,
        about=requisition.key,
        subject="requisition",
        number=requisition.number,
        title=TITLE,
        material=material,
        digest=digest_of(material),
        asked_by=entry.actor,
        asked_by_name=by_name,
        asked_at=entry.at,
        waits_for=[f"{requisition.site}:{role}" for role in APPROVERS],
        state="waiting",
        decision=None,
        timeline=[happening(entry, by_name)],
    )


def changed(entry: Entry, body: RequisitionChanged, draft: Draft, now: datetime) -> Outcome:
    """Before it is decided, its raiser or a supervisor may change what is asked for.

    Problems: no_right, already_decided, requisition_ended (withdrawn), other_site, stale (somebody
    else changed it since it was seen).
    """
    requisition = draft.edit(entry.on, Requisition)
    approval = draft.edit(requisition.approval, Approval)
    must_be_theirs(entry, requisition, draft)
    if requisition.state != "waiting":
        raise already_decided(approval)
    missed = since(requisition.timeline, version=requisition.version - 1, base=entry.base)
    if any(line.kind == entry.kind and line.by != entry.actor for line in missed):
        now_asked = [{"field": s.field, "seen": "", "now": s.value} for s in approval.material]
        raise Problem("stale", {"differences": now_asked})
    name = name_of(entry.actor, draft)
    requisition.lines = _lines(entry, body.lines, draft)
    approval.material = _material(requisition)
    approval.digest = digest_of(approval.material)
    line = happening(entry, name, {"reason": body.reason})
    remember(requisition.timeline, line)
    remember(approval.timeline, line)
    return Outcome()


def must_be_theirs(entry: Entry, requisition: Requisition, draft: Draft) -> None:
    """Its raiser's or a supervisor's to change and to end. Problem: no_right."""
    person = draft.get(person_key(entry.actor), Person)
    mine = entry.actor == requisition.raised_by
    if not mine and not (person and person.has(requisition.site, APPROVERS)):
        raise Problem("no_right", {"kind": entry.kind, "site": requisition.site})


def already_decided(approval: Approval) -> Problem:
    """The Problem that tells who decided what before, or that nobody need decide any more."""
    if approval.state == "withdrawn":
        return Problem("requisition_ended", {"number": approval.number, "state": approval.state})
    made = approval.decision
    params = {"name": made.by_name if made else "", "decision": approval.state}
    return Problem("already_decided", params)


def _lines(entry: Entry, asked: list[LineAsked], draft: Draft) -> list[RequisitionLine]:
    """The lines asked for; an item named twice is asked for once, with the sum."""
    lines: dict[str, RequisitionLine] = {}
    for number, one in enumerate(asked):
        item = draft.get(one.item, Item)
        if item is None:
            raise Problem("unknown_document", {"key": one.item}, field=f"lines.{number}.item")
        must_be_of_site(entry, item.key, field=f"lines.{number}.item")
        if item.key in lines:
            lines[item.key].quantity += one.quantity
            continue
        lines[item.key] = RequisitionLine(
            item=item.key,
            item_code=item.code,
            item_name=item.name,
            unit=item.unit,
            quantity=one.quantity,
            issued=Decimal(0),
            issues=[],
        )
    return list(lines.values())


def _material(requisition: Requisition) -> list[Shown]:
    shown = [
        Shown(field="order", label=ORDER, value=requisition.order_number or "—"),
        Shown(field="needed_on", label=NEEDED, value=requisition.needed_on or "—"),
    ]
    for line in requisition.lines:
        value = f"{canonical(line.quantity)} {line.unit}"
        shown.append(Shown(field=line.item_code, label=line.item_name, value=value))
    if requisition.note:
        shown.append(Shown(field="note", label=NOTE, value=requisition.note))
    return shown


ASKERS = frozenset({"operator", "planner", "supervisor", "storekeeper"})
KINDS = [
    Kind(
        "requisition.raised",
        RequisitionRaised,
        raised,
        ASKERS,
        needs=lambda entry, body, loaded: [body.order, *(line.item for line in body.lines)],
        request=True,
        v=ONE_SITE_FROM,
        upcasts={1: dict},
    ),
    Kind(
        "requisition.changed",
        RequisitionChanged,
        changed,
        ASKERS,
        needs=lambda entry, body, loaded: [
            getattr(loaded.get(entry.on), "approval", None),
            *(line.item for line in body.lines),
        ],
        request=True,
        v=ONE_SITE_FROM,
        upcasts={1: dict},
    ),
]
