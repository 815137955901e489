"""The writer: threads that commit the pushes which arrived together (group commit).

Each site has a lane: what goes to one site never waits for another's. Lanes decide only who waits
with whom; that nobody changes a document twice at once is the locks' work (`Store.lock`).
"""

import logging
import re
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from sync.problem import Problem
from sync.push import Answer, Delivery, Engine, push
from sync.store import is_unavailable, met_another

GROUP_MAX = 64
LANES_MAX = 8
GATHER_S = 0.003  # so long a group waits for those who came along with the one before it
TRIES = 5
Poke = Callable[[dict[str, int]], None]
Clock = Callable[[], datetime]
Waiting = tuple[Delivery, Future[Answer]]
# Only to choose a lane, so it need not understand JSON.
ABOUT = re.compile(rb'"on"\s*:\s*"[^"/\\]*/([^":\\]*):')
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
        self._lanes: dict[bytes, deque[Waiting]] = {}
        self._due: dict[bytes, int] = {}  # how many a lane waits for
        self._expected: dict[bytes, int] = {}  # how many may be in its next group
        self._door = threading.Lock()
        self._came = threading.Condition(self._door)
        self._closed = False
        # SQLite has one writer at a time whatever we do.
        threads = LANES_MAX if engine.store.is_shared else 1
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="traveler-writer")

    def submit(self, delivery: Delivery) -> Future[Answer]:
        """Queue a delivery; the future fails with a Problem (busy: closed, or the database is
        locked, full or gone; device_unknown).
        """
        future: Future[Answer] = Future()
        lane = _sites(delivery) if self._engine.store.is_shared else b""
        with self._door:
            if self._closed:
                future.set_exception(Problem("busy", {}))
            elif lane in self._lanes:
                self._lanes[lane].append((delivery, future))
                if len(self._lanes[lane]) == self._due.get(lane):
                    self._came.notify_all()
            else:
                self._lanes[lane] = deque([(delivery, future)])
                self._threads.submit(self._run, lane)
        return future

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._door:
            self._closed = True
            self._came.notify_all()
        self._threads.shutdown()

    def _run(self, lane: bytes) -> None:
        """Commit a group of the lane; what came meanwhile queues up behind the other lanes."""
        waiting = self._lanes[lane]
        while True:
            with self._door:
                self._gather(lane, waiting)
                group = [waiting.popleft() for _ in range(min(len(waiting), GROUP_MAX))]
            # From here on a delivery can't be called back by who asked for it.
            if wanted := [one for one in group if one[1].set_running_or_notify_cancel()]:
                self._commit(lane, wanted)
            with self._door:
                if not waiting:
                    del self._lanes[lane]
                    return
                if not self._closed:
                    self._threads.submit(self._run, lane)
                    return

    def _gather(self, lane: bytes, waiting: deque[Waiting]) -> None:
        """Wait a moment for those of the latest group: whoever was answered often comes again.

        Without this two halves would take turns for ever, at the price of two commits. Who comes
        after one that was alone never waits.
        """
        due = self._expected.pop(lane, 1)
        if len(waiting) < due:
            self._due[lane] = due
            self._came.wait_for(lambda: self._closed or len(waiting) >= due, GATHER_S)
            del self._due[lane]

    def _commit(self, lane: bytes, group: list[Waiting]) -> None:
        try:
            answers, scopes = self._pushed([delivery for delivery, _ in group])
        except Exception as error:  # noqa: BLE001 - it is told to those who wait for an answer
            if len(group) > 1 and not is_unavailable(error):
                for one in group:  # what one of them brought must not fail the others
                    self._commit(lane, [one])
            else:
                _fail(group, error)
            return
        self._expect(lane, group)
        for (_, future), answer in zip(group, answers, strict=True):
            future.set_result(answer)
        if scopes:
            self._hint(scopes)

    def _expect(self, lane: bytes, group: list[Waiting]) -> None:
        """Who is answered now may come again, beside those who wait already.

        Counted before the answers are given: afterwards nobody knows which of both one is.
        """
        if len(group) > 1:
            with self._door:
                self._expected[lane] = min(len(group) + len(self._lanes[lane]), GROUP_MAX)

    def _pushed(self, deliveries: list[Delivery]) -> tuple[list[Answer], dict[str, int]]:
        for _ in range(TRIES - 1):
            try:
                return push(self._engine, deliveries, self._clock())
            except Exception as error:
                if not met_another(error):
                    raise
                log.info("a push met another and is tried again")
        return push(self._engine, deliveries, self._clock())

    def _hint(self, scopes: dict[str, int]) -> None:
        try:
            self._poke(scopes)
        except Exception:
            log.exception("a listener failed; devices will ask by themselves")


def _sites(delivery: Delivery) -> bytes:
    """The sites that a delivery is about, as far as one look can tell."""
    found = {told[1] for one in delivery.entries if (told := ABOUT.search(one[0]))}
    return b" ".join(sorted(found))


def _fail(group: list[Waiting], error: Exception) -> None:
    told = error
    if is_unavailable(error):
        log.warning("the database can't be written: %s", type(error).__name__)
        told = Problem("busy", {})
        told.__cause__ = error
    for _, future in group:
        future.set_exception(told)
