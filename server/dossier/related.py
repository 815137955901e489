"""What belongs to a document's record beside itself: whose entries, and which documents they name.

What happens to a lot is told by entries on its cards, on visits and on cases too; a requisition is
decided on its approval; an order's lots, cards and requisitions begin with entries of their own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, select

from server.domain.lot import MOVEMENTS_MAX
from server.domain.model import DOCUMENTS
from server.domain.values import canonical
from server.records.tables import MovementRecord
from sync.entry import KEY_PATTERN
from sync.store import table_of

Doc = dict[str, Any]
MOVED = ("kind", "quantity", "source", "target")
BIRTHS = ("lot.created", "job.started", "requisition.raised")
# Not named in a record: people have names of their own, a site stands in each key.
UNNAMED = ("person", "site", "signer")


class Reader(Protocol):
    """Where documents come from, as plain JSON, only those that the person may see."""

    def find(self, terms: list[str]) -> list[Doc]:
        """All documents with any of these terms, in key order."""

    def load(self, keys: list[str]) -> list[Doc]:
        """The documents under these keys, in their order."""

    def sees(self, key: str) -> bool:
        """Whether what is under this key is in the person's scope."""


def _cards(lot: Doc, reader: Reader) -> list[Doc]:
    return reader.find([f"job.lot={lot['key']}"])


def _asked(approval: Doc, reader: Reader) -> list[Doc]:
    return reader.load([approval["about"]])


def _approval(requisition: Doc, reader: Reader) -> list[Doc]:
    return reader.load([requisition["approval"]])


def _made(order: Doc, reader: Reader) -> list[Doc]:
    key = order["key"]
    lots = [lot for lot in reader.find([f"lot.item={order['item']}"]) if lot["order"] == key]
    return [*lots, *reader.find([f"job.order={key}", f"requisition.order={key}"])]


RELATED: dict[str, Callable[[Doc, Reader], list[Doc]]] = {
    "approval": _asked,
    "lot": _cards,
    "order": _made,
    "requisition": _approval,
}


def related_to(document: Doc, reader: Reader) -> list[Doc]:
    """The documents that belong to this one's record."""
    found = RELATED.get(document["key"].partition("/")[0])
    return found(document, reader) if found else []


def movements_of(connection: Connection, document: Doc) -> dict[str, dict[str, str]]:
    """All movements of a lot by entry, also those that have left its list; of others none."""
    kept = document["movements"] if document["key"].startswith("lot/") else []
    found = {one["entry"]: {name: one[name] for name in MOVED} for one in kept}
    if len(kept) < MOVEMENTS_MAX:
        return found
    table = table_of(MovementRecord)
    rows = connection.execute(select(table).where(table.c.lot == document["key"])).mappings()
    told = {row["entry"]: {name: row[name] for name in MOVED} for row in rows}
    return {entry: {**one, "quantity": canonical(one["quantity"])} for entry, one in told.items()}


def entries_in(tree: Any) -> Iterator[str]:
    """The ids of all entries that a document names."""
    if isinstance(tree, Mapping):
        if isinstance(tree.get("entry"), str):
            yield tree["entry"]
        for value in tree.values():
            yield from entries_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from entries_in(value)


def keys_in(tree: Any) -> Iterator[str]:
    """The keys of all documents that a document or a body names."""
    if isinstance(tree, Mapping):
        for value in tree.values():
            yield from keys_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from keys_in(value)
    elif isinstance(tree, str) and is_key(tree):
        yield tree


def is_key(text: str) -> bool:
    """Whether a text is the key of a document that has a name people call it by."""
    kind = text.partition("/")[0]
    return kind in DOCUMENTS and kind not in UNNAMED and re.match(KEY_PATTERN, text) is not None
