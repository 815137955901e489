"""Pushes on SQLite: batches beside the bare writing of the same bytes, and single entries that
many devices send at once beside a commit for each; each on this disk, and where a commit waits.
"""

import sqlite3
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from zlib import crc32

from server.plant import Plant
from sync.push import Answer, Delivery, look_ahead, push
from sync.store import CHECKPOINT_PAGES
from sync.writer import Writer
from tests.benchmarks.disk import Disk
from tests.benchmarks.floor import plant_in
from tests.benchmarks.table import Table, milliseconds, per_second, timed
from tests.benchmarks.work import Tablet, tablet

BATCH = 100
WARM_UP = 10
DEVICES = 16
EACH = 20
SITE = "BENCH"
HOW = {"signed": True, "not signed": False}
RATIO_WANTED = 0.3
GROUP_WANTED = 5
# How much longer a commit takes: on this disk, and as on one that writes before it answers. There
# a bare executemany makes about 18,000 rows per second, as where the goals were set.
COMMITS_MORE_S = (0.0, 0.005)
# Those of the store; whoever comes first to the end of the log moves it into the database.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"wal_autocheckpoint={CHECKPOINT_PAGES}",
)


def batches(table: Table, folder: Path, *, runs: int) -> None:
    """Batches of mixed entries, signed and not, in turns with bare rows into the same file."""
    for more_s in COMMITS_MORE_S:
        middle = _batches(folder / str(more_s), runs, more_s)
        which = f"batches of {BATCH} mixed entries, median of {runs}"
        table.part(f"push on SQLite, durable, {which}{disk_told(more_s)}")
        _bare_rows(table, middle)
        for how in HOW:
            _batch_rows(table, how, middle)


def _batches(folder: Path, runs: int, more_s: float) -> dict[str, float]:
    """How long each took, in seconds; median."""
    folder.mkdir()
    plant = plant_in(folder, SITE)
    makers = {how: _worker(plant, how, signs=signs) for how, signs in HOW.items()}
    ready = {how: [one.batch(BATCH) for _ in range(runs + WARM_UP)] for how, one in makers.items()}
    times: dict[str, list[float]] = defaultdict(list)
    disk = Disk(folder, more_s)
    disk.slow(plant.store.engine)
    with closing(Bare(folder / "traveler.sqlite3", disk)) as bare, closing(disk):
        for number in range(runs + WARM_UP):
            for how, some in ready.items():
                before_s = time.process_time()
                times[how].append(timed(partial(pushed, plant, some[number])))
                times[f"CPU {how}"].append(time.process_time() - before_s)
            times["bytes"].append(timed(partial(bare.bytes_of, ready["signed"][number])))
            times["rows"].append(timed(partial(bare.rows_like, BATCH)))
    plant.close()
    return {what: statistics.median(some[WARM_UP:]) for what, some in times.items()}


def disk_told(more_s: float) -> str:
    """For a heading."""
    return f", each commit {milliseconds(more_s)} longer" if more_s else ""


def _bare_rows(table: Table, middle: dict[str, float]) -> None:
    table.row("bare executemany of the same bytes", per_second(BATCH, middle["bytes"], "rows"))
    rows = per_second(BATCH, middle["rows"], "rows")
    table.row("bare executemany of whole journal rows, with their indexes", rows)


def _batch_rows(table: Table, how: str, middle: dict[str, float]) -> None:
    ratio = middle["bytes"] / middle[how]
    table.row(
        f"push, {how}: handlers, documents, feed, reports, journal",
        per_second(BATCH, middle[how]),
        against=f"{ratio:.3f} of bare bytes",
        goal=f">= {RATIO_WANTED}",
        met=ratio >= RATIO_WANTED,
    )
    cpu_us = middle[f"CPU {how}"] / BATCH * 1e6
    table.row(f"  CPU time of an entry, all threads ({how})", f"{cpu_us:,.0f} us")
    table.row(f"  the same beside journal rows ({how})", f"{middle['rows'] / middle[how]:.3f}")


