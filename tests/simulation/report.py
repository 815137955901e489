"""The report: a line per simulated day, and a table over all of them."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import quantiles

from tests.simulation.broken import Broken
from tests.simulation.day import Told, simulate
from tests.simulation.faults import KINDS


def run(seeds: Iterable[int], *, rounds: int, database: str) -> int:
    """Simulate each; 0 if every invariant held on all days, else 1."""
    told, broken = [], []
    for seed in seeds:
        started = time.perf_counter()
        try:
            with tempfile.TemporaryDirectory() as folder:
                day = simulate(Path(folder), seed, rounds=rounds, database=database)
        except Broken as error:
            broken.append(error)
            print(_broken(seed, error, rounds=rounds, database=database), flush=True)
            continue
        told.append(day)
        print(_line(seed, day, time.perf_counter() - started), flush=True)
    print("\n" + table(told, broken, database))
    return 1 if broken else 0


def _line(seed: int, day: Told, took_s: float) -> str:
    return (
        f"seed {seed:>5}  {day.entries:>4} entries  {day.faults.total():>4} faults  "
        f"calm in {day.converged_rounds:>2} rounds, {day.converged_ms / 1000:>4.0f} s  "
        f"journal {day.digest}  {took_s:5.1f} s"
    )


def _broken(seed: int, error: Broken, *, rounds: int, database: str) -> str:
    how = f"--seed {seed} --seeds 1 --rounds {rounds} --database {database}"
    return (
        f"seed {seed:>5}  BROKEN: invariant {error.invariant}\n    {error.what}\n"
        f"    again: python -m tests.simulation {how}"
    )


def table(told: list[Told], broken: list[Broken], database: str) -> str:
    """All days together."""
    faults: Counter[str] = sum((day.faults for day in told), Counter())
    by_number = Counter(error.invariant for error in broken)
    rows = [
        ("database", database),
        ("seeds run", len(told) + len(broken)),
        ("entries", sum(day.entries for day in told)),
        *((f"fault: {kind}", faults[kind]) for kind in KINDS),
        ("resumed after an upgrade", sum(day.resumed for day in told)),
        ("replicas mended by a check", sum(day.heals for day in told)),
        ("lost (1, 11)", by_number[1] + by_number[11]),
        ("duplicated (1, 12)", by_number[12]),
        ("diverged (2, 7, 10)", by_number[2] + by_number[7] + by_number[10]),
        ("chain breaks (3, 13)", by_number[3] + by_number[13]),
        ("other broken invariants", sum(by_number[n] for n in (4, 5, 6, 8, 9))),
        ("rounds to converge", _spread([day.converged_rounds for day in told])),
        ("seconds to converge", _spread([day.converged_ms / 1000 for day in told])),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def _spread(values: list[float]) -> str:
    if len(values) < 2:
        return "".join(f"{value:.0f}" for value in values)
    cuts = quantiles(values, n=100, method="inclusive")
    return f"p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}"
