"""Growth: the same push and pull when the journal has ten and a hundred times as many entries.

The journal is built by pushing the same mixed work, unsigned and many entries at a time, through
the same engine. At each size the plant is copied; then each size works in a process of its own,
in turns, so that what the machine does meanwhile falls on all of them.
"""

import multiprocessing
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from server.accounts.sessions import person_of
from server.collector import relax
from server.domain.model import DOCUMENTS
from server.domain.rights import scopes_of
from server.plant import Plant, opened
from server.settings import Settings
from sync import feed
from sync.pull import PAGE_MAX, pull
from tests.benchmarks.floor import login_of, plant_in
from tests.benchmarks.pushes import BATCH, pushed
from tests.benchmarks.table import Table, milliseconds, peak_mib, per_second, timed
from tests.benchmarks.work import Tablet, tablet

SITE = "BENCH"
SIZES = (10_000, 100_000, 1_000_000)
BUILT_AT_ONCE = 2_000
WARM_UP = 5
GROWTH_MAX = 1.25
KIB_PER_MIB = 1024
FIGURES = ("push", "nothing", "changes")
NAMES = {
    "push": f"push of {BATCH} entries",
    "nothing": "pull of nothing new",
    "changes": f"pull of what {BATCH} entries changed",
}


@dataclass
class Grown:
    """A plant at one size, worked on by a process of its own."""

    entries: int
    line: Connection
    process: Any
    times: dict[str, list[float]]


def growth(table: Table, folder: Path, *, entries: int, runs: int) -> None:
    """Build the journal up to so many entries, and measure at each size."""
    sizes = [size for size in SIZES if size <= entries] or [entries]
    began = time.perf_counter()
    told = _built(folder, sizes)
    took = time.perf_counter() - began
    grown = [_set_to_work(folder / str(size), told[size], size) for size in sizes]
    for _ in range(runs + WARM_UP):
        for one in grown:
            one.line.send(True)
            for name, some in one.line.recv().items():
                one.times[name].append(some)
    table.part(f"growth on SQLite: not signed, median of {runs}")
    table.note(f"journal built by pushing {BUILT_AT_ONCE:,} unsigned entries at a time:")
    table.note(f"{sizes[-1]:,} in {took:,.0f} s ({per_second(sizes[-1], took)})")
    for name in FIGURES:
        _rows(table, name, grown)
    for one in grown:
        one.line.send(False)
        table.row(f"memory of the process at {one.entries:,}", f"{one.line.recv():,.0f} MiB")
        one.process.join()
    for one in grown:
        seconds, mib = _verified(folder / str(one.entries))
        table.row(
            f"traveler verify of {one.entries:,} entries",
            f"{seconds:,.1f} s",
            against=f"{mib:,.0f} MiB at most",
        )


def _rows(table: Table, name: str, grown: list[Grown]) -> None:
    middle = [statistics.median(one.times[name][WARM_UP:]) for one in grown]
    for one, some in zip(grown, middle, strict=True):
        is_last = one is grown[-1] and len(grown) > 1
        ratio = some / middle[0]
        table.row(
            f"{NAMES[name]} at {one.entries:,} entries",
            milliseconds(some),
            against=f"{ratio:.2f} x the first",
            goal=f"<= {GROWTH_MAX} x" if is_last else "",
            met=ratio <= GROWTH_MAX if is_last else None,
        )


def _verified(folder: Path) -> tuple[float, float]:
    """Seconds and peak MiB of the command that checks everything; it must find nothing wrong."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "server.cli", "verify", "--quiet", "--data", str(folder)]
    with subprocess.Popen(command) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    return time.perf_counter() - began, used.ru_maxrss / KIB_PER_MIB


def _built(folder: Path, sizes: list[int]) -> dict[int, Tablet]:
    """A copy of the plant at each size, and the tablet that goes on working there."""
    plant = plant_in(folder / "growing", SITE)
    maker = tablet(plant, "maker", SITE, signs=False)
    told = {}
    for size in sizes:
        while (left := size - maker.chain.last_seq) > 0:
            pushed(plant, maker.batch(min(BUILT_AT_ONCE, left)))
        told[size] = maker.copied()
        _copy(folder / "growing", folder / str(size), is_last=size == sizes[-1], plant=plant)
    return told


def _copy(source: Path, into: Path, *, is_last: bool, plant: Plant) -> None:
    if is_last:
        plant.close()
        source.rename(into)
        return
    with sqlite3.connect(source / "traveler.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(source, into)


def _set_to_work(folder: Path, maker: Tablet, entries: int) -> Grown:
    ours, theirs = multiprocessing.Pipe()
    spawning = multiprocessing.get_context("spawn")
    process = spawning.Process(target=_work, args=(folder, maker, theirs), daemon=True)
    process.start()
    return Grown(entries, ours, process, {name: [] for name in FIGURES})


def _work(folder: Path, maker: Tablet, line: Connection) -> None:
    """In the process: a round each time it is told to, then how much memory that took."""
    plant = opened(Settings(data=folder))
    relax()
    with plant.store.read() as connection:
        person = person_of(connection, DOCUMENTS, login_of("supervisor", SITE))
        assert person is not None
        allowed = scopes_of(person)
    while line.recv():
        cursors = _current(plant, allowed)
        batch = maker.batch(BATCH)
        line.send(
            {
                "push": timed(partial(pushed, plant, batch)),
                "changes": timed(partial(_pull, plant, allowed, cursors)),
                "nothing": _nothing(plant, allowed),
            }
        )
    line.send(peak_mib())
    plant.close()


def _current(plant: Plant, allowed: frozenset[str]) -> dict[str, int]:
    with plant.store.read() as connection:
        return feed.current(connection, set(allowed))


def _nothing(plant: Plant, allowed: frozenset[str]) -> float:
    cursors = _current(plant, allowed)
    return timed(partial(_pull, plant, allowed, cursors))


def _pull(plant: Plant, allowed: frozenset[str], cursors: dict[str, int]) -> None:
    with plant.store.read() as connection:
        pull(connection, allowed, cursors, limit=PAGE_MAX)