def together(table: Table, folder: Path, *, runs: int) -> None:
    """Single entries by many devices at once through the writer, in turns with one commit each."""
    for more_s in COMMITS_MORE_S:
        grouped, single = _together(folder / str(more_s), runs, more_s)
        entries = DEVICES * EACH
        which = f"median of {runs} x {entries}"
        table.part(f"push of single entries on SQLite, durable, {which}{disk_told(more_s)}")
        table.row("one commit for each", per_second(entries, single))
        table.row(
            f"{DEVICES} devices at once, group commit",
            per_second(entries, grouped),
            against=f"{single / grouped:.1f} x one commit each",
            goal=f">= {GROUP_WANTED} x",
            met=single / grouped >= GROUP_WANTED,
        )


def _together(folder: Path, runs: int, more_s: float) -> tuple[float, float]:
    """Seconds for all entries of all devices: by the writer, and by a commit for each."""
    folder.mkdir()
    plant = plant_in(folder, SITE)
    many = [_worker(plant, str(number), signs=True) for number in range(DEVICES)]
    alone = _worker(plant, "alone", signs=True)
    for one in (*many, alone):
        pushed(plant, one.batch(BATCH))
    disk = Disk(folder, more_s)
    disk.slow(plant.store.engine)
    grouped, single = [], []
    writer = Writer(plant.engine, poke=lambda scopes: None)
    for _ in range(runs):
        lines = [[one.batch(1) for _ in range(EACH)] for one in many]
        grouped.append(timed(partial(_all_at_once, plant, writer, lines)))
        entries = [alone.batch(1) for _ in range(DEVICES * EACH)]
        single.append(timed(partial(_one_by_one, plant, entries)))
    writer.close()
    plant.close()
    disk.close()
    return statistics.median(grouped), statistics.median(single)


def pushed(plant: Plant, delivery: Delivery) -> None:
    """Push as the server does, signatures first, and see that all of it was taken."""
    look_ahead(plant.store, delivery)
    answers, _ = push(plant.engine, [delivery], plant.now())
    taken(answers[0])


def taken(answer: Answer) -> None:
    """Every entry had its effect."""
    stopped = [v for v in answer.verdicts if v["status"] in ("parked", "rejected")]
    assert not stopped, stopped[:2]
    assert answer.need is None, answer.need


def _worker(plant: Plant, name: str, *, signs: bool) -> Tablet:
    device = "tablet-" + name.replace(" ", "-")
    return tablet(plant, device, SITE, seed=crc32(name.encode()), signs=signs)


def _all_at_once(plant: Plant, writer: Writer, lines: list[list[Delivery]]) -> None:
    def send(line: list[Delivery]) -> None:
        for delivery in line:
            look_ahead(plant.store, delivery)
            taken(writer.submit(delivery).result())

    with ThreadPoolExecutor(len(lines)) as devices:
        list(devices.map(send, lines))


def _one_by_one(plant: Plant, deliveries: list[Delivery]) -> None:
    for delivery in deliveries:
        pushed(plant, delivery)


class Bare:
    """The least that could be done with the same bytes: one statement, one durable commit."""

    def __init__(self, database: Path, disk: Disk) -> None:
        self._disk = disk
        self._connection = sqlite3.connect(database, isolation_level=None)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE bare (n INTEGER PRIMARY KEY, raw BLOB)")
        self._rows = self._like_the_journal()

    def close(self) -> None:
        self._connection.close()

    def bytes_of(self, delivery: Delivery) -> None:
        """The entries' bytes, into a table of nothing else."""
        self._write("INSERT INTO bare (raw) VALUES (?)", [(raw,) for raw, *_ in delivery.entries])

    def rows_like(self, number: int) -> None:
        """So many rows of the journal once more, into a table of the same columns and indexes."""
        rows = [next(self._rows) for _ in range(number)]
        marks = ", ".join("?" for _ in rows[0])
        self._write(f"INSERT INTO likewise VALUES ({marks})", rows)

    def _write(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(sql, rows)
        self._disk.write()
        self._connection.execute("COMMIT")

    def _like_the_journal(self) -> Iterator[tuple[object, ...]]:
        """Rows of the journal with numbers and ids of their own."""
        of_journal = "SELECT sql FROM sqlite_master WHERE tbl_name = 'journal' AND sql IS NOT NULL"
        for (sql,) in self._connection.execute(of_journal).fetchall():
            self._connection.execute(sql.replace("journal", "likewise"))
        cursor = self._connection.execute("SELECT * FROM journal ORDER BY pos")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for number in count(1):
            row = rows[number % len(rows)]
            own = {"pos": number, "n": number, "seq": number, "entry_id": f"{number:036d}"}
            yield tuple((row | own).values())
