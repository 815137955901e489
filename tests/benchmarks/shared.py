"""Pushes on PostgreSQL, durable, by one and by two processes, each at a site of its own."""

import multiprocessing
import statistics
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from server.collector import relax
from server.plant import opened
from server.settings import Settings
from sync.push import Delivery
from tests.benchmarks.floor import bench_plant
from tests.benchmarks.pushes import BATCH, RATIO_WANTED, pushed
from tests.benchmarks.table import Table, per_second, timed
from tests.benchmarks.work import tablet
from tests.postgres import Server

SITES = ("ONE", "TWO")
WARM_UP = 5


@dataclass
class Worker:
    """A process that pushes when it is told to."""

    line: Connection
    process: Any


def on_postgresql(table: Table, folder: Path, *, runs: int) -> None:
    """Bare rows, one process and two, in turns."""
    url = Server(durable=True).create()
    bench_plant(Settings(data=folder, database=url), *SITES).close()
    workers = [_set_to_work(url, site) for site in SITES]
    bare = _Bare(url)
    rounds = max(3, runs // 8)
    times: dict[str, list[float]] = {"bare": [], "1": [], "2": []}
    for _ in range(rounds):
        times["bare"] += [timed(partial(bare.write, bare.rows)) for _ in range(8)]
        times["1"].append(_pushing(workers[:1]))
        times["2"].append(_pushing(workers))
    for worker in workers:
        worker.line.send(0)
        worker.process.join()
    bare.close()
    _rows(table, {what: statistics.median(some) for what, some in times.items()}, rounds)


def _rows(table: Table, middle: dict[str, float], rounds: int) -> None:
    table.part(
        f"push on PostgreSQL, durable, signed, batches of {BATCH}, median of {rounds} rounds"
    )
    table.row("bare executemany of the same bytes", per_second(BATCH, middle["bare"], "rows"))
    ratio = middle["bare"] / (middle["1"] / _PER_ROUND)
    table.row(
        "push by 1 process",
        per_second(BATCH * _PER_ROUND, middle["1"]),
        against=f"{ratio:.3f} of bare bytes",
        goal=f">= {RATIO_WANTED}",
        met=ratio >= RATIO_WANTED,
    )
    table.row(
        "push by 2 processes, a site each",
        per_second(2 * BATCH * _PER_ROUND, middle["2"]),
        against=f"{2 * middle['1'] / middle['2']:.2f} x one process",
    )
    table.note("The database, the two processes and the bench share the cores of this machine.")


_PER_ROUND = 4


def _pushing(workers: list[Worker]) -> float:
    """How long it takes until each of them has pushed some batches."""
    for worker in workers:
        worker.line.send(_PER_ROUND)
        worker.line.recv()  # its entries are made and signed
    began = time.perf_counter()
    for worker in workers:
        worker.line.send(True)
    for worker in workers:
        worker.line.recv()
    return time.perf_counter() - began


def _set_to_work(url: str, site: str) -> Worker:
    ours, theirs = multiprocessing.Pipe()
    spawning = multiprocessing.get_context("spawn")
    process = spawning.Process(target=_work, args=(url, site, theirs), daemon=True)
    process.start()
    return Worker(ours, process)


def _work(url: str, site: str, line: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plant = opened(Settings(data=Path(folder), database=url))
        relax()
        maker = tablet(plant, f"tablet-{site}", site, seed=len(site) + ord(site[0]))
        for _ in range(WARM_UP):
            pushed(plant, maker.batch(BATCH))
        while number := line.recv():
            batches: list[Delivery] = [maker.batch(BATCH) for _ in range(number)]
            line.send(True)
            line.recv()
            for batch in batches:
                pushed(plant, batch)
            line.send(True)
        plant.close()


class _Bare:
    """The bytes of a batch, in one executemany and one durable commit."""

    def __init__(self, url: str) -> None:
        plain = make_url(url).set(drivername="postgresql")
        self._connection = psycopg.connect(plain.render_as_string(hide_password=False))
        with self._connection.transaction():
            self._connection.execute("CREATE TABLE bare (n bigserial PRIMARY KEY, raw bytea)")
        self.rows = [(b"x" * 430,) for _ in range(BATCH)]

    def write(self, rows: list[tuple[bytes]]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare (raw) VALUES (%s)", rows)

    def close(self) -> None:
        self._connection.close()
