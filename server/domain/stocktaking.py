"""Stock-taking (盘点): what somebody counted of a lot at a location.

The count is a fact: the book takes the counted quantity, by an adjusting movement. Over the
tolerance, or where others moved material that the counter could not know of, a supervisor gets a
case: nobody can tell any more whether the count had that material in it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.case import NamedEntry, named, open_case
from server.domain.item import Item
from server.domain.lot import Lot, add_at, on_hand_at
from server.domain.movement_line import (
    PLACES_SEPARATOR,
    moved_unseen,
    named_movement,
    note_movement,
)
from server.domain.person import name_of
from server.domain.values import Line, Quantity, Text, Value, canonical, happening, remember
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Outcome

TOLERANCE_PERCENT = 2  # of the book; beyond it somebody must look
COUNTERS = frozenset({"storekeeper", "operator", "inspector", "supervisor", "quality_manager"})


class Counted(Value):
    """Body of stock.counted, on the lot: how much of it lies at `location`."""

    location: Line
    counted: Quantity = Field(ge=0)
    note: Text = ""


def counted(entry: Entry, body: Counted, draft: Draft, now: datetime) -> Outcome:
    """The book follows the count (ISO 9001 §8.5.4, preservation of what is in stock)."""
    lot = draft.edit(entry.on, Lot)
    name = name_of(entry.actor, draft)
    book = on_hand_at(lot, body.location)
    unseen = moved_unseen(entry, lot, base=entry.base, place=body.location)
    difference = body.counted - book
    data = {
        "counted": canonical(body.counted),
        "book": canonical(book),
        "unit": lot.unit,
        "location": body.location,
        "note": body.note,
    }
    if difference:
        add_at(lot, body.location, difference)
        draft.edit(lot.item, Item).on_hand += difference
        note_movement(
            lot, entry, kind="adjust", quantity=difference, target=body.location, by_name=name
        )
    remember(lot.timeline, happening(entry, name, data))
    if not difference or (not unseen and _is_tolerable(difference, book)):
        return Outcome()
    others = [named_movement(lot, movement) for movement in reversed(unseen)]
    return _case(draft, entry, lot, data=data, entries=[*others, named(entry, name, data)])


def _is_tolerable(difference: Decimal, book: Decimal) -> bool:
    return abs(difference) * 100 <= book * TOLERANCE_PERCENT


def _case(
    draft: Draft, entry: Entry, lot: Lot, *, data: dict[str, str], entries: list[NamedEntry]
) -> Outcome:
    params = {"lot": lot.code, **{k: data[k] for k in ("location", "book", "counted", "unit")}}
    case = open_case(
        draft,
        entry,
        kind="count_difference",
        about=lot.key,
        label=lot.code,
        params=params,
        entries=entries,
    )
    return Outcome("conflict", "case_count_difference", params, case=case.key)


def counted_meanwhile(
    draft: Draft, entry: Entry, lot: Lot, *, base: int | None, places: str
) -> Outcome | None:
    """Taken, but told only after a count of that place: the count may have had it missing already.

    `places` as a movement's source names them; None where no such count came between.
    """
    counts = [
        movement
        for place in places.split(PLACES_SEPARATOR)
        for movement in moved_unseen(entry, lot, base=base, place=place)
        if movement.kind == "adjust"
    ]
    if not counts:
        return None
    mine = named_movement(lot, lot.movements[0])
    params = {"lot": lot.code, "location": places, "quantity": mine.data["quantity"]}
    case = open_case(
        draft,
        entry,
        kind="count_difference",
        about=lot.key,
        label=lot.code,
        params={**params, "unit": lot.unit},
        entries=[*(named_movement(lot, one) for one in reversed(counts)), mine],
        code="case_counted_meanwhile",
    )
    return Outcome("conflict", case.code, case.params, case=case.key)


def _item_of(entry: Entry, body: Value, loaded: Mapping[str, Document]) -> Iterable[str]:
    lot = loaded.get(entry.on)
    return [lot.item] if isinstance(lot, Lot) else []


KINDS = [Kind("stock.counted", Counted, counted, COUNTERS, needs=_item_of)]
