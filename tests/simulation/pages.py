"""Pages of a pull on a device: staged, shown together at the end, compared with the server's sums.

The same as `pwa/src/feed.js` and `replica.js`; asking for them is `exchange`.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from tests.simulation.disk import Cursors, Disk, Feed, Held, Staged, Verdict


def ask_from(feed: Feed) -> Cursors:
    """From where to ask for the next page."""
    return feed.staged.cursors if feed.staged else feed.cursors


def take_page(disk: Disk, page: dict[str, Any], asked: Feed, login: str) -> bool:
    """Take one page, if nothing else was taken since it was asked for."""
    feed = disk.feed
    is_stale = (feed.round, feed.epoch) != (asked.round, asked.epoch)
    if is_stale or disk.signin is None or disk.signin.login != login:
        return False
    dropped = page["scopes_dropped"]
    disk.drop_scopes(dropped)
    cursors = {**ask_from(feed), **page["cursors"]}
    cursors = {scope: v for scope, v in cursors.items() if scope not in dropped}
    if page["complete"]:
        _show(disk, page, cursors, login)
    else:
        _stage(disk, page, cursors)
    disk.changed()
    return True


def _stage(disk: Disk, page: dict[str, Any], cursors: Cursors) -> None:
    feed = disk.feed
    before = feed.staged or Staged({})
    staged = Staged(cursors, before.anew, [*before.changes, *page["changes"]])
    live = {s: v for s, v in feed.cursors.items() if s not in page["scopes_dropped"]}
    disk.feed = replace(feed, cursors=live, staged=staged, round=feed.round + 1)


def _show(disk: Disk, page: dict[str, Any], cursors: Cursors, login: str) -> None:
    feed = disk.feed
    staged = feed.staged or Staged({})
    shown = feed.shown or feed.epoch
    if staged.is_fresh:
        disk.replica, shown = {}, feed.epoch
        for row in disk.outbox.values():
            row.is_shown = False
    disk.drop_scopes(sorted(staged.anew or ()))
    apply(disk, [change for change in staged.changes if change["scope"] in cursors])
    apply(disk, page["changes"])
    wrong = disk.differs = differing(disk, page["checks"], cursors)
    again = Staged(cursors | dict.fromkeys(wrong, 0), frozenset(wrong)) if wrong else None
    disk.release(lambda verdict: _is_seen_all(verdict, cursors))
    disk.feed = Feed(feed.epoch, cursors, True, login, again, shown, feed.round + 1)


def apply(disk: Disk, changes: list[dict[str, Any]]) -> None:
    """Changes in the order of the feed."""
    for change in changes:
        scope, key, body = change["scope"], change["key"], change["body"]
        if body is None:
            disk.leave(key, scope)
            continue
        held = disk.replica.get(key)
        scopes = held.scopes if held else {}
        newest = held.body if held and held.version > body["version"] else body
        disk.replica[key] = Held(newest, {**scopes, scope: change["version"]})


def _is_seen_all(verdict: Verdict, cursors: Cursors) -> bool:
    """After a complete pull: a scope that still has no cursor is not this device's."""
    effects = verdict["effects"]
    return all(cursors.get(e["scope"], e["version"]) >= e["version"] for e in effects)


def differing(disk: Disk, checks: dict[str, dict[str, Any]], cursors: Cursors) -> list[str]:
    """The scopes of which this replica has other rows than the server says."""
    found: dict[str, list[int]] = {scope: [] for scope in checks if scope in cursors}
    for key, held in disk.replica.items():
        for scope, version in held.scopes.items():
            if scope in found:
                told = sha256(f"{key} {version}".encode()).digest()[:8]
                found[scope].append(int.from_bytes(told))
    return sorted(
        scope
        for scope, rows in found.items()
        if checks[scope] != {"count": len(rows), "digest": f"{sum(rows) % 2**64:016x}"}
    )
