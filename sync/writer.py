"""The writer: one thread that commits the pushes which arrived together (group commit)."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime

from sync.problem import Problem
from sync.push import Answer, Delivery, Engine, push

GROUP_MAX = 64
Poke = Callable[[dict[str, int]], None]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


class Writer:
    """Takes deliveries from any thread; each gets its answer once its transaction is durable."""

    def __init__(self, engine: Engine, *, poke: Poke, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._poke = poke
        self._clock = clock
        self._waiting: queue.SimpleQueue[tuple[Delivery, Future[Answer]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="traveler-writer", daemon=True)
        self._thread.start()

    def submit(self, delivery: Delivery) -> Future[Answer]:
        """Queue a delivery; the future fails with a Problem or the database's error."""
        future: Future[Answer] = Future()
        self._waiting.put((delivery, future))
        return future

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            group, stop = [first], False
            while len(group) < GROUP_MAX and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    stop = True
                    break
                group.append(following)
            self._commit(group)
            if stop:
                return

    def _commit(self, group: list[tuple[Delivery, Future[Answer]]]) -> None:
        try:
            answers, scopes = push(self._engine, [d for d, _ in group], self._clock())
        except Exception as error:
            if len(group) > 1 and isinstance(error, Problem):
                for one in group:  # one unknown device must not fail the others
                    self._commit([one])
            else:
                for _, future in group:
                    future.set_exception(error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            future.set_result(answer)
        if scopes:
            self._poke(scopes)
