"""How a lot begins: material received from a supplier, or a lot created to be made here."""

import re
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.item import Item
from server.domain.lot import Lot, add_at
from server.domain.movement_line import note_movement
from server.domain.person import name_of
from server.domain.values import Line, Positive, Text, Value, canonical, happening, remember
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

LOT_CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$"


class LotReceived(Value):
    """Body of lot.received, on `lot/SITE:ITEM:CODE`."""

    item: str
    quantity: Positive
    location: Line = Field(min_length=1)
    received_on: Line | None = None
    expires_on: Line | None = None
    supplier: Line = ""
    supplier_lot: Line = ""
    note: Text = ""


class LotCreated(Value):
    """Body of lot.created, on `lot/SITE:ITEM:CODE`; nothing is on hand until put away."""

    item: str
    quantity: Positive
    order: str | None = None
    produced_on: Line | None = None


def received(entry: Entry, body: LotReceived, draft: Draft, now: datetime) -> Outcome:
    """Incoming goods wait to be inspected where they were put down (ISO 9001 §8.6)."""
    lot = _new_lot(entry, body.item, body.quantity, draft)
    lot.received_on = body.received_on or entry.at[:10]
    lot.expires_on = body.expires_on
    lot.supplier = body.supplier or None
    lot.supplier_lot = body.supplier_lot or None
    add_at(lot, body.location, body.quantity)
    draft.edit(lot.item, Item).on_hand += body.quantity
    name = name_of(entry.actor, draft)
    note_movement(
        lot, entry, kind="receive", quantity=body.quantity, target=body.location, by_name=name
    )
    data = {
        "quantity": canonical(body.quantity),
        "unit": lot.unit,
        "location": body.location,
        "note": body.note,
    }
    remember(lot.timeline, happening(entry, name, data))
    return Outcome()


def created(entry: Entry, body: LotCreated, draft: Draft, now: datetime) -> Outcome:
    """A lot to be made here begins; its code can't be used again."""
    lot = _new_lot(entry, body.item, body.quantity, draft)
    lot.order = body.order
    lot.produced_on = body.produced_on
    data = {"quantity": canonical(body.quantity), "unit": lot.unit}
    remember(lot.timeline, happening(entry, name_of(entry.actor, draft), data))
    return Outcome()


def _new_lot(entry: Entry, item_key: str, quantity: Decimal, draft: Draft) -> Lot:
    item = draft.get(item_key, Item)
    if item is None:
        raise Problem("unknown_document", {"key": item_key}, field="item")
    expected, _, code = entry.on.rpartition(":")
    if expected != f"lot/{item.id}" or not _is_code(code):
        raise Problem("lot_code_invalid", {"code": code})
    return draft.add(
        Lot(
            key=entry.on,
            code=code,
            item=item.key,
            item_code=item.code,
            item_name=item.name,
            gtin=item.gtin,
            unit=item.unit,
            status="to_inspect",
            status_by_name=name_of(entry.actor, draft),
            status_at=entry.at,
            status_reason="",
            status_version=1,
            status_device=entry.device,
            quantity=quantity,
            on_hand=Decimal(0),
            holdings=[],
            received_on=None,
            produced_on=None,
            expires_on=None,
            supplier=None,
            supplier_lot=None,
            order=None,
            runs=[],
            holds=[],
            movements=[],
            open_case=None,
            timeline=[],
        )
    )


def _is_code(code: str) -> bool:
    return re.match(LOT_CODE_PATTERN, code) is not None


KINDS = [
    Kind(
        "lot.received",
        LotReceived,
        received,
        frozenset({"storekeeper", "inspector"}),
        needs=lambda entry, body, loaded: [body.item],
    ),
    Kind(
        "lot.created",
        LotCreated,
        created,
        frozenset({"planner", "supervisor", "operator"}),
        needs=lambda entry, body, loaded: [body.item],
        request=True,
    ),
]
