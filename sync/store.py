"""The database behind the engine: connections, transactions, and upserts in bulk.

SQLite (WAL, synchronous=FULL) and PostgreSQL by the same statements. No rule lives here.
"""

import secrets
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from sync.tables import MetaRow

BUSY_TIMEOUT_MS = 15_000
BULK_KEYS_MAX = 500


def meta_of(connection: Connection, name: str) -> str:
    """A fact about this database: `epoch`, or the `secret` by which it knows its own words."""
    meta = table_of(MetaRow)
    return str(connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one())


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a SQLModel class."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


class Store:
    """One database. Readers get a snapshot; a writer holds the write lock from its first moment."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    def create(self) -> None:
        """Make the tables that are missing, and the epoch and the secret if there are none."""
        SQLModel.metadata.create_all(self.engine)
        with self.write() as connection:
            meta = table_of(MetaRow)
            there = set(connection.scalars(select(meta.c.name)))
            for name, value in (("epoch", uuid.uuid4().hex), ("secret", secrets.token_hex(32))):
                if name not in there:
                    connection.execute(meta.insert().values(name=name, value=value))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at the end, durable when this returns."""
        with self.engine.connect() as connection:
            connection.execution_options(traveler_write=True)
            with connection.begin():
                yield connection

    def lock(self, connection: Connection, sites: set[str], read_only: set[str]) -> None:
        """Keep other writers from these sites until the end of the transaction.

        SQLite has one writer anyway; PostgreSQL would let two change one document at once.
        """
        if connection.dialect.name != "postgresql":
            return
        for site in sorted(sites | read_only):
            exclusive = site in sites
            lock = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
            connection.execute(select(lock(func.hashtext(f"site {site}"))))

    def epoch(self, connection: Connection) -> str:
        """The identity of this database; another one after a restore."""
        return meta_of(connection, "epoch")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def upsert(connection: Connection, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; where the primary key is there, replace all other columns."""
    if not rows:
        return
    table = table_of(model)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    keys = [column.name for column in table.primary_key.columns]
    statement = dialect.insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    if others:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement, list(rows))


def in_chunks(keys: set[str]) -> Iterator[list[str]]:
    """Keys in lists short enough for one IN clause."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), BULK_KEYS_MAX):
        yield ordered[start : start + BULK_KEYS_MAX]


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("traveler_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
