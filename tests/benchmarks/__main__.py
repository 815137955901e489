"""`make bench`: what a push costs beside writing the same bytes bare, and what a pull costs.

Each figure is the median over repeated runs in one process; ratios travel between machines,
times do not.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from server.accounts.sessions import person_of
from server.domain.model import DOCUMENTS
from server.domain.rights import scopes_of
from server.plant import Plant
from sync.pull import PAGE_MAX, pull
from sync.push import Delivery, push
from tests.benchmarks.floor import login_of, plant_in
from tests.benchmarks.work import tablet

RUNS = 5
BATCH = 100
SITE = "BENCH"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        plant = plant_in(Path(folder), SITE)
        working = tablet(plant, "tablet-1", SITE)
        batches = [working.batch(BATCH) for _ in range(2 * RUNS)]
        pushed = [_timed(partial(_push, plant, b)) for b in batches[:RUNS]]
        single = [_timed(partial(_one_by_one, plant, b)) for b in batches[RUNS:]]
        bare = [_timed(partial(_bare, Path(folder) / "bare.sqlite3", b)) for b in batches]
        _row("push, batches of 100, durable", BATCH / statistics.median(pushed), "entries/s")
        _row("bare executemany of the same bytes", BATCH / statistics.median(bare), "rows/s")
        _row("ratio push / bare", statistics.median(bare) / statistics.median(pushed), "")
        _row("push one by one", BATCH / statistics.median(single), "entries/s")
        _row("ratio batch / one by one", statistics.median(single) / statistics.median(pushed), "")
        _pulls(plant)
        plant.close()


def _push(plant: Plant, delivery: Delivery) -> None:
    answers, _ = push(plant.engine, [delivery], plant.now())
    stopped = [v for v in answers[0].verdicts if v["status"] in ("parked", "rejected")]
    assert not stopped, stopped[:2]


def _one_by_one(plant: Plant, delivery: Delivery) -> None:
    for one in delivery.entries:
        _push(plant, Delivery(delivery.device, [one]))


def _bare(path: Path, delivery: Delivery) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS bare (n INTEGER PRIMARY KEY, raw BLOB)")
    connection.execute("BEGIN IMMEDIATE")
    rows = [(raw,) for raw, _ in delivery.entries]
    connection.executemany("INSERT INTO bare (raw) VALUES (?)", rows)
    connection.execute("COMMIT")
    connection.close()


def _pulls(plant: Plant) -> None:
    with plant.store.read() as connection:
        person = person_of(connection, DOCUMENTS, login_of("supervisor", SITE))
        assert person is not None
        allowed = scopes_of(person)
        whole = pull(connection, allowed, {}, limit=PAGE_MAX)
        first = [_timed(lambda: pull(connection, allowed, {}, limit=PAGE_MAX)) for _ in range(RUNS)]
        cursors = whole.cursors
        none = [
            _timed(lambda: pull(connection, allowed, cursors, limit=PAGE_MAX)) for _ in range(50)
        ]
    _row(f"first pull, {len(whole.changes)} documents", statistics.median(first) * 1000, "ms")
    _row("pull of nothing new", statistics.median(none) * 1000, "ms")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row(what: str, figure: float, unit: str) -> None:
    print(f"{what:<40} {figure:>10.2f} {unit}")


if __name__ == "__main__":
    main()
