"""Run by Alembic: which tables there are to be, and over which connection they are brought there.

The server hands its own connection in (`server.schema`); the command `alembic` has none, so it
opens the database that the settings name.
"""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import server.accounts.tables
import server.lateness.tables
import server.notices.tables
import server.printing.tables
import server.records.tables
import sync.tables
from server.settings import from_environment
from sync.store import Store

TABLES = (
    sync.tables,
    server.accounts.tables,
    server.lateness.tables,
    server.notices.tables,
    server.printing.tables,
    server.records.tables,
)


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    store = Store(from_environment().database_url)
    with store.write() as opened:
        _migrate(opened)
    store.close()
