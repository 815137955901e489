"""The line a movement leaves on its lot, and what the mover can't have seen.

The entry kinds that move material are in `movement`; lots that begin are in `lot_birth`.
"""

from decimal import Decimal

from server.domain.case import NamedEntry
from server.domain.lot import MOVEMENTS_MAX, Lot, Movement
from server.domain.values import canonical
from sync.entry import Entry

OUTFLOWS = frozenset({"issue", "scrap", "use"})
INFLOWS = frozenset({"adjust", "put_away", "receive", "return"})
KIND_OF_MOVEMENT = {
    "adjust": "stock.counted",
    "issue": "material.issued",
    "put_away": "material.put_away",
    "receive": "lot.received",
    "return": "material.returned",
    "scrap": "lot.scrapped",
    "use": "visit.step_recorded",
}
PLACES_SEPARATOR = ", "


def note_movement(
    lot: Lot,
    entry: Entry,
    *,
    kind: str,
    quantity: Decimal,
    by_name: str,
    source: str = "",
    target: str = "",
    requisition: str | None = None,
    run: str | None = None,
) -> None:
    """Put the movement on top of the lot's list; the oldest leave it (the records keep them)."""
    line = Movement(
        entry=entry.id,
        kind=kind,
        quantity=quantity,
        source=source,
        target=target,
        by=entry.actor,
        by_name=by_name,
        device=entry.device,
        at=entry.at,
        at_version=lot.version,
        requisition=requisition,
        run=run,
    )
    lot.movements.insert(0, line)
    del lot.movements[MOVEMENTS_MAX:]


def unseen_by(
    entry: Entry, lot: Lot, *, base: int | None, place: str | None = None
) -> list[Movement]:
    """What other devices took after version `base` of the lot, newest first; all if it is unknown.

    With `place`, what left that place, also to another; else what left the lot.
    """
    return [
        m
        for m in lot.movements
        if m.at_version > (base or 0)
        and m.device != entry.device
        and (m.kind in OUTFLOWS if place is None else _left(m, place))
    ]


def _left(movement: Movement, place: str) -> bool:
    """Whether it took from this place; what has no place was never there."""
    places = movement.source.split(PLACES_SEPARATOR)
    return bool(place) and place in places and movement.kind in (*OUTFLOWS, "put_away")


def moved_unseen(entry: Entry, lot: Lot, *, base: int | None, place: str) -> list[Movement]:
    """What other devices moved from or to a place after version `base`, newest first.

    None if it is unknown what was seen.
    """
    return [
        m
        for m in lot.movements
        if base
        and m.at_version > base
        and m.device != entry.device
        and (_left(m, place) or (bool(place) and m.target == place and m.kind in INFLOWS))
    ]


def named_movement(lot: Lot, movement: Movement) -> NamedEntry:
    """The movement as a case names it."""
    came = movement.kind in INFLOWS - {"put_away"}
    return NamedEntry(
        entry=movement.entry,
        kind=KIND_OF_MOVEMENT[movement.kind],
        by=movement.by,
        by_name=movement.by_name,
        at=movement.at,
        data={
            "quantity": canonical(movement.quantity),
            "unit": lot.unit,
            "location": movement.target if came else movement.source,
        },
    )


def status_seen(entry: Entry, lot: Lot, *, base: int | None) -> bool:
    """Whether the entry's person saw the status that the lot has now."""
    return (base or 0) >= lot.status_version or lot.status_device == entry.device
