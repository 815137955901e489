"""Sums that must hold in every state of the documents (protocol invariant 2 and 9)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from server.domain.case import Case
from server.domain.item import Item
from server.domain.lot import Lot
from sync.document import Document


def broken(documents: Mapping[str, Document]) -> Iterable[tuple[str, str]]:
    """What does not add up: (document key, what is wrong)."""
    by_item: dict[str, Decimal] = {}
    for document in documents.values():
        if not isinstance(document, Lot):
            continue
        by_item[document.item] = by_item.get(document.item, Decimal(0)) + document.on_hand
        if sum((h.quantity for h in document.holdings), Decimal(0)) != document.on_hand:
            yield document.key, "holdings do not add up to on hand"
        if document.on_hand < 0 and not _has_open_case(document, documents):
            yield document.key, "overdrawn without an open case"
    for document in documents.values():
        if isinstance(document, Item) and document.on_hand != by_item.get(document.key, 0):
            yield document.key, "on hand is not the sum of its lots"


def _has_open_case(lot: Lot, documents: Mapping[str, Document]) -> bool:
    case = documents.get(lot.open_case or "")
    return isinstance(case, Case) and case.state == "open"
