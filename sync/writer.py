"""The writer: one thread that commits the pushes which arrived together (group commit)."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from sync.problem import Problem
from sync.push import Answer, Delivery, Engine, push

GROUP_MAX = 64
Poke = Callable[[dict[str, int]], None]
Clock = Callable[[], datetime]
Waiting = tuple[Delivery, Future[Answer]]
log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


class Writer:
    """Takes deliveries from any thread; each gets its answer once its transaction is durable."""

    def __init__(self, engine: Engine, *, poke: Poke, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._poke = poke
        self._clock = clock
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="traveler-writer", daemon=True)
        self._thread.start()

    def submit(self, delivery: Delivery) -> Future[Answer]:
        """Queue a delivery; the future fails with a Problem (busy: closed) or a database error."""
        future: Future[Answer] = Future()
        with self._door:
            if self._closed:
                future.set_exception(Problem("busy", {}))
            else:
                self._waiting.put((delivery, future))
        return future

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._door:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = [first], False
            while len(group) < GROUP_MAX and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            # From here on a delivery can't be called back by who asked for it.
            if wanted := [one for one in group if one[1].set_running_or_notify_cancel()]:
                self._commit(wanted)
            if last:
                return

    def _commit(self, group: list[Waiting]) -> None:
        try:
            answers, scopes = push(self._engine, [d for d, _ in group], self._clock())
        except Exception as error:  # noqa: BLE001 - it is told to those who wait for an answer
            if len(group) > 1 and not isinstance(error, OperationalError):
                for one in group:  # what one of them brought must not fail the others
                    self._commit([one])
            else:
                for _, future in group:
                    future.set_exception(error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            future.set_result(answer)
        if scopes:
            self._hint(scopes)

    def _hint(self, scopes: dict[str, int]) -> None:
        try:
            self._poke(scopes)
        except Exception:
            log.exception("a listener failed; devices will ask by themselves")
