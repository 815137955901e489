"""`python -m tests.harness`: trials of the real device against real servers that are killed, one
line per seed. Deeds and faults are from the seed; the moments of the kills are the machine's.
"""

import argparse
import sys
import time
from collections import Counter
from statistics import quantiles

from tests.harness.trial import SERVERS, Found, Told, attempt


def main() -> None:
    """Run the seeds and print the table; exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many, on each database")
    parser.add_argument("--database", choices=[*SERVERS, "both"], default="both")
    parser.add_argument("--minutes", type=float, default=0, help="begin no seed after so long")
    parser.add_argument("--tablets", type=int, default=6)
    parser.add_argument("--acts", type=int, default=60, help="of each tablet")
    given = parser.parse_args()
    databases = list(SERVERS) if given.database == "both" else [given.database]
    until = time.monotonic() + given.minutes * 60 if given.minutes else float("inf")
    told: list[Told] = []
    for seed in range(given.seed, given.seed + given.seeds):
        for database in databases:
            if time.monotonic() < until:
                told.append(_tried(seed, database, given))
    _print_sum(told)
    sys.exit(0 if all(one.findings.is_empty for one in told) else 1)


def _tried(seed: int, database: str, given: argparse.Namespace) -> Told:
    began = time.monotonic()
    try:
        told = attempt(seed, database, tablets=given.tablets, acts=given.acts)
    except Found as found:
        told = found.told
        print(found, file=sys.stderr, flush=True)
    print(_line(f"{database} {seed}", [told]), f"{time.monotonic() - began:6.1f} s", flush=True)
    return told


def _line(name: str, told: list[Told]) -> str:
    waits = sorted(ms / 1000 for one in told for ms in one.converged_ms)
    middle, late = _percentiles(waits)
    found = [one.findings for one in told]
    counts = {
        "lost": sum(len(one.lost) for one in found),
        "duplicated": sum(len(one.duplicated) for one in found),
        "diverged": sum(len(one.diverged) for one in found),
        "chain breaks": sum(len(one.chain_breaks) for one in found),
        "complaints": sum(len(one.complaints) for one in found),
    }
    return (
        f"{name:<15} {sum(one.entries for one in told):>6} entries "
        f"{sum(one.kills for one in told):>4} kills  "
        + "  ".join(f"{what} {count}" for what, count in counts.items())
        + f"  converged p50 {middle:.1f} s p95 {late:.1f} s"
    )


def _percentiles(values: list[float]) -> tuple[float, float]:
    if len(values) < 2:
        return (values or [0.0])[0], (values or [0.0])[0]
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]


def _print_sum(told: list[Told]) -> None:
    faults: Counter[str] = Counter()
    for one in told:
        faults.update(one.faults)
    print(_line(f"{len(told)} trials", told))
    print("faults: " + ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items())))


if __name__ == "__main__":
    main()
