"""The feed: the newest version of each document per scope, in the order in which it was written.

Each scope has a counter, and a sum of what lies in it now, by which replicas are checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, false, select, update
from sqlalchemy.dialects.postgresql import insert

from sync.document import Document
from sync.scope_sum import ScopeSum
from sync.statements import Lookup, upsert
from sync.store import table_of
from sync.tables import FeedRow, ScopeRow

STREAM_ROWS = 1000
Versions = dict[tuple[str, str], int]
_feed, _scopes = table_of(FeedRow), table_of(ScopeRow)
STATES = Lookup(
    lambda among: select(
        _scopes.c.scope, _scopes.c.version, _scopes.c.count, _scopes.c.digest
    ).where(among(_scopes.c.scope, "scopes"))
)
LYING = Lookup(
    lambda among: (
        select(_feed.c.scope, _feed.c.key, _feed.c.version)
        .where(among(_feed.c.scope, "scopes"), among(_feed.c.key, "keys"))
        .where(_feed.c.gone.is_(false()))
    )
)


@dataclass
class ScopeState:
    """How far a scope's feed has come, and the sum of what lies in it."""

    version: int = 0
    lies: ScopeSum = field(default_factory=ScopeSum)


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
    states = _lock(connection, {scope for scope, _, _ in places})
    # What is new has no place yet: nothing to look up for it.
    known = {key for _, key, _ in places if before.get(key) is not None}
    lying = _lying(connection, set(states), known)
    versions: Versions = {}
    rows = []
    for scope, key, gone in places:
        state = states[scope]
        state.version += 1
        versions[scope, key] = state.version
        rows.append({"scope": scope, "key": key, "version": state.version, "gone": gone})
        if (scope, key) in lying:
            state.lies.remove(key, lying[scope, key])
        if not gone:
            state.lies.add(key, state.version)
    upsert(connection, FeedRow, rows)
    upsert(connection, ScopeRow, [_row(scope, state) for scope, state in sorted(states.items())])
    return versions


def current(connection: Connection, scopes: set[str]) -> dict[str, int]:
    """The newest version of each of these scopes; 0 where nothing was ever written."""
    return {scope: state.version for scope, state in states(connection, scopes).items()}


def states(connection: Connection, scopes: set[str]) -> dict[str, ScopeState]:
    """How each of these scopes stands."""
    found = {scope: ScopeState() for scope in scopes}
    for scope, version, count, digest in STATES.rows(connection, scopes=scopes):
        found[scope] = ScopeState(version, ScopeSum(count, int(digest, 16)))
    return found


def recounted(connection: Connection) -> dict[str, ScopeSum]:
    """The sums made anew from all that lies in the feed; scopes where nothing lies are absent."""
    table = table_of(FeedRow)
    live = select(table.c.scope, table.c.key, table.c.version).where(table.c.gone.is_(False))
    sums: dict[str, ScopeSum] = {}
    for row in connection.execute(live.execution_options(yield_per=STREAM_ROWS)):
        sums.setdefault(row.scope, ScopeSum()).add(row.key, row.version)
    return sums


def recount(connection: Connection) -> None:
    """Keep the sums as they are when made anew: after versions were moved."""
    table = table_of(ScopeRow)
    sums = recounted(connection)
    for scope in connection.scalars(select(table.c.scope)).all():
        lies = sums.get(scope, ScopeSum())
        there = update(table).where(table.c.scope == scope)
        connection.execute(there.values(count=lies.count, digest=lies.digest))


def _row(scope: str, state: ScopeState) -> dict[str, str | int]:
    lies = state.lies
    return {
        "scope": scope,
        "version": state.version,
        "count": lies.count,
        "digest": lies.digest,
    }


def _lying(connection: Connection, scopes: set[str], keys: set[str]) -> Versions:
    """In which version the documents lie in these scopes now."""
    rows = LYING.rows(connection, scopes=scopes, keys=keys)
    return {(scope, key): version for scope, key, version in rows}


def _lock(connection: Connection, scopes: set[str]) -> dict[str, ScopeState]:
    if connection.dialect.name == "postgresql":
        table = table_of(ScopeRow)
        rows = [{"scope": scope, "version": 0} for scope in sorted(scopes)]
        if rows:
            connection.execute(insert(table).on_conflict_do_nothing(), rows)
            locked = select(table).where(table.c.scope.in_(sorted(scopes)))
            connection.execute(locked.order_by(table.c.scope).with_for_update())
    return states(connection, scopes)
