"""Items: products and materials. What is on hand of an item is the sum over its lots."""

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.values import Line, Name, Quantity, Value
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Outcome


class Item(Document):
    """A product or material; `on_hand` is kept by the movements of its lots."""

    type = "item"
    area = "base"
    index = ("site", "code")
    searched = ("code", "name.zh", "name.en", "gtin")

    code: str
    name: Name
    gtin: str | None
    unit: str
    shelf_life_days: int | None
    made_here: bool
    minimum: Quantity
    on_hand: Quantity


class ItemAdded(Value):
    """Body of item.added, on `item/SITE:CODE`."""

    name: Name
    gtin: str | None = Field(default=None, pattern=r"^\d{14}$")
    unit: Line
    shelf_life_days: int | None = Field(default=None, ge=1)
    made_here: bool = False
    minimum: Quantity = Decimal(0)


def added(entry: Entry, body: ItemAdded, draft: Draft, now: datetime) -> Outcome:
    """An item is entered in the master data."""
    draft.add(
        Item(
            key=entry.on,
            code=entry.on.partition(":")[2],
            on_hand=Decimal(0),
            **{name: getattr(body, name) for name in ItemAdded.model_fields},
        )
    )
    return Outcome()


KINDS = [Kind("item.added", ItemAdded, added, frozenset({"planner", "admin"}), request=True)]
