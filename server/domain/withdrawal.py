"""Withdrawals: a quantity leaves a lot, and what happens when it was not there any more.

Two people who take more of a lot than there is both took it: both are recorded and one case
names both. Only what somebody could see to be impossible is refused. Who takes, and for what,
is in `movement` (store) and `visit_step` (parts).
"""

from decimal import Decimal

from server.domain.case import Case, name_too, named, open_case
from server.domain.item import Item
from server.domain.lot import Lot, Movement, add_at, fullest, on_hand_at
from server.domain.movement_line import (
    PLACES_SEPARATOR,
    named_movement,
    note_movement,
    status_seen,
    unseen_by,
)
from server.domain.person import name_of
from server.domain.stocktaking import counted_meanwhile
from server.domain.values import LINE_MAX_CHARS, canonical, happening, remember
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Outcome

USABLE = ("passed", "emergency")
NOTHING = Decimal(0)


def take(
    draft: Draft,
    entry: Entry,
    lot_key: str,
    *,
    kind: str,
    quantity: Decimal,
    base: int | None,
    location: str | None = None,
    target: str = "",
    requisition: str | None = None,
    run: str | None = None,
) -> Outcome:
    """Take a quantity out of a lot; `base` is the version of the lot that the person saw.

    What the person could see to be wrong is a Problem (lot_not_usable, not_enough).
    """
    lot = draft.edit(lot_key, Lot)
    name = name_of(entry.actor, draft)
    if lot.status not in USABLE and status_seen(entry, lot, base=base):
        raise Problem("lot_not_usable", {"lot": lot.code, "status": lot.status})
    must_suffice(entry, lot, quantity, base=base, place=location)
    source = _draw(lot, quantity, location)
    draft.edit(lot.item, Item).on_hand -= quantity
    note_movement(
        lot,
        entry,
        kind=kind,
        quantity=quantity,
        source=source,
        target=target,
        by_name=name,
        requisition=requisition,
        run=run,
    )
    remember(lot.timeline, happening(entry, name, _taken(lot, lot.movements[0])))
    short = shortage(draft, entry, lot, place=source, base=base)
    if short is None and lot.status not in USABLE:
        return _taken_while_stopped(draft, entry, lot)
    return short or counted_meanwhile(draft, entry, lot, base=base, places=source) or Outcome()


def must_suffice(
    entry: Entry, lot: Lot, quantity: Decimal, *, base: int | None, place: str | None
) -> None:
    """Problem: not_enough, if the person could see that there was less (at the place, if given)."""
    there = lot.on_hand if place is None else on_hand_at(lot, place)
    unseen = unseen_by(entry, lot, base=base, place=place)
    if base and quantity > there + sum((m.quantity for m in unseen), NOTHING):
        raise Problem("not_enough", {"lot": lot.code, "on_hand": canonical(there)})


def _draw(lot: Lot, quantity: Decimal, location: str | None) -> str:
    """Book it off the place named, else off the fullest first; says which places it were."""
    if location:
        add_at(lot, location, -quantity)
        return location
    left, drawn = quantity, []
    for holding in sorted(lot.holdings, key=lambda h: h.quantity, reverse=True):
        part = min(left, holding.quantity)
        if part > 0:
            drawn.append((holding.location, part))
            left -= part
    first = drawn[0][0] if drawn else fullest(lot)
    for place, part in [*drawn, (first, left)]:
        if part:
            add_at(lot, place, -part)
    places = [place for place, _ in drawn] or [first]
    return PLACES_SEPARATOR.join(places)[:LINE_MAX_CHARS]


def shortage(
    draft: Draft, entry: Entry, lot: Lot, *, place: str, base: int | None
) -> Outcome | None:
    """None while the book stays above zero; else all who took are named in the lot's one case."""
    at_place = on_hand_at(lot, place)
    short = lot.on_hand if lot.on_hand < 0 else at_place
    if short >= 0:
        return None
    others = _others(entry, lot, short, base=base, place=None if lot.on_hand < 0 else place)
    mine = named(entry, name_of(entry.actor, draft), _taken(lot, lot.movements[0]))
    takers = [*(named_movement(lot, m) for m in reversed(others)), mine]
    params = {"lot": lot.code, "on_hand": canonical(short), "unit": lot.unit}
    if lot.open_case:
        case = draft.edit(lot.open_case, Case)
        name_too(case, takers)
        case.params = params
    else:
        case = open_case(
            draft,
            entry,
            kind="overdrawn",
            about=lot.key,
            label=lot.code,
            params=params,
            entries=takers,
        )
        lot.open_case = case.key
    return Outcome("conflict", "case_overdrawn", params, case=case.key)


def _others(
    entry: Entry, lot: Lot, short: Decimal, *, base: int | None, place: str | None
) -> list[Movement]:
    """Who took unseen; where it is unknown what was seen, the newest that explain the shortage."""
    unseen = unseen_by(entry, lot, base=base, place=place)
    if base:
        return unseen
    found, explained = [], NOTHING
    for movement in unseen:
        if explained >= -short:
            break
        found.append(movement)
        explained += movement.quantity
    return found


def _taken_while_stopped(draft: Draft, entry: Entry, lot: Lot) -> Outcome:
    params = {"lot": lot.code, "status": lot.status}
    mine = named(entry, name_of(entry.actor, draft), _taken(lot, lot.movements[0]))
    case = open_case(
        draft,
        entry,
        kind="status_conflict",
        about=lot.key,
        label=lot.code,
        params=params,
        entries=[mine],
    )
    return Outcome("conflict", "case_status_conflict", params, case=case.key)


def _taken(lot: Lot, movement: Movement) -> dict[str, str]:
    return {
        "quantity": canonical(movement.quantity),
        "unit": lot.unit,
        "location": movement.source,
    }
