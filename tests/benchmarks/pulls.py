"""Pulls and pushes over HTTP, of a real server process, and what it takes of memory meanwhile."""

import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from server.plant import Plant
from server.settings import Settings
from sync.pull import PAGE_MAX
from tests.benchmarks.floor import login_of, plant_in
from tests.benchmarks.pushes import BATCH, DEVICES, EACH, pushed
from tests.benchmarks.real_server import Caller, Serving, serving
from tests.benchmarks.table import (
    Table,
    milliseconds,
    per_second,
    percentile,
    size,
    timed,
)
from tests.benchmarks.work import Tablet, tablet

SITE = "BENCH"
LOTS = 9_700  # with the items, jobs, visits and people a little more than 10,000 documents
BUILT_AT_ONCE = 2_000
DAY_BATCHES = 20
FIRST_RUNS = 5
QUICK_RUNS = 200
PUSH_RUNS = 20


def over_http(table: Table, folder: Path) -> None:
    """A server with 10,000 documents, and devices that ask it."""
    plant = plant_in(folder, SITE)
    maker = tablet(plant, "maker", SITE, signs=False)
    for lots in (BUILT_AT_ONCE,) * (LOTS // BUILT_AT_ONCE) + (LOTS % BUILT_AT_ONCE,):
        pushed(plant, maker.stock(lots))
    for _ in range(DAY_BATCHES):
        pushed(plant, maker.batch(BATCH))
    with serving(Settings(data=folder)) as server:
        before = server.peak_mib
        _pulls(table, plant, server, maker)
        _pushes(table, plant, server)
        table.part("memory of that server process (peak of RSS)")
        table.row("when it had started", f"{before:,.0f} MiB")
        table.row("after all that", f"{server.peak_mib:,.0f} MiB")
    plant.close()


def _pulls(table: Table, plant: Plant, server: Serving, maker: Tablet) -> None:
    caller = Caller(server, plant, "reader", login_of("supervisor", SITE))
    documents, cursors, sizes = _whole(caller)
    first = [timed(partial(_whole, caller)) for _ in range(FIRST_RUNS)]
    table.part("pull over HTTP of a real server, a supervisor's scopes")
    what = f"{documents:,} documents from 0, in pages of {PAGE_MAX}"
    _row(table, what, first, sizes)
    _asked(table, "nothing new", caller, cursors)
    while _waiting(caller, cursors) < BATCH:
        pushed(plant, maker.batch(BATCH // 5))
    _asked(table, f"{_waiting(caller, cursors)} changes", caller, cursors)
    caller.close()


def _asked(table: Table, what: str, caller: Caller, cursors: dict[str, int]) -> None:
    ask: Callable[[], Any] = partial(caller.pull, cursors, limit=PAGE_MAX)
    _, plain, wire = ask()
    _row(table, what, [timed(ask) for _ in range(QUICK_RUNS)], (plain, wire))


def _whole(caller: Caller) -> tuple[int, dict[str, int], tuple[int, int]]:
    """A first sync: how many documents, where the cursors stand, and its bytes."""
    cursors: dict[str, int] = {}
    documents, plain, wire = 0, 0, 0
    while True:
        told, some, sent = caller.pull(cursors, limit=PAGE_MAX)
        documents += len(told["changes"])
        plain, wire, cursors = plain + some, wire + sent, told["cursors"]
        if told["complete"]:
            return documents, cursors, (plain, wire)


def _waiting(caller: Caller, cursors: dict[str, int]) -> int:
    return len(caller.pull(cursors, limit=PAGE_MAX)[0]["changes"])


def _row(table: Table, what: str, times: Sequence[float], sizes: tuple[int, int]) -> None:
    table.row(
        what,
        f"p50 {milliseconds(percentile(times, 0.5))}",
        against=f"p99 {milliseconds(percentile(times, 0.99))}",
        goal=f"{size(sizes[0])}, as served {size(sizes[1])}",
    )


def _pushes(table: Table, plant: Plant, server: Serving) -> None:
    working = [tablet(plant, f"tablet-{n}", SITE, seed=100 + n, signs=True) for n in range(DEVICES)]
    callers = [Caller(server, plant, one.device) for one in working]
    batches = [working[0].batch(BATCH) for _ in range(PUSH_RUNS)]
    for one, caller in zip(working[1:], callers[1:], strict=True):
        caller.push(one.batch(BATCH))
    times = [timed(partial(callers[0].push, batch)) for batch in batches]
    lines = [[one.batch(1) for _ in range(EACH)] for one in working]

    def send(number: int) -> None:
        for delivery in lines[number]:
            callers[number].push(delivery)

    with ThreadPoolExecutor(DEVICES) as devices:
        at_once = timed(lambda: list(devices.map(send, range(DEVICES))))
    table.part("push over HTTP of the same server, signed")
    table.row(f"batches of {BATCH}", per_second(BATCH, statistics.median(times)))
    what = f"single entries by {DEVICES} devices at once"
    table.row(what, per_second(DEVICES * EACH, at_once))
    for caller in callers:
        caller.close()
