"""What changes a lot's status by decision: held, released, scrapped (ISO 9001 §8.7)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from server.domain.ended_card import end_cards, open_cards
from server.domain.item import Item
from server.domain.lot import Hold, Lot, LotStatus
from server.domain.movement_line import note_movement, status_seen
from server.domain.person import name_of
from server.domain.signature import Seen, Signable, Signing, signed
from server.domain.values import (
    TEXT_MAX_CHARS,
    Reason,
    Text,
    Value,
    canonical,
    happening,
    remember,
)
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

CARDS_END_FROM = 3  # the version of lot.scrapped from which on it ends the cards of the lot


class Held(Value):
    """Body of lot.held."""

    reason: Text = Field(min_length=1)


class Released(Signable):
    """Body of lot.released; `emergency` marks 紧急放行, use before the inspection is done."""

    reason: Text = Field(min_length=1)
    emergency: bool = False


class Scrapped(Signable):
    """Body of lot.scrapped."""

    reason: Text = Field(min_length=1)


def held(entry: Entry, body: Held, draft: Draft, now: datetime) -> Outcome:
    """Whoever doubts may stop a lot. A scrapped lot stays scrapped."""
    lot = draft.edit(entry.on, Lot)
    name = name_of(entry.actor, draft)
    remember(lot.timeline, happening(entry, name, {"reason": body.reason}))
    if lot.status == "scrapped":
        return Outcome("merged", "lot_scrapped", {"lot": lot.code})
    was_held = lot.status == "on_hold"
    hold(lot, entry, reason=body.reason, by_name=name)
    return Outcome("merged", "lot_already_held", {"lot": lot.code}) if was_held else Outcome()


def released(entry: Entry, body: Released, draft: Draft, now: datetime) -> Outcome:
    """Lift all open holds; the lot is again what it was before the first of them.

    Problems: lot_scrapped, lot_not_held, not_inspected, stale (held again since it was seen).
    """
    lot = draft.edit(entry.on, Lot)
    _must_stand(entry, lot)
    target = _status_after_release(lot, emergency=body.emergency)
    name = name_of(entry.actor, draft)
    for one in lot.holds:
        if one.released_at is None:
            one.released_by_name, one.released_at = name, entry.at
            one.released_reason = body.reason
    set_status(lot, entry, target, reason=body.reason, by_name=name)
    remember(lot.timeline, happening(entry, name, {"reason": body.reason, "status": target}))
    return Outcome()


def scrapped(entry: Entry, body: Scrapped, draft: Draft, now: datetime) -> Outcome:
    """What is left of the lot is scrap: nothing is on hand any more, and its cards end.

    Problems: as released.
    """
    lot = draft.edit(entry.on, Lot)
    _must_stand(entry, lot)
    name = name_of(entry.actor, draft)
    if lot.on_hand > 0:
        draft.edit(lot.item, Item).on_hand -= lot.on_hand
        note_movement(lot, entry, kind="scrap", quantity=lot.on_hand, by_name=name)
        lot.holdings, lot.on_hand = [], Decimal(0)
    set_status(lot, entry, "scrapped", reason=body.reason, by_name=name)
    line = happening(entry, name, {"reason": body.reason})
    remember(lot.timeline, line)
    if entry.v >= CARDS_END_FROM:
        end_cards(lot, line, draft)
    return Outcome()


def hold(lot: Lot, entry: Entry, *, reason: Reason, by_name: str) -> None:
    """Add a hold and let it rule the status; it remembers what the status was."""
    lot.holds.insert(
        0,
        Hold(
            entry=entry.id,
            reason=reason,
            by=entry.actor,
            by_name=by_name,
            at=entry.at,
            status_before=lot.status,
            released_by_name=None,
            released_at=None,
            released_reason=None,
        ),
    )
    set_status(lot, entry, "on_hold", reason=reason, by_name=by_name)


def set_status(lot: Lot, entry: Entry, status: LotStatus, *, reason: Reason, by_name: str) -> None:
    """The status with its who, when and why; the version tells who can have seen it."""
    lot.status = status
    lot.status_by_name = by_name
    lot.status_at = entry.at
    lot.status_reason = reason
    lot.status_version = lot.version
    lot.status_device = entry.device


def _must_stand(entry: Entry, lot: Lot) -> None:
    if lot.status == "scrapped":
        raise Problem("lot_scrapped", {"lot": lot.code})
    if not status_seen(entry, lot, base=entry.base):
        difference = {"field": "status", "seen": "", "now": lot.status}
        raise Problem("stale", {"differences": [difference]})


def _status_after_release(lot: Lot, *, emergency: bool) -> LotStatus:
    if lot.status == "passed":
        raise Problem("lot_not_held", {"lot": lot.code})
    if emergency:
        return "emergency"
    before = [one.status_before for one in lot.holds if one.released_at is None]
    if before:
        return before[-1]
    raise Problem("not_inspected", {"lot": lot.code})


def _screen(body: Released | Scrapped, lot: Document | None) -> list[Seen]:
    """The lot, how it stands, what there is of it, and why it is held."""
    if not isinstance(lot, Lot):
        return []
    held = [_text_of(one.reason) for one in lot.holds if one.released_at is None]
    told = {
        "code": lot.code,
        "item_code": lot.item_code,
        "status": lot.status,
        "on_hand": f"{canonical(lot.on_hand)} {lot.unit}",
        "reason": " · ".join(held)[:TEXT_MAX_CHARS],
    }
    return [Seen(field=field, value=value) for field, value in told.items()]


def _text_of(reason: Reason) -> str:
    return reason if isinstance(reason, str) else reason.en


def _scrap_needs(
    entry: Entry, body: Scrapped, loaded: Mapping[str, Document]
) -> Iterable[str | None]:
    lot = loaded.get(entry.on)
    yield getattr(lot, "item", None)
    yield from open_cards(lot)


SUPERVISION = frozenset({"supervisor", "quality_manager"})
KINDS = [
    Kind(
        "lot.held",
        Held,
        held,
        frozenset({"operator", "inspector", "storekeeper", "supervisor", "quality_manager"}),
    ),
    signed(
        Kind("lot.released", Released, released, SUPERVISION, request=True),
        Signing(("released",), lambda body, lot: "released", _screen),
    ),
    signed(
        Kind(
            "lot.scrapped",
            Scrapped,
            scrapped,
            SUPERVISION,
            needs=_scrap_needs,
            request=True,
            v=CARDS_END_FROM,
            upcasts={2: dict},
        ),
        Signing(("disposed",), lambda body, lot: "disposed", _screen),
    ),
]
