"""Scratch: a database that lives as long as one verification and holds what does not fit in memory.

It is a temporary file that has no name (SQLite's own; the folder is that of SQLITE_TMPDIR or
TMPDIR): the documents as the replay has them, and what later is compared with something else.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, ValuesView
from typing import Any

from sqlalchemy import Connection, RowMapping, create_engine, select
from sqlalchemy.pool import StaticPool

from sync import documents as stored
from sync.document import Document
from sync.merge import STREAM_ROWS, streamed
from sync.statements import upsert
from sync.store import table_of
from sync.tables import DocumentRow

CACHE_KIB = 32 * 1024
ENDS_KEPT = 5000
PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}")
TABLES = (
    "CREATE TABLE ends (device TEXT PRIMARY KEY, seq INTEGER, hash TEXT) WITHOUT ROWID",
    "CREATE TABLE parked (entry TEXT, case_key TEXT)",
    "CREATE TABLE parked_cases (entry TEXT, case_key TEXT)",
    "CREATE TABLE left_scopes (key TEXT, scope TEXT, PRIMARY KEY (key, scope)) WITHOUT ROWID",
    "CREATE TABLE blobs_named (sha256 TEXT PRIMARY KEY, entry TEXT) WITHOUT ROWID",
)


class Scratch:
    """The database; use it as a context."""

    def __init__(self, types: Mapping[str, type[Document]]) -> None:
        self._engine = create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(""), poolclass=StaticPool
        )
        self.connection = self._engine.connect()
        for pragma in PRAGMAS:
            self.connection.exec_driver_sql(f"PRAGMA {pragma}")
        table_of(DocumentRow).create(self.connection)
        for table in TABLES:
            self.connection.exec_driver_sql(table)
        self.documents = Documents(self.connection, types)
        self.ends = Ends(self.connection)

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self._engine.dispose()

    def add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows into one of the tables above; one that is there already stays."""
        if some := list(rows):
            places = ",".join("?" * len(some[0]))
            statement = f"INSERT OR IGNORE INTO {table} VALUES ({places})"  # noqa: S608 - our names
            self.connection.exec_driver_sql(statement, some)

    def rows(self, query: str, *values: Any) -> Iterator[RowMapping]:
        """What a query over the tables above answers, a few at a time."""
        options = {"yield_per": STREAM_ROWS}
        result = self.connection.exec_driver_sql(query, values, execution_options=options)
        return iter(result.mappings())


class Documents(Mapping[str, Document]):
    """The documents of a replay by key, in key order; read again each time they are asked for."""

    def __init__(self, connection: Connection, types: Mapping[str, type[Document]]) -> None:
        self._connection = connection
        self._types = types
        self._table = table_of(DocumentRow)

    def load(self, keys: set[str]) -> dict[str, Document]:
        """Those of these keys that there are."""
        return stored.load(self._connection, self._types, keys)

    def keep(self, changed: Mapping[str, Document]) -> None:
        """Take these as they are now."""
        upsert(self._connection, DocumentRow, [stored.row_of(one) for one in changed.values()])

    def rows(self) -> Iterator[RowMapping]:
        """Key, type, version and body of each, in key order."""
        return streamed(self._connection, select(self._table).order_by(self._table.c.key))

    def read(self, row: RowMapping) -> Document:
        """The document in a row."""
        return self._types[row["type"]].model_validate_json(row["body"])

    def __getitem__(self, key: str) -> Document:
        return self.load({key})[key]

    def __iter__(self) -> Iterator[str]:
        return (row["key"] for row in self.rows())

    def __len__(self) -> int:
        return stored.count(self._connection)

    def values(self) -> ValuesView[Document]:
        """Each document, in key order, read one after the other."""
        return _Each(self)


class _Each(ValuesView[Document]):
    """The documents by one query, not one for each."""

    _mapping: Documents

    def __iter__(self) -> Iterator[Document]:
        return (self._mapping.read(row) for row in self._mapping.rows())


class Ends:
    """Where each device's chain ends; those of the devices heard last are in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._recent: dict[str, tuple[int, str]] = {}

    def get(self, device: str, default: tuple[int, str]) -> tuple[int, str]:
        """Number and hash of the device's last entry so far."""
        if device in self._recent:
            return self._recent[device]
        query = "SELECT seq, hash FROM ends WHERE device = ?"
        row = self._connection.exec_driver_sql(query, (device,)).first()
        return (row.seq, row.hash) if row else default

    def put(self, device: str, end: tuple[int, str]) -> None:
        """The chain goes on."""
        self._recent[device] = end
        if len(self._recent) > ENDS_KEPT:
            self.settle()

    def settle(self) -> None:
        """Write down what is in memory."""
        some = [(device, *end) for device, end in self._recent.items()]
        if some:
            statement = "INSERT OR REPLACE INTO ends VALUES (?, ?, ?)"
            self._connection.exec_driver_sql(statement, some)
        self._recent.clear()
