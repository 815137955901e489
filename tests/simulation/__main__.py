"""`make sim SEED=n SEEDS=m`: simulated days, one per seed; a failing seed replays exactly."""

import argparse
import tempfile
import time
from pathlib import Path

from tests.simulation.day import ROUNDS, simulate


def main() -> None:
    """Run the seeds and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="acts of each day")
    given = parser.parse_args()
    entries = 0
    for seed in range(given.seed, given.seed + given.seeds):
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            told = simulate(Path(folder), seed, rounds=given.rounds)
        entries += told.entries
        took_s = time.perf_counter() - started
        print(
            f"seed {seed:>5}  {told.entries:>5} entries  "
            f"drained in {told.drain_rounds:>2} rounds  {took_s:5.1f} s",
            flush=True,
        )
    print(f"{given.seeds} seeds, {entries} entries: nothing lost, doubled or diverged")


if __name__ == "__main__":
    main()
