"""Pull: what changed in a device's scopes since its cursors, in pages; so is the first sync."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, select

from sync import feed
from sync.store import table_of
from sync.tables import DocumentRow, FeedRow

PAGE_MAX = 1000


@dataclass
class Page:
    """One answer to a pull; `changes` carry whole documents, null for one that is gone.

    `checks`, once it is complete: per scope how many documents (`count`) in which versions
    (`digest`) a replica at these cursors holds.
    """

    changes: list[dict[str, Any]] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    scopes_added: list[str] = field(default_factory=list)
    scopes_dropped: list[str] = field(default_factory=list)
    complete: bool = True
    checks: dict[str, dict[str, int | str]] = field(default_factory=dict)


def cursors_in(epoch: str, of: str | None, cursors: dict[str, int]) -> dict[str, int]:
    """The cursors that a device has `of` an epoch, as they count in this one.

    A scope that came into being after a restore counts from nothing: its numbers stand below those
    that were given of it in the lost time.
    """
    if of not in (None, epoch):
        return {}
    return {scope: max(0, version) for scope, version in cursors.items()}


def pull(
    connection: Connection, allowed: frozenset[str], cursors: dict[str, int], *, limit: int
) -> Page:
    """The next changes of the allowed scopes, oldest first, at most `limit` (and PAGE_MAX).

    `cursors` are what the device has; scopes it may no longer hold are named as dropped.
    """
    page = Page(
        scopes_added=sorted(allowed - set(cursors)),
        scopes_dropped=sorted(set(cursors) - allowed),
    )
    states = feed.states(connection, set(allowed))
    room = max(1, min(limit, PAGE_MAX))
    for scope in sorted(allowed):
        since = cursors.get(scope, 0)
        page.cursors[scope] = since
        newest = states[scope].version
        if newest <= since:
            continue
        if room <= 0:
            page.complete = False
            continue
        changes = _changes(connection, scope, since, limit=room)
        page.changes += changes
        cut_off = len(changes) == room and changes[-1]["version"] < newest
        page.cursors[scope] = changes[-1]["version"] if cut_off else newest
        page.complete = page.complete and not cut_off
        room -= len(changes)
    if page.complete:
        sums = {scope: state.lies for scope, state in sorted(states.items())}
        page.checks = {s: {"count": lies.count, "digest": lies.digest} for s, lies in sums.items()}
    return page


def _changes(connection: Connection, scope: str, since: int, *, limit: int) -> list[dict[str, Any]]:
    entries, bodies = table_of(FeedRow), table_of(DocumentRow)
    statement = (
        select(entries.c.version, entries.c.key, entries.c.gone, bodies.c.type, bodies.c.body)
        .join(bodies, and_(bodies.c.key == entries.c.key), isouter=True)
        .where(entries.c.scope == scope, entries.c.version > since)
        .order_by(entries.c.version)
        .limit(limit)
    )
    return [
        {
            "scope": scope,
            "version": row.version,
            "key": row.key,
            "type": row.type,
            "body": None if row.gone else msgspec.Raw(row.body),
        }
        for row in connection.execute(statement)
    ]
