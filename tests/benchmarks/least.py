"""The least that a push can take with these tables and these libraries, without a line of ours.

The statements of real batches are said again, bare, to a copy of the database; the libraries look
at the same entries and documents once more. What is left between that and a push is the engine and
the domain, and all that could be won there.
"""

import hashlib
import json
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from server.plant import Plant
from sync.entry import Entry
from sync.push import Delivery, Engine, push
from sync.reconcile import Result, read_body
from tests.benchmarks.disk import Disk
from tests.benchmarks.floor import plant_in
from tests.benchmarks.pushes import (
    BATCH,
    COMMITS_MORE_S,
    PRAGMAS,
    RATIO_WANTED,
    SITE,
    WARM_UP,
    Bare,
    disk_told,
)
from tests.benchmarks.table import Table, timed
from tests.benchmarks.work import tablet

Said = list[tuple[str, Any, bool]]  # statements with their values, and whether these are many rows
STATEMENTS = "SQLite: the same statements and the commit, bare"
READ = "json, pydantic, SHA-256: the entries and their bodies"
CHECKED = "pydantic: the changed documents"
WRITTEN = "msgspec: the changed documents, what is new in them apart"


def least(table: Table, folder: Path, *, runs: int) -> None:
    """Once on the disk as it is, once where each commit takes longer."""
    for more_s in COMMITS_MORE_S:
        middle = _least(folder / str(more_s), runs, more_s)
        bare_s = middle.pop("bytes")
        table.part(f"the least for batches of {BATCH}, median of {runs}{disk_told(more_s)}")
        for what, seconds in middle.items():
            table.row(what, f"{seconds / BATCH * 1e6:,.0f} us an entry")
        ratio = bare_s / sum(middle.values())
        table.row("so a push without a line of ours would be", f"{ratio:.3f} of bare bytes")
        table.row(f"all that {RATIO_WANTED} of bare leaves", f"{_left(bare_s):,.0f} us an entry")


def _left(bare_s: float) -> float:
    return bare_s / RATIO_WANTED / BATCH * 1e6


def _least(folder: Path, runs: int, more_s: float) -> dict[str, float]:
    """How long each took for a batch, in seconds; median."""
    folder.mkdir()
    plant = plant_in(folder, SITE)
    maker = tablet(plant, "tablet-least", SITE, seed=1, signs=False)
    for _ in range(WARM_UP):
        push(plant.engine, [maker.batch(BATCH)], plant.now())
    copy, disk = _copy(folder), Disk(folder, more_s)
    said, results = _heard(plant)
    engine = _overheard(plant.engine, results)
    times: dict[str, list[float]] = defaultdict(list)
    with closing(_connected(copy)) as again, closing(Bare(copy, disk)) as bare, closing(disk):
        for _ in range(runs):
            said.clear()
            results.clear()
            batch = maker.batch(BATCH)
            push(engine, [batch], plant.now())
            for what, work in _works(plant, batch, again, disk, said, results).items():
                times[what].append(timed(work))
            times["bytes"].append(timed(partial(bare.bytes_of, batch)))
        _must_be_equal(folder / "traveler.sqlite3", copy)
    plant.close()
    return {what: statistics.median(some) for what, some in times.items()}


def _works(
    plant: Plant,
    batch: Delivery,
    again: sqlite3.Connection,
    disk: Disk,
    said: Said,
    results: list[Result],
) -> dict[str, Callable[[], None]]:
    kinds = plant.engine.model.kinds
    changed = [document for result in results for document in result.after.values()]

    def read() -> None:
        for raw, *_ in batch.entries:
            hashlib.sha256(raw).hexdigest()
            entry = Entry.model_validate(json.loads(raw))
            read_body(kinds[entry.kind], entry)

    def checked() -> None:
        for document in changed:
            type(document).model_validate(document)

    def written() -> None:
        for document in changed:
            document.as_bytes()

    return {
        STATEMENTS: lambda: _say(again, said, disk),
        READ: read,
        CHECKED: checked,
        WRITTEN: written,
    }


def _say(connection: sqlite3.Connection, said: Said, disk: Disk) -> None:
    for statement, values, is_many in said:
        if is_many:
            connection.executemany(statement, values)
        else:
            connection.execute(statement, values).fetchall()
    disk.write()
    connection.execute("COMMIT")


def _heard(plant: Plant) -> tuple[Said, list[Result]]:
    """What is said to the database from now on goes into the first of these."""
    said: Said = []

    @event.listens_for(plant.store.engine, "before_cursor_execute")
    def _hear(_c: Any, _cursor: Any, statement: str, values: Any, _told: Any, many: bool) -> None:
        said.append((statement, values, many))

    return said, []


def _overheard(engine: Engine, results: list[Result]) -> Engine:
    """The same engine; what came of the entries goes into `results` too."""

    def project(connection: Connection, some: list[Result], now: datetime) -> None:
        results.extend(some)
        engine.project(connection, some, now)

    return replace(engine, project=project)


def _copy(folder: Path) -> Path:
    copy = folder / "copy.sqlite3"
    with (
        closing(sqlite3.connect(folder / "traveler.sqlite3")) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return copy


def _connected(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _must_be_equal(database: Path, copy: Path) -> None:
    """The statements did all that the pushes did."""
    query = "SELECT (SELECT max(link) FROM heads), (SELECT sum(version) FROM documents)"
    told = []
    for path in (database, copy):
        with closing(sqlite3.connect(path)) as connection:
            told.append(connection.execute(query).fetchone())
    assert told[0] == told[1], told
