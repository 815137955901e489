"""The feed: the newest version of each document per scope, in the order in which it was written."""

from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from sync.document import Document
from sync.store import in_chunks, table_of, upsert
from sync.tables import FeedRow, ScopeRow

Versions = dict[tuple[str, str], int]


def publish(
    connection: Connection,
    before: Mapping[str, Document | None],
    after: Mapping[str, Document],
) -> Versions:
    """Give every changed document its place in its scopes; leave a tombstone where it left one.

    The counters are taken in sorted order and last, so that no reader can skip a late version.
    """
    places: list[tuple[str, str, bool]] = []
    for key, document in after.items():
        old = before.get(key)
        now = document.scopes()
        places += [(scope, key, False) for scope in now]
        places += [(scope, key, True) for scope in (old.scopes() if old else set()) - now]
    places.sort()
    counters = _lock(connection, {scope for scope, _, _ in places})
    versions: Versions = {}
    rows = []
    for scope, key, gone in places:
        counters[scope] += 1
        versions[scope, key] = counters[scope]
        rows.append({"scope": scope, "key": key, "version": counters[scope], "gone": gone})
    upsert(connection, FeedRow, rows)
    upsert(connection, ScopeRow, [{"scope": s, "version": v} for s, v in sorted(counters.items())])
    return versions


def current(connection: Connection, scopes: set[str]) -> dict[str, int]:
    """The newest version of each of these scopes; 0 where nothing was ever written."""
    table = table_of(ScopeRow)
    found = dict.fromkeys(scopes, 0)
    for chunk in in_chunks(scopes):
        rows = connection.execute(select(table).where(table.c.scope.in_(chunk)))
        found.update({row.scope: row.version for row in rows})
    return found


def _lock(connection: Connection, scopes: set[str]) -> dict[str, int]:
    if connection.dialect.name == "postgresql":
        table = table_of(ScopeRow)
        rows = [{"scope": scope, "version": 0} for scope in sorted(scopes)]
        if rows:
            connection.execute(insert(table).on_conflict_do_nothing(), rows)
            locked = select(table).where(table.c.scope.in_(sorted(scopes)))
            connection.execute(locked.order_by(table.c.scope).with_for_update())
    return current(connection, scopes)
