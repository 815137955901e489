"""Requisitions (领料单): material asked for against an order; approved before issue."""

from typing import Literal

from server.domain.values import Fixed, Happening, Name, Quantity, Value
from sync.document import Document


class Issue(Fixed):
    """What was handed out against a line, from which lot."""

    entry: str
    lot: str
    lot_code: str
    quantity: Quantity
    by_name: str
    at: str


class RequisitionLine(Value):
    """One item asked for, and what was issued of it."""

    item: str
    item_code: str
    item_name: Name
    unit: str
    quantity: Quantity
    issued: Quantity
    issues: list[Issue]


class Requisition(Document):
    """What the requisition page shows."""

    type = "requisition"
    area = "floor"
    index = ("site", "state", "order", "number")
    searched = ("number", "order_number", "raised_by_name", "lines.item_code", "lines.item_name.zh")

    number: str
    order: str | None
    order_number: str | None
    needed_on: str
    note: str
    lines: list[RequisitionLine]
    state: Literal["waiting", "approved", "rejected", "issued", "withdrawn", "closed"]
    approval: str
    raised_by: str
    raised_by_name: str
    raised_at: str
    timeline: list[Happening]
