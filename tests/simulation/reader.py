"""A reader at the same moment: it begins to pull in the middle of somebody's push, rests between
two of its own statements, and reads the rest when the push is committed or dead.

It runs in a thread of its own, but never at once with the day: whoever goes on, the other waits.
After each page all that lies at or below its cursors must have come (invariant 5): a cursor that
was given out before what it counts could be seen leaves something out for ever.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import select

from server.accounts.sessions import person_of
from server.domain.rights import scopes_of
from server.plant import Plant
from sync import pull as sync_pull
from sync.pull import Page
from sync.store import Store, table_of
from sync.tables import FeedRow
from tests.simulation.broken import must

# Sees the most, and nobody takes it away.
LOGIN = "zhang.wei"
BEGINS_WITHIN = 30
RESTS_WITHIN = 6
LIMITS = (5, 60, 1000)
PATIENCE_S = 60


@dataclass
class Reader:
    """One person's cursors and what came up to there, and the dice for when they pull."""

    dice: Random
    epoch: str = ""
    cursors: dict[str, int] = field(default_factory=dict)
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    _plant: Plant | None = None
    _begins_in: int = -1
    _rests_in: int = -1
    _thread: threading.Thread | None = None
    _failure: BaseException | None = None

    def __post_init__(self) -> None:
        self._handed_over = threading.Event()
        self._may_go_on = threading.Event()

    @contextmanager
    def beside(self, plant: Plant) -> Iterator[None]:
        """Meanwhile it may begin; at the end it has read. Raises Broken."""
        self._plant, self._begins_in = plant, self.dice.randint(0, BEGINS_WITHIN)
        try:
            yield
        finally:
            self._begins_in = -1
            if self._thread is not None:
                self._end(self._thread)
                self._has_all_that_lies_below(plant.store)

    def passed(self) -> bool:
        """After each SQL statement: True if it was the reader's own."""
        if threading.current_thread() is self._thread:
            self._rest()
            return True
        if self._begins_in == 0:
            self._begin()
        self._begins_in -= 1
        return False

    def is_reading(self) -> bool:
        """Whether it is the reader who asks."""
        return threading.current_thread() is self._thread

    def _begin(self) -> None:
        self._rests_in = self.dice.randint(0, RESTS_WITHIN)
        self._handed_over.clear()
        self._may_go_on.clear()
        self._thread = threading.Thread(target=self._run, name="reader")
        self._thread.start()
        self._wait(self._handed_over)

    def _rest(self) -> None:
        if self._rests_in == 0:
            self._handed_over.set()
            self._wait(self._may_go_on)
        self._rests_in -= 1

    def _wait(self, event: threading.Event) -> None:
        assert event.wait(PATIENCE_S), "the reader and the day wait for each other"

    def _run(self) -> None:
        try:
            self._read()
        except BaseException as error:  # noqa: BLE001 - raised where the push ends
            self._failure = error
        finally:
            self._handed_over.set()

    def _read(self) -> None:
        assert self._plant is not None
        store, types = self._plant.store, self._plant.engine.model.documents
        with store.read() as connection:
            epoch = store.epoch(connection)
            person = person_of(connection, types, LOGIN)
            allowed = scopes_of(person) if person else frozenset()
            if epoch != self.epoch:
                self.epoch, self.cursors, self.held = epoch, {}, {}
            limit = self.dice.choice(LIMITS)
            page = sync_pull.pull(connection, allowed, self.cursors, limit=limit)
        self._take(page)

    def _take(self, page: Page) -> None:
        for change in page.changes:
            self.held[change["scope"], change["key"]] = change["version"]
        self.cursors = page.cursors

    def _end(self, thread: threading.Thread) -> None:
        self._may_go_on.set()
        thread.join()
        self._thread, failure = None, self._failure
        self._failure = None
        if failure is not None:
            raise failure

    def _has_all_that_lies_below(self, store: Store) -> None:
        table = table_of(FeedRow)
        with store.read() as connection:
            if store.epoch(connection) != self.epoch:
                return
            rows = connection.execute(select(table).where(table.c.scope.in_(self.cursors)))
            for row in rows:
                come = self.held.get((row.scope, row.key))
                is_due = row.version <= self.cursors[row.scope]
                there = f"{row.key} lies in {row.scope} at {row.version}"
                cursor = f"a reader with cursor {self.cursors[row.scope]} was given {come}"
                must(not is_due or come == row.version, 5, f"{there}, {cursor}")
