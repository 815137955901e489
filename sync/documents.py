"""Documents in the database: loaded in bulk by key or term, written in bulk with their terms.

Reading a text takes far longer than fetching it, so the documents of the latest texts are kept.
The database has the word: what is kept counts only while it is of exactly the text there.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from sync.document import Document
from sync.statements import Lookup, remove, upsert
from sync.store import in_chunks, table_of
from sync.tables import DocumentRow, TermRow

_table = table_of(DocumentRow)
BY_KEY = Lookup(
    lambda among: select(_table.c.key, _table.c.type, _table.c.body).where(
        among(_table.c.key, "keys")
    )
)
Types = Mapping[str, type[Document]]
KEPT_CHARS_MAX = 8 * 1024 * 1024


class Readings:
    """Texts that were read, with their documents; nobody may change these."""

    def __init__(self, chars_max: int = KEPT_CHARS_MAX) -> None:
        self._chars_max = chars_max
        self._chars = 0
        self._kept: OrderedDict[str, tuple[str, Document]] = OrderedDict()
        self._door = threading.Lock()

    def read(self, types: Types, name: str, key: str, text: str) -> Document:
        """The document in this text, which stands under `key`."""
        with self._door:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == text and type(kept[1]) is types[name]:
                self._kept.move_to_end(key)
                return kept[1]
        document = types[name].model_validate_json(text)
        self.keep(text, document)
        return document

    def keep(self, text: str, document: Document) -> None:
        """Remember what this text says; the longest unused are forgotten."""
        with self._door:
            self._forget(document.key)
            self._kept[document.key] = (text, document)
            self._chars += len(text)
            while self._chars > self._chars_max:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        gone = self._kept.pop(key, None)
        self._chars -= len(gone[0]) if gone else 0


readings = Readings()


def load(connection: Connection, types: Types, keys: set[str]) -> dict[str, Document]:
    """The documents under these keys; absent ones are absent."""
    found = {}
    for key, name, body in BY_KEY.rows(connection, keys=keys):
        found[key] = readings.read(types, name, key, body)
    return found


def find(connection: Connection, terms: Iterable[str]) -> list[str]:
    """Keys of the documents that have any of these terms, in key order."""
    table = table_of(TermRow)
    keys: set[str] = set()
    for chunk in in_chunks(set(terms)):
        keys.update(connection.scalars(select(table.c.key).where(table.c.term.in_(chunk))))
    return sorted(keys)


def count(connection: Connection) -> int:
    """How many documents there are."""
    return connection.scalar(select(func.count()).select_from(table_of(DocumentRow))) or 0


def save(
    connection: Connection,
    before: Mapping[str, Document | None],
    after: Mapping[str, Document],
) -> None:
    """Write what changed; of the terms only those that came or went."""
    rows = [
        {"key": d.key, "type": d.type, "version": d.version, "body": d.as_text()}
        for d in after.values()
    ]
    upsert(connection, DocumentRow, rows)
    for row, document in zip(rows, after.values(), strict=True):
        readings.keep(str(row["body"]), document)
    came, went = [], []
    for key, document in after.items():
        old = before.get(key)
        had, now = old.terms() if old else frozenset(), document.terms()
        came += [{"term": term, "key": key} for term in sorted(now - had)]
        went += [{"term": term, "key": key} for term in sorted(had - now)]
    upsert(connection, TermRow, came)
    remove(connection, TermRow, went)
