"""Material on the move: issued, returned, put away.

All three are facts. What leaves a lot, and what happens when it was not there, is `withdrawal`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.item import Item
from server.domain.lot import Lot, add_at, fullest, on_hand_at
from server.domain.movement_line import note_movement
from server.domain.person import name_of
from server.domain.requisition import Issue, Requisition, RequisitionLine
from server.domain.rights import must_be_here
from server.domain.values import Line, Positive, Text, Value, canonical, happening, remember
from server.domain.withdrawal import must_suffice, shortage, take
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome


class Issued(Value):
    """Body of material.issued, on the lot; against a requisition where there is one."""

    quantity: Positive
    location: Line | None = None
    target: Line = ""
    requisition: str | None = None


class Returned(Value):
    """Body of material.returned, on the lot: surplus comes back to `location`."""

    quantity: Positive
    location: Line = Field(min_length=1)
    reason: Text = ""
    requisition: str | None = None


class PutAway(Value):
    """Body of material.put_away, on the lot: to `target`, from `source` or where most of it is."""

    quantity: Positive
    source: Line | None = None
    target: Line = Field(min_length=1)


def issued(entry: Entry, body: Issued, draft: Draft, now: datetime) -> Outcome:
    """Material leaves the store for an order (QP-704A 4.1.5).

    Problems: lot_not_usable, not_enough, requisition_not_approved, item_not_asked_for,
    foreign_site.
    """
    requisition, line = _asked_for(entry, body, draft)
    outcome = take(
        draft,
        entry,
        entry.on,
        kind="issue",
        quantity=body.quantity,
        base=entry.base,
        location=body.location or None,
        target=body.target or (requisition.order_number or "" if requisition else ""),
        requisition=body.requisition,
    )
    if requisition and line:
        _note_issue(entry, body, draft, requisition, line)
    return outcome


def _asked_for(
    entry: Entry, body: Issued, draft: Draft
) -> tuple[Requisition | None, RequisitionLine | None]:
    if body.requisition is None:
        return None, None
    must_be_here(entry, body.requisition, field="requisition")
    requisition = draft.edit(body.requisition, Requisition)
    if requisition.state not in ISSUABLE:
        raise Problem("requisition_not_approved", {"number": requisition.number})
    lot = draft.edit(entry.on, Lot)
    for line in requisition.lines:
        if line.item == lot.item:
            return requisition, line
    raise Problem("item_not_asked_for", {"item": lot.item_code, "number": requisition.number})


def _note_issue(
    entry: Entry, body: Issued, draft: Draft, requisition: Requisition, line: RequisitionLine
) -> None:
    lot = draft.edit(entry.on, Lot)
    name = name_of(entry.actor, draft)
    line.issued += body.quantity
    line.issues.append(
        Issue(
            entry=entry.id,
            lot=lot.key,
            lot_code=lot.code,
            quantity=body.quantity,
            by_name=name,
            at=entry.at,
        )
    )
    if all(one.issued >= one.quantity for one in requisition.lines):
        requisition.state = "issued"
    data = {"lot": lot.code, "quantity": canonical(body.quantity), "unit": lot.unit}
    remember(requisition.timeline, happening(entry, name, data))


def returned(entry: Entry, body: Returned, draft: Draft, now: datetime) -> Outcome:
    """Surplus goes back to the store with its lot (QP-704A 4.1.7)."""
    lot = draft.edit(entry.on, Lot)
    name = name_of(entry.actor, draft)
    add_at(lot, body.location, body.quantity)
    draft.edit(lot.item, Item).on_hand += body.quantity
    note_movement(
        lot,
        entry,
        kind="return",
        quantity=body.quantity,
        target=body.location,
        by_name=name,
        requisition=body.requisition,
    )
    data = {
        "quantity": canonical(body.quantity),
        "unit": lot.unit,
        "location": body.location,
        "reason": body.reason,
    }
    remember(lot.timeline, happening(entry, name, data))
    return Outcome()


def put_away(entry: Entry, body: PutAway, draft: Draft, now: datetime) -> Outcome:
    """Material gets its place, or moves to another. Problem: not_enough."""
    return put(
        draft,
        entry,
        entry.on,
        quantity=body.quantity,
        source=body.source or None,
        target=body.target,
        base=entry.base,
    )


def put(
    draft: Draft,
    entry: Entry,
    lot_key: str,
    *,
    quantity: Decimal,
    source: str | None,
    target: str,
    base: int | None,
) -> Outcome:
    """Move within the store; what was made here comes from production and adds to the stock.

    `base` is the version of the lot that the person saw. Problem: not_enough (at the place it is
    taken from).
    """
    lot = draft.edit(lot_key, Lot)
    name = name_of(entry.actor, draft)
    came_in = lot.received_on is None and source is None
    place = "" if came_in else source or fullest(lot)
    if came_in:
        draft.edit(lot.item, Item).on_hand += quantity
    else:
        must_suffice(entry, lot, quantity, base=base, place=place)
        add_at(lot, place, -quantity)
    add_at(lot, target, quantity)
    note_movement(
        lot, entry, kind="put_away", quantity=quantity, source=place, target=target, by_name=name
    )
    data = {"quantity": canonical(quantity), "unit": lot.unit, "location": target}
    remember(lot.timeline, happening(entry, name, data))
    if came_in or on_hand_at(lot, place) >= 0:
        return Outcome()
    return shortage(draft, entry, lot, place=place, base=base) or Outcome()


def lot_needs(entry: Entry, body: Value, loaded: Mapping[str, Document]) -> Iterable[str | None]:
    """What moves on a lot needs its item, its open case and the requisition, if one is named."""
    lot = loaded.get(entry.on)
    if isinstance(lot, Lot):
        yield lot.item
        yield lot.open_case
    yield getattr(body, "requisition", None)


# What left the store has left it, also where nothing more was wanted meanwhile.
ISSUABLE = ("approved", "issued", "closed")
STORE = frozenset({"storekeeper", "operator"})
ISSUERS = STORE | {"technician"}
KINDS = [
    Kind("material.issued", Issued, issued, ISSUERS, needs=lot_needs),
    Kind("material.returned", Returned, returned, STORE, needs=lot_needs),
    Kind("material.put_away", PutAway, put_away, STORE, needs=lot_needs),
]
