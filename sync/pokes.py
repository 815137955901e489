"""Pokes between processes: hints that scopes moved, by LISTEN and NOTIFY on PostgreSQL.

They leave with the transaction that moved the scopes, so nobody hears of what was undone. A hint
may get lost; devices ask by themselves too. What a poke does is the listener's.
"""

import json
import logging
import select as readiness
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from sync.store import Store, table_of
from sync.tables import ScopeRow

CHANNEL = "traveler"
PAYLOAD_MAX_BYTES = 7900  # PostgreSQL takes less than 8000
PAUSE_FIRST_S = 0.1
PAUSE_MAX_S = 10.0
Scopes = dict[str, int]
log = logging.getLogger(__name__)


def tell(connection: Connection, scopes: Scopes, *, by: str) -> None:
    """Tell the other processes on this database, when the transaction commits; `by` is the store's
    name, which does not hear itself.
    """
    if connection.dialect.name == "postgresql":
        for payload in payloads(scopes, by):
            connection.execute(select(func.pg_notify(CHANNEL, payload)))


def payloads(scopes: Scopes, by: str) -> Iterator[str]:
    """The scopes in as few pieces as PostgreSQL takes."""
    if not scopes:
        return
    payload = json.dumps({"by": by, "scopes": scopes})
    if len(payload.encode()) <= PAYLOAD_MAX_BYTES or len(scopes) == 1:
        yield payload
        return
    names = sorted(scopes)
    for half in (names[: len(names) // 2], names[len(names) // 2 :]):
        yield from payloads({name: scopes[name] for name in half}, by)


class Listener:
    """Hears what other processes tell, on a connection and in a thread of its own, until closed.

    After the database was gone it comes back by itself, and tells where all scopes are by then.
    """

    def __init__(self, store: Store, heard: Callable[[Scopes], None]) -> None:
        self._store = store
        self._heard = heard
        self._lost: tuple[type[Exception], ...] = (DBAPIError, OSError)
        if store.engine.dialect.dbapi is not None:
            self._lost += (store.engine.dialect.dbapi.Error,)
        self._bell, self._rope = socket.socketpair()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traveler-pokes", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._rope.send(b"\0")
        self._thread.join()
        self._bell.close()
        self._rope.close()

    def _run(self) -> None:
        pause_s, missed = PAUSE_FIRST_S, False
        while True:
            try:
                with self._store.engine.connect() as connection:
                    driver = self._subscribed(connection)
                    if missed:
                        self._tell(_all(connection))
                    pause_s = PAUSE_FIRST_S
                    self._listen(driver)
                    return
            except self._lost as error:
                log.warning("no pokes from other processes: %s", type(error).__name__)
            self.listening.clear()
            missed = True
            if self._is_closed(pause_s):
                return
            pause_s = min(2 * pause_s, PAUSE_MAX_S)

    def _subscribed(self, connection: Connection) -> Any:
        """The driver's connection, the pool's no longer."""
        connection.execution_options(isolation_level="AUTOCOMMIT")
        driver = connection.connection.driver_connection
        connection.detach()
        connection.execute(text(f"LISTEN {CHANNEL}"))
        self.listening.set()
        return driver

    def _listen(self, driver: Any) -> None:
        while True:
            for note in driver.notifies(timeout=0):
                told = json.loads(note.payload)
                if told["by"] != self._store.name:
                    self._tell(told["scopes"])
            ready, _, _ = readiness.select([driver.fileno(), self._bell], [], [])
            if self._bell in ready:
                return

    def _is_closed(self, within_s: float) -> bool:
        return bool(readiness.select([self._bell], [], [], within_s)[0])

    def _tell(self, scopes: Scopes) -> None:
        try:
            self._heard(scopes)
        except Exception:
            log.exception("a listener failed; devices will ask by themselves")


def _all(connection: Connection) -> Scopes:
    table = table_of(ScopeRow)
    rows = connection.execute(select(table.c.scope, table.c.version).where(table.c.version > 0))
    return {row.scope: row.version for row in rows}
