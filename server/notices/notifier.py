"""Notifier: after a commit, tells people what waits for them now. What that is, is `notice`'s.

In a thread of its own: nothing that goes wrong here, or is slow, is felt by who records something.
"""

import queue
import threading
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from server.domain.model import DOCUMENTS
from server.domain.person import Person, person_key
from server.notices import subscriptions
from server.notices.notice import ABOUT, AREAS, Notice, is_for, message, notice_in
from server.notices.web_push import GONE, Browser, send, server_key
from server.plant import Plant
from sync import documents, feed
from sync.problem import Problem
from sync.store import meta_of, table_of
from sync.tables import FeedRow

LOOK_EVERY_S = 60.0
log = structlog.get_logger()


class Notifier:
    """Listens to a plant's commits from `start` on until `stop`."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._moved: queue.Queue[dict[str, int] | None] = queue.Queue()
        self._seen: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """What waits already was there before; what comes from now on is told."""
        with self._plant.store.read() as connection:
            self._key = server_key(meta_of(connection, "secret"))
            scopes = connection.scalars(select(table_of(FeedRow).c.scope).distinct()).all()
            self._seen = feed.current(connection, {s for s in scopes if s.endswith(AREAS)})
        self._plant.pokes.append(self.hear)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being sent, then stop."""
        self._plant.pokes.remove(self.hear)
        self._moved.put(None)
        self._thread.join()

    def hear(self, scopes: dict[str, int]) -> None:
        """These scopes moved; a hint for the thread."""
        self._moved.put(scopes)

    def _run(self) -> None:
        while True:
            try:
                moved = self._moved.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                moved = {}
            if moved is None:
                return
            try:
                self.tell(moved)
            except (OSError, Problem, SQLAlchemyError, ValueError) as error:
                log.warning("notices_not_told", error=type(error).__name__)

    def tell(self, moved: Mapping[str, int]) -> int:
        """Tell of what is new in these scopes, and of what was held; how many messages went."""
        scopes = {scope: to for scope, to in moved.items() if scope.endswith(AREAS)}
        waiting = self._new(scopes)
        sent = 0
        with self._plant.store.read() as connection:
            rows = [dict(row) for row in subscriptions.live(connection, self._plant.now())]
            people = documents.load(
                connection, DOCUMENTS, {person_key(row["login"]) for row in rows}
            )
        for row in rows:
            person = people.get(person_key(row["login"]))
            if isinstance(person, Person) and person.active:
                sent += self._tell(row, [one for one in waiting if is_for(person, one)])
        return sent

    def _new(self, scopes: Mapping[str, int]) -> list[Notice]:
        table = table_of(FeedRow)
        keys: set[str] = set()
        with self._plant.store.read() as connection:
            for scope in scopes:
                later = table.c.version > self._seen.get(scope, 0)
                rows = connection.execute(
                    select(table.c.key, table.c.version).where(table.c.scope == scope, later)
                ).all()
                self._seen[scope] = max([self._seen.get(scope, 0), *(row.version for row in rows)])
                keys |= {row.key for row in rows if row.key.startswith(ABOUT)}
            found = documents.load(connection, DOCUMENTS, keys) if keys else {}
        new = {one.key: one for document in found.values() if (one := notice_in(document))}
        if not new:
            return []
        with self._plant.store.write() as connection:
            fresh = subscriptions.take_untold(connection, set(new), self._plant.now())
        return [new[key] for key in sorted(fresh)]

    def _tell(self, row: Mapping[str, Any], waiting: list[Notice]) -> int:
        local = self._plant.now().astimezone(ZoneInfo(self._plant.settings.time_zone))
        count = row["held"] + len(waiting)
        if count == 0:
            return 0
        if subscriptions.is_quiet(row, local):
            if waiting:
                self._hold(row["id"], count)
            return 0
        only = waiting[0] if count == len(waiting) == 1 else None
        words = self._plant.locale[row["lang"]]["notice"]
        status = self._send(row, message(words, only, count))
        if status in GONE:
            with self._plant.store.write() as connection:
                subscriptions.unsubscribe(connection, row["id"])
        elif row["held"]:
            self._hold(row["id"], 0)
        log.info("notice", status=status, count=count)
        return 1

    def _send(self, row: Mapping[str, Any], told: bytes) -> int:
        browser = Browser(row["endpoint"], row["p256dh"], row["auth"])
        subject = self._plant.settings.push_contact or self._plant.settings.public_url
        return send(browser, told, self._key, subject=subject, now=self._plant.now())

    def _hold(self, subscription: str, count: int) -> None:
        with self._plant.store.write() as connection:
            subscriptions.hold(connection, subscription, count)
