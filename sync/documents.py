"""Documents in the database: loaded in bulk by key or term, written in bulk with their terms."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, and_, delete, func, or_, select

from sync.document import Document
from sync.store import in_chunks, table_of, upsert
from sync.tables import DocumentRow, TermRow

Types = Mapping[str, type[Document]]


def load(connection: Connection, types: Types, keys: set[str]) -> dict[str, Document]:
    """The documents under these keys; absent ones are absent."""
    table = table_of(DocumentRow)
    found = {}
    for chunk in in_chunks(keys):
        rows = connection.execute(select(table).where(table.c.key.in_(chunk)))
        for row in rows:
            found[row.key] = types[row.type].model_validate_json(row.body)
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
    upsert(
        connection,
        DocumentRow,
        [
            {"key": d.key, "type": d.type, "version": d.version, "body": d.model_dump_json()}
            for d in after.values()
        ],
    )
    came, went = [], []
    for key, document in after.items():
        old = before.get(key)
        had = old.terms() if old else frozenset()
        came += [{"term": term, "key": key} for term in sorted(document.terms() - had)]
        went += [(term, key) for term in sorted(had - document.terms())]
    upsert(connection, TermRow, came)
    table = table_of(TermRow)
    for start in range(0, len(went), 200):
        some = [and_(table.c.term == t, table.c.key == k) for t, k in went[start : start + 200]]
        connection.execute(delete(table).where(or_(*some)))
