"""Documents in the database: loaded in bulk by key or term, written in bulk with their terms.

Reading a text takes far longer than fetching it, so the documents of the latest texts are kept.
The database has the word: what is kept counts only while it is of exactly the text there.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select

from sync.document import Document
from sync.search import rank, words_of
from sync.statements import Lookup, insert, remove, upsert
from sync.store import in_chunks, table_of
from sync.tables import DocumentRow, MetaRow, TermRow

_table = table_of(DocumentRow)
BY_KEY = Lookup(
    lambda among: select(_table.c.key, _table.c.type, _table.c.body).where(
        among(_table.c.key, "keys")
    )
)
Types = Mapping[str, type[Document]]
INDEX = "index"  # in the meta table: by what documents are found
KEPT_BYTES_MAX = 12 * 1024 * 1024


class Readings:
    """Texts that were read, with their documents; nobody may change these."""

    def __init__(self, bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[bytes, Document]] = OrderedDict()
        self._door = threading.Lock()

    def read(self, types: Types, name: str, key: str, text: bytes) -> Document:
        """The document in this text, which stands under `key`."""
        with self._door:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == text and type(kept[1]) is types[name]:
                self._kept.move_to_end(key)
                return kept[1]
        document = types[name].model_validate_json(text)
        self.keep(text, document)
        return document

    def keep(self, text: bytes, document: Document) -> None:
        """Remember what this text says; the longest unused are forgotten."""
        with self._door:
            self._forget(document.key)
            self._kept[document.key] = (text, document)
            self._bytes += len(text)
            while self._bytes > self._bytes_max:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        gone = self._kept.pop(key, None)
        self._bytes -= len(gone[0]) if gone else 0


readings = Readings()


def load(connection: Connection, types: Types, keys: set[str]) -> dict[str, Document]:
    """The documents under these keys; absent ones are absent."""
    found = {}
    for key, name, body in BY_KEY.rows(connection, keys=keys):
        text = body if isinstance(body, bytes) else body.encode()  # as the driver gave it
        found[key] = readings.read(types, name, key, text)
    return found


def find(connection: Connection, terms: Iterable[str]) -> list[str]:
    """Keys of the documents that have any of these terms, in key order."""
    table = table_of(TermRow)
    keys: set[str] = set()
    for chunk in in_chunks(set(terms)):
        keys.update(connection.scalars(select(table.c.key).where(table.c.term.in_(chunk))))
    return sorted(keys)


def search(connection: Connection, name: str, query: str) -> list[str]:
    """Keys of the documents of this type in whose search text all words of the query stand.

    The nearest first (`sync.search.rank`), then the greatest key; none for an empty query.
    """
    words, table = words_of(query), table_of(TermRow)
    if not words:
        return []
    told = select(table.c.key, table.c.term).where(
        table.c.term.startswith(f"{name}?", autoescape=True),
        *(table.c.term.contains(word, autoescape=True) for word in words),
    )
    found = [(key, term.partition("?")[2]) for key, term in connection.execute(told)]
    found = [(key, text) for key, text in found if all(word in text for word in words)]
    found.sort(reverse=True)
    return [key for key, text in sorted(found, key=lambda one: rank(one[1], query))]


def reindex(connection: Connection, types: Types) -> int:
    """Make the terms anew where this version finds documents by others; how many documents."""
    meta, declared = table_of(MetaRow), {name: (t.index, t.searched) for name, t in types.items()}
    wanted = json.dumps(declared, sort_keys=True)
    if connection.scalar(select(meta.c.value).where(meta.c.name == INDEX)) == wanted:
        return 0
    keys = set(connection.scalars(select(_table.c.key)))
    connection.execute(delete(table_of(TermRow)))
    for chunk in in_chunks(keys):
        found = load(connection, types, set(chunk)).values()
        rows = [{"term": term, "key": one.key} for one in found for term in sorted(one.terms())]
        insert(connection, TermRow, rows)
    upsert(connection, MetaRow, [{"name": INDEX, "value": wanted}])
    return len(keys)


def count(connection: Connection) -> int:
    """How many documents there are."""
    return connection.scalar(select(func.count()).select_from(table_of(DocumentRow))) or 0


def row_of(document: Document) -> dict[str, Any]:
    """The document as a row of `DocumentRow`."""
    told = {"key": document.key, "type": document.type, "version": document.version}
    return {**told, "body": document.as_bytes()}


def save(
    connection: Connection,
    before: Mapping[str, Document | None],
    after: Mapping[str, Document],
) -> None:
    """Write what changed; of the terms only those that came or went."""
    rows = [row_of(document) for document in after.values()]
    upsert(connection, DocumentRow, rows)
    for row, document in zip(rows, after.values(), strict=True):
        readings.keep(row["body"], document)
    came, went = [], []
    for key, document in after.items():
        old = before.get(key)
        if old is not None and document.is_found_as(old):
            continue
        had, now = old.terms() if old else frozenset(), document.terms()
        came += [{"term": term, "key": key} for term in sorted(now - had)]
        went += [{"term": term, "key": key} for term in sorted(had - now)]
    upsert(connection, TermRow, came)
    remove(connection, TermRow, went)
