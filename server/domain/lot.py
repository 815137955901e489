"""Lots: identified quantities of an item, their status and where they lie.

The document and its lookups live here; what happens to a lot is in `lot_birth` (received,
created), `lot_status` (held, released, scrapped) and `movement` (issued, returned, put away).
"""

from decimal import Decimal
from typing import Literal

from server.domain.values import Fixed, Happening, Line, Name, Quantity, Reason, Value
from sync.document import Document

LotStatus = Literal["to_inspect", "passed", "failed", "on_hold", "scrapped", "emergency"]
MOVEMENTS_MAX = 40
RUNS_MAX = 20
RESTRICTION: dict[str, int] = {
    "passed": 0,
    "emergency": 1,
    "to_inspect": 2,
    "failed": 3,
    "on_hold": 4,
    "scrapped": 5,
}


class Holding(Fixed):
    """Quantity of the lot at one location."""

    location: Line
    quantity: Quantity


class Movement(Fixed):
    """One entry or exit of quantity; `at_version` is the lot's version that it made."""

    entry: str
    kind: Line
    quantity: Quantity
    source: Line
    target: Line
    by: str
    by_name: str
    device: str
    at: str
    at_version: int
    requisition: str | None
    run: str | None


class Hold(Value):
    """Why the lot may not be used; open until somebody released it."""

    entry: str
    reason: Reason
    by: str
    by_name: str
    at: str
    status_before: LotStatus
    released_by_name: str | None
    released_at: str | None
    released_reason: str | None


class RunRef(Value):
    """A job that runs or ran on this lot."""

    key: str
    number: str
    title: Name
    state: str


class Lot(Document):
    """What the lot page shows; keyed by site, item and lot code, so a code can't be used twice."""

    type = "lot"
    area = "floor"
    index = ("site", "status", "item", "code", "scan", "places", "receipt")
    searched = ("code", "item_code", "item_name.zh", "item_name.en", "supplier_lot", "supplier")

    code: str
    item: str
    item_code: str
    item_name: Name
    gtin: str | None
    unit: str
    status: LotStatus
    status_by_name: str
    status_at: str
    status_reason: Reason
    status_version: int
    status_device: str
    quantity: Quantity
    on_hand: Quantity
    holdings: list[Holding]
    received_on: str | None
    produced_on: str | None
    expires_on: str | None
    supplier: str | None
    supplier_lot: str | None
    order: str | None
    runs: list[RunRef]
    holds: list[Hold]
    movements: list[Movement]
    open_case: str | None
    timeline: list[Happening]

    @property
    def scan(self) -> str | None:
        """What a GS1 code of this lot resolves to: `gtin/code`."""
        return f"{self.gtin}/{self.code}" if self.gtin else None

    @property
    def receipt(self) -> str | None:
        """The site and the day that it came in, as in SZ:2026-11-25."""
        return f"{self.site}:{self.received_on}" if self.received_on else None

    @property
    def places(self) -> list[str]:
        """Where it lies by the book."""
        return [holding.location for holding in self.holdings]


def on_hand_at(lot: Lot, location: str) -> Decimal:
    """What lies at a location by the book; nothing where the lot never was."""
    return sum((h.quantity for h in lot.holdings if h.location == location), Decimal(0))


def fullest(lot: Lot) -> str:
    """The location with most of the lot, the first of equals; empty if it lies nowhere."""
    best = max(lot.holdings, key=lambda h: h.quantity, default=None)
    return best.location if best else ""


def add_at(lot: Lot, location: str, quantity: Decimal) -> None:
    """Change what lies at a location; a location with nothing left leaves the list."""
    lies = {h.location: h for h in lot.holdings}
    there = lies[location].quantity if location in lies else Decimal(0)
    lies[location] = Holding(location=location, quantity=there + quantity)
    lot.holdings = [h for h in lies.values() if h.quantity != 0]
    lot.on_hand += quantity
