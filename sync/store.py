"""The database behind the engine: connections, transactions, locks.

SQLite (WAL, synchronous=FULL) and PostgreSQL. What is asked of them in bulk goes through
`sync.statements`. No rule lives here.
"""

import secrets
import sqlite3
import threading
import time
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import SQLModel

from sync.tables import MetaRow

BUSY_TIMEOUT_MS = 15_000
# Pages of 4 KiB that gather in the write-ahead log: a hot document is moved once for many changes.
CHECKPOINT_PAGES = 4_000
WAL_AGAIN_S = 0.01
TURNS = 16
# As many as wait for one another in one process: its web threads (two each) and its writers.
CONNECTIONS_KEPT = 8
CONNECTIONS_MORE = 72
# Of SQLSTATE: the transaction met another and was undone whole; again it may pass.
MET_ANOTHER = {"40001", "40P01", "23505"}
BULK_KEYS_MAX = 500


def meta_of(connection: Connection, name: str) -> str:
    """A fact about this database: `epoch`, or the `secret` by which it knows its own words."""
    return str(connection.execute(_META, {"name": name}).scalar_one())


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a SQLModel class."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


# Asked twice in every push; to make it anew would take longer than to ask it.
_META = select(table_of(MetaRow).c.value).where(table_of(MetaRow).c.name == bindparam("name"))


class Store:
    """One database. Readers get a snapshot; a writer holds the write lock from its first moment."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.name = secrets.token_hex(8)
        self._turns = tuple(threading.Lock() for _ in range(TURNS))

    @property
    def is_shared(self) -> bool:
        """Whether several processes may write here at once."""
        return self.engine.dialect.name == "postgresql"

    def create(self) -> None:
        """Make the tables that are missing as they are now; a plant's are upgraded instead."""
        SQLModel.metadata.create_all(self.engine)
        with self.write() as connection:
            self.identify(connection)

    def identify(self, connection: Connection) -> None:
        """Give the database its epoch and its secret, if there are none."""
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
        for site in sorted(sites | read_only):
            hold(connection, f"site {site}", exclusive=site in sites)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Nobody else has the turn of this name meanwhile, in no process that may write here.

        Never ask for another one before this one ends.
        """
        if self.is_shared:
            with self.engine.connect() as connection, connection.begin():
                hold(connection, name)
                yield
        else:
            with self._turns[zlib.crc32(name.encode()) % TURNS]:
                yield

    def epoch(self, connection: Connection) -> str:
        """The identity of this database; another one after a restore."""
        return meta_of(connection, "epoch")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def hold(connection: Connection, name: str, *, exclusive: bool = True) -> None:
    """Wait until nobody else holds this name; let go of at the end of the transaction.

    On SQLite whoever writes is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(func.hashtextextended(name, 0))))


def met_another(error: Exception) -> bool:
    """Whether a transaction was undone because of another one, and may pass if tried again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in MET_ANOTHER


def is_unavailable(error: Exception) -> bool:
    """Whether the database is locked, full, overrun or gone: nothing was taken, ask again later."""
    is_gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_gone or isinstance(error, OperationalError | PoolTimeout)


def in_chunks(keys: set[str]) -> Iterator[list[str]]:
    """Keys in lists short enough for one IN clause."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), BULK_KEYS_MAX):
        yield ordered[start : start + BULK_KEYS_MAX]


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "postgresql":
        return create_engine(
            url,
            connect_args=_asked_of_postgresql(make_url(url)),
            pool_size=CONNECTIONS_KEPT,
            max_overflow=CONNECTIONS_MORE,
            pool_pre_ping=True,
        )
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _begin_wal(connection)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("traveler_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _begin_wal(connection: Any) -> None:
    """Where several open a new file at once, SQLite tells all but one at once that it is locked,
    however long they would wait.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(WAL_AGAIN_S)


def _asked_of_postgresql(url: URL) -> dict[str, Any]:
    """Who waits for a lock, or for a server that is gone, is told so; the URL may say otherwise."""
    usual = {
        "application_name": "traveler",
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "options": f"-c lock_timeout={BUSY_TIMEOUT_MS}",
    }
    return {name: value for name, value in usual.items() if name not in url.query}
