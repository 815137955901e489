"""`python -m tests.fuzz`: so many bad requests of every kind, and a table of what was answered.

Requests made here, by kind, and those that schemathesis makes, by operation. They go in batches,
each to a plant of its own that is verified afterwards. Exit code 1 if anything was found.
"""

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

from tests.fuzz import batch, described
from tests.fuzz.batch import KINDS, Tally

BATCH = 500
SHOWN_MAX = 10
DESCRIBED = (
    "POST /sync/enrol",
    "POST /sync/push",
    "POST /sync/pull",
    "HEAD /blobs/{sha256}",
    "PATCH /blobs/{sha256}",
    "GET /blobs/{sha256}",
)


def main() -> None:
    """Send them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kind", action="append", choices=[*KINDS, *DESCRIBED], help="only these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    kinds = given.kind or [*KINDS, *DESCRIBED]
    tallies = {kind: Tally(kind) for kind in kinds}
    print(f"{'':<22} {'cases':>7} {'entries':>8} {'5xx':>4} {'lost':>5}  answers", flush=True)
    left = Counter(kind for kind in kinds for _ in _sizes(given.cases))
    for kind, tally in _run(kinds, given):
        tallies[kind].add(tally)
        left[kind] -= 1
        if not left[kind]:
            print(_line(tallies[kind]), flush=True)
    findings = [(one.kind, text) for one in tallies.values() for text in one.findings]
    for kind, text in findings[:SHOWN_MAX]:
        print(f"{kind}: {text}", file=sys.stderr)
    sys.exit(1 if findings else 0)


def _run(kinds: list[str], given: argparse.Namespace) -> Iterator[tuple[str, Tally]]:
    """Batches as they get ready."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.jobs, mp_context=spawned) as pool:
        waiting: dict[Future[Tally], str] = {}
        for kind in kinds:
            run = batch.run if kind in KINDS else described.run
            for number, cases in enumerate(_sizes(given.cases)):
                name = f"{given.seed} {kind} {number}"
                waiting[pool.submit(run, kind, given.database, name, cases)] = kind
        for one in as_completed(waiting):
            yield waiting[one], one.result()


def _sizes(cases: int) -> list[int]:
    return [min(BATCH, cases - start) for start in range(0, cases, BATCH)]


def _line(tally: Tally) -> str:
    lost = sum("verify" in one or "kept" in one or "entries" in one for one in tally.findings)
    statuses = " ".join(f"{status}:{n}" for status, n in sorted(tally.statuses.items()))
    codes = ", ".join(f"{code} {n}" for code, n in tally.codes.most_common())
    line = (
        f"{tally.kind:<22} {tally.cases:>7} {tally.entries:>8} {tally.errors:>4} {lost:>5}  "
        f"{statuses}\n{'':<22} {codes}"
    )
    if tally.verdicts:
        told = ", ".join(f"{code} {n}" for code, n in tally.verdicts.most_common())
        line += f"\n{'':<22} verdicts: {told}"
    return line


if __name__ == "__main__":
    main()
