"""Schema: the database's tables brought to what this version of the server needs.

The steps are Alembic's, in `server/migrations/versions`. Nothing else changes tables; what the
tables are is said by the SQLModel classes.
"""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from server.domain.model import DOCUMENTS
from server.settings import HERE
from sync.documents import reindex
from sync.problem import Problem
from sync.store import Store

FIRST = "0001"
LOCK = "traveler schema"


def brought_up(store: Store) -> None:
    """Upgrade the tables and terms to this version, in one transaction; made where there are none.

    Several that start at once wait for each other. Problem: schema_newer.
    """
    with store.write() as connection:
        if connection.dialect.name == "postgresql":
            waiting = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
            connection.execute(waiting, {"name": LOCK})
        config = _config(connection)
        there, wanted = _there(connection), _wanted(config)
        if there is None and _has_tables(connection):
            command.stamp(config, FIRST)
        elif there != wanted:
            _must_be_known(config, there)
        if there != wanted:
            command.upgrade(config, "head")
        store.identify(connection)
        reindex(connection, DOCUMENTS)


def must_have_tables(store: Store) -> None:
    """For whoever works at a plant that is there already. Problem: no_plant."""
    with store.read() as connection:
        if not _has_tables(connection):
            raise Problem("no_plant", {})


def must_be_current(store: Store) -> None:
    """For whoever only reads. Problems: schema_older, schema_newer, no_plant (no tables)."""
    with store.read() as connection:
        config = _config(connection)
        there, wanted = _there(connection), _wanted(config)
        if there is None and not _has_tables(connection):
            raise Problem("no_plant", {})
        if there != wanted:
            _must_be_known(config, there)
            raise Problem("schema_older", {"found": there or FIRST, "wanted": wanted})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _there(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _wanted(config: Config) -> str:
    return str(ScriptDirectory.from_config(config).get_current_head())


def _has_tables(connection: Connection) -> bool:
    return inspect(connection).has_table("journal")


def _must_be_known(config: Config, there: str | None) -> None:
    steps = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if there is not None and there not in steps:
        raise Problem("schema_newer", {"found": there, "wanted": _wanted(config)})
