"""Restore: what a database must do that has gone back in time, so that every device notices.

The new epoch says it to each device that asks: it loads afresh, and sends again what this database
has forgotten. The feed's versions jump as well, so that no number of the lost time comes a second
time, and an old cursor or an old verdict lies below whatever is delivered from now on.
"""

import uuid

from sqlalchemy import update

from sync import feed as feeds
from sync.store import Store, table_of
from sync.tables import FeedRow, MetaRow, ScopeRow

# More than are ever given between two backups; 200 restores fit into 32 bits.
VERSIONS_JUMP = 10_000_000


def renew(store: Store) -> str:
    """Begin a new epoch; its name. Nobody may have seen the database since it went back."""
    feed, scopes, meta = table_of(FeedRow), table_of(ScopeRow), table_of(MetaRow)
    epoch = uuid.uuid4().hex
    with store.write() as connection:
        connection.execute(update(feed).values(version=feed.c.version + VERSIONS_JUMP))
        moved = update(scopes).where(scopes.c.version > 0)
        connection.execute(moved.values(version=scopes.c.version + VERSIONS_JUMP))
        feeds.recount(connection)
        connection.execute(update(meta).where(meta.c.name == "epoch").values(value=epoch))
    return epoch
