"""`make bench`: how fast the engine is, beside the least that could be done with the same bytes.

Ratios within one run travel between machines, times do not. `docs/performance.md` tells how to
read the table.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from server.collector import relax
from tests.benchmarks import growth, least, pulls, pushes, shared, shares
from tests.benchmarks.comeback import comeback
from tests.benchmarks.table import Table, about_this_machine

PARTS = ("batches", "least", "shares", "together", "postgresql", "http", "comeback", "growth")


def main() -> None:
    """Run the parts that are asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--runs", type=int, default=40, help="repetitions of a short measurement")
    parser.add_argument(
        "--entries", type=int, default=100_000, help="journal to grow to, 1000000 at most"
    )
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    relax()
    table = Table()
    with tempfile.TemporaryDirectory(prefix="traveler-bench-") as folder:
        about_this_machine(table, Path(folder))
        work: dict[str, Callable[[Path], None]] = {
            "batches": lambda path: pushes.batches(table, path, runs=given.runs),
            "least": lambda path: least.least(table, path, runs=given.runs),
            "shares": lambda path: shares.shares(table, path, runs=given.runs),
            "together": lambda path: pushes.together(table, path, runs=5),
            "postgresql": lambda path: shared.on_postgresql(table, path, runs=given.runs),
            "comeback": lambda path: comeback(table, path),
            "http": lambda path: pulls.over_http(table, path),
            "growth": lambda path: growth.growth(
                table, path, entries=given.entries, runs=given.runs
            ),
        }
        for part in given.parts or PARTS:
            path = Path(folder) / part
            path.mkdir()
            work[part](path)
    table.again()


if __name__ == "__main__":
    main()
