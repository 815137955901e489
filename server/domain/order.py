"""Orders (生产指令单): what to make, of which item, how much, by when."""

from datetime import datetime
from typing import Literal

from server.domain.item import Item
from server.domain.person import name_of
from server.domain.rights import ONE_SITE_FROM, must_be_of_site
from server.domain.values import Happening, Line, Name, Positive, Quantity, Text, Value, happening
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

Stage = Literal["prototype", "qualification", "production"]


class Order(Document):
    """What the order part of a page shows; `key` is `order/SITE:NUMBER`."""

    type = "order"
    area = "floor"
    index = ("site", "state")
    searched = ("number", "item_code", "item_name.zh", "item_name.en", "customer")

    number: str
    item: str
    item_code: str
    item_name: Name
    unit: str
    quantity: Quantity
    stage: Stage
    due_on: str
    work: str
    customer: str
    state: Literal["open", "done"]
    timeline: list[Happening]


class OrderReleased(Value):
    """Body of order.released, on `order/SITE:NUMBER`."""

    item: str
    quantity: Positive
    stage: Stage = "production"
    due_on: Line
    work: Text = ""
    customer: Line = ""


def released(entry: Entry, body: OrderReleased, draft: Draft, now: datetime) -> Outcome:
    """The planner hands an order to the floor. Problems: unknown_document, other_site."""
    item = draft.get(body.item, Item)
    if item is None:
        raise Problem("unknown_document", {"key": body.item}, field="item")
    must_be_of_site(entry, item.key, field="item")
    draft.add(
        Order(
            key=entry.on,
            number=entry.on.partition(":")[2],
            item=item.key,
            item_code=item.code,
            item_name=item.name,
            unit=item.unit,
            quantity=body.quantity,
            stage=body.stage,
            due_on=body.due_on,
            work=body.work,
            customer=body.customer,
            state="open",
            timeline=[happening(entry, name_of(entry.actor, draft))],
        )
    )
    return Outcome()


KINDS = [
    Kind(
        "order.released",
        OrderReleased,
        released,
        frozenset({"planner", "supervisor"}),
        needs=lambda entry, body, loaded: [body.item],
        request=True,
        v=ONE_SITE_FROM,
        upcasts={1: dict},
    )
]
