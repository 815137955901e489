"""A device's replica in memory: what the feed brought, and a check that it never runs backwards."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.pull import PAGE_MAX, Page, pull
from sync.store import Store


@dataclass
class Replica:
    """Documents by key, as a device with these scopes has them.

    As on a device a document stays as long as one of the scopes that brought it still holds it.
    """

    store: Store
    allowed: frozenset[str]
    cursors: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: dict[str, set[str]] = field(default_factory=dict)
    seen: list[tuple[str, int]] = field(default_factory=list)

    def pull(self, limit: int = PAGE_MAX) -> Page:
        """One page; AssertionError where it breaks the promises of the feed."""
        with self.store.read() as connection:
            page = pull(connection, self.allowed, self.cursors, limit=limit)
        for change in page.changes:
            self._take(change, page)
        for scope in page.scopes_dropped:
            for key in list(self.scopes):
                self._leave(key, scope)
        for scope, version in self.cursors.items():
            assert page.cursors.get(scope, version) >= version, "a cursor went back"
        self.cursors = page.cursors
        return page

    def begin_anew(self) -> None:
        """Under a new epoch nothing of before holds."""
        self.cursors, self.bodies, self.scopes = {}, {}, {}

    def pull_all(self, limit: int = PAGE_MAX) -> int:
        """Pages until nothing is left; how many."""
        pages = 1
        while not self.pull(limit).complete:
            pages += 1
        return pages

    def _take(self, change: dict[str, Any], page: Page) -> None:
        scope, version, key = change["scope"], change["version"], change["key"]
        assert scope in self.allowed, "delivered outside its scopes"
        assert version > self.cursors.get(scope, 0), "came at or below a delivered cursor"
        assert version <= page.cursors[scope], "lies beyond the cursor that was given"
        self.seen.append((scope, version))
        if change["body"] is None:
            self._leave(key, scope)
            return
        body = msgspec.json.decode(change["body"])
        before = self.bodies.get(key)
        assert before is None or before["version"] <= body["version"], "a document went back"
        self.bodies[key] = body
        self.scopes.setdefault(key, set()).add(scope)

    def _leave(self, key: str, scope: str) -> None:
        held = self.scopes.get(key, set())
        held.discard(scope)
        if not held:
            self.bodies.pop(key, None)
            self.scopes.pop(key, None)
