"""What must hold in every state of the documents (protocol invariants 2, 9 and 12)."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from server.domain.case import Case
from server.domain.case_resolution import KINDS as CASE_KINDS
from server.domain.item import Item
from server.domain.job import Job
from server.domain.lot import Lot
from server.domain.order import Order
from server.domain.person import Person, Site
from server.domain.procedure import Procedure
from server.domain.rights import may
from server.domain.visit import Visit
from sync.document import Document, site_of

# A stable code, the document's key, and what is wrong with it.
Broken = tuple[str, str, str]
CASE_ROLES = frozenset(role for kind in CASE_KINDS for role in kind.roles)


def broken(documents: Mapping[str, Document]) -> Iterable[Broken]:
    """What does not add up, over all documents; they are gone through once."""
    rest: dict[str, Decimal] = {}
    for document in documents.values():
        if isinstance(document, Item):
            rest[document.key] = rest.get(document.key, Decimal(0)) + document.on_hand
        if not isinstance(document, Lot):
            continue
        rest[document.item] = rest.get(document.item, Decimal(0)) - document.on_hand
        if sum((h.quantity for h in document.holdings), Decimal(0)) != document.on_hand:
            yield "holdings_sum", document.key, "holdings do not add up to on hand"
        if document.on_hand < 0 and not _has_open_case(document, documents):
            yield "overdrawn_without_case", document.key, "overdrawn without an open case"
    for key, left in rest.items():
        if left != 0:
            yield "item_sum", key, "on hand is not the sum of its lots"


def _has_open_case(lot: Lot, documents: Mapping[str, Document]) -> bool:
    case = documents.get(lot.open_case or "")
    return isinstance(case, Case) and case.state == "open"


class Audit:
    """Sees each document once: numbers that belong to their keys, cases that somebody must decide.

    A key is used once for ever, so a number that is in its key is unique, and never used again.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, str] = {}  # the first open case of each site
        self._people: set[str] = set()  # sites where somebody may decide

    def see(self, document: Document) -> Iterator[Broken]:
        """What is wrong with this one."""
        if (number := _number_of(document)) is not None and document.id != number:
            yield "number_differs", document.key, f"is called {number}, which is not its key"
        if isinstance(document, Case) and document.state == "open":
            self._waiting.setdefault(site_of(document.key), document.key)
        if isinstance(document, Person) and document.active:
            self._people |= {site for site in (*document.roles, "org") if _decides(document, site)}

    def end(self) -> Iterator[Broken]:
        """Every open case has an owner: somebody at its site who may decide it."""
        for site, case in self._waiting.items():
            if site not in self._people:
                yield "case_unowned", case, f"is open, and nobody at {site} may decide it"

    def entries_of(self, document: Document) -> Iterable[str]:
        """The entries that a case names."""
        return [one.entry for one in document.entries] if isinstance(document, Case) else ()

    def parked_by(self, document: Document) -> str | None:
        """The entry whose parking opened this case."""
        if not isinstance(document, Case) or document.kind != "parked":
            return None
        return document.entries[0].entry


def _decides(person: Person, site: str) -> bool:
    return may(person, site, CASE_ROLES)


def _number_of(document: Document) -> str | None:
    """The document's id as its own fields tell it; None for what has no number of its own."""
    site = document.site
    match document:
        case Lot():
            return f"{document.item.partition('/')[2]}:{document.code}"
        case Item() | Site():
            return f"{site}:{document.code}"
        case Person():
            return f"{site}:{document.login}"
        case Procedure():
            return f"{site}:{document.code}.v{document.revision}"
        case Order() | Job() | Visit():
            return f"{site}:{document.number}"
    return None
