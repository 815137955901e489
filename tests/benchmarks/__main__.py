"""`make bench`: what a push costs beside writing the same bytes bare, and what a pull costs.

Each figure is the median over repeated runs in one process; ratios travel between machines,
times do not.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from server.accounts.sessions import person_of
from server.domain.model import DOCUMENTS
from server.domain.rights import scopes_of
from server.plant import Plant, opened
from server.settings import Settings
from server.setup import build_demo
from sync.pull import PAGE_MAX, pull
from sync.push import Delivery, push
from tests.benchmarks.floor import LOGIN, batches_of_work, enrolled

RUNS = 5
BATCH = 100


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        plant = opened(Settings(data=Path(folder)))
        build_demo(plant, datetime.now(UTC).date())
        chain, session = enrolled(plant)
        batches = batches_of_work(chain, session, batches=2 * RUNS, size=BATCH)
        pushed = [_timed(partial(_push, plant, chain.device, b)) for b in batches[:RUNS]]
        single = [_timed(partial(_one_by_one, plant, chain.device, b)) for b in batches[RUNS:]]
        bare = [_timed(partial(_bare, Path(folder) / "bare.sqlite3", b)) for b in batches]
        _row("push, batches of 100, durable", BATCH / statistics.median(pushed), "entries/s")
        _row("bare executemany of the same bytes", BATCH / statistics.median(bare), "rows/s")
        _row("ratio push / bare", statistics.median(bare) / statistics.median(pushed), "")
        _row("push one by one", BATCH / statistics.median(single), "entries/s")
        _row("ratio batch / one by one", statistics.median(single) / statistics.median(pushed), "")
        _pulls(plant)
        plant.close()


def _push(plant: Plant, device: str, batch: list[bytes]) -> None:
    answers, _ = push(plant.engine, [Delivery(device, [(raw, None) for raw in batch])], plant.now())
    assert {v["status"] for v in answers[0].verdicts} == {"applied"}, answers[0].verdicts[:2]


def _one_by_one(plant: Plant, device: str, batch: list[bytes]) -> None:
    for raw in batch:
        _push(plant, device, [raw])


def _bare(path: Path, batch: list[bytes]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS bare (n INTEGER PRIMARY KEY, raw BLOB)")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO bare (raw) VALUES (?)", [(raw,) for raw in batch])
    connection.execute("COMMIT")
    connection.close()


def _pulls(plant: Plant) -> None:
    with plant.store.read() as connection:
        person = person_of(connection, DOCUMENTS, LOGIN)
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
