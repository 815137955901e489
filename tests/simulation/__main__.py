"""`make sim SEED=n SEEDS=m`: simulated days, one per seed; a failing seed replays exactly."""

import argparse
import sys

from tests.simulation.day import ROUNDS
from tests.simulation.grounds import DATABASES
from tests.simulation.report import run


def main() -> None:
    """Run the seeds; a line for each, a table at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="deeds of each day, about")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.seeds)
    sys.exit(run(seeds, rounds=given.rounds, database=given.database))


if __name__ == "__main__":
    main()
