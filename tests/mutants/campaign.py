"""The campaign: each known bug in a copy of its own, hunted in a process of its own; then the same
seeds with nothing planted, by which nothing may be found.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.catalogue import Ground, Mutant
from tests.mutants.hunt import Catch
from tests.mutants.planting import REPOSITORY, nursery, planted

TIME_MAX_S = 1800
# A bug that shows itself less often is as good as not looked for.
SEEDS_MAX = {"simulation": 30, "harness": 6, "steps": 1, "processes": 1}


@dataclass(frozen=True)
class Row:
    """What came of one hunt; `mutant` is None for the control."""

    mutant: Mutant | None
    ground: Ground
    catch: Catch


@dataclass(frozen=True)
class Campaign:
    """From which seed on, how many at most for each (0: as many as is usual), and how many hunts
    at once; `told` hears of each row as it comes.
    """

    seed: int
    seeds: int
    jobs: int
    told: Callable[[Row], None]

    def run(self, wanted: Iterable[Mutant]) -> tuple[list[Row], list[Row]]:
        """A row for each mutant, and the control's. Raises CannotBePlanted."""
        with nursery() as clean, ThreadPoolExecutor(self.jobs) as pool:
            rows = list(pool.map(lambda one: self._hunted(one, clean), wanted))
            needed = _needed(rows).items()
            return rows, list(pool.map(lambda one: self._control(one, clean), needed))

    def _hunted(self, mutant: Mutant, clean: Path) -> Row:
        seeds = self.seeds or SEEDS_MAX[mutant.ground.harness]
        with planted(mutant, clean) as tree:
            row = Row(mutant, mutant.ground, _hunt(tree, mutant.ground, self.seed, seeds))
        self.told(row)
        return row

    def _control(self, needed: tuple[Ground, int], clean: Path) -> Row:
        ground, seeds = needed
        row = Row(None, ground, _hunt(clean, ground, self.seed, seeds))
        self.told(row)
        return row


def _needed(rows: list[Row]) -> dict[Ground, int]:
    """How many seeds were used on each ground."""
    most: dict[Ground, int] = {}
    for row in rows:
        most[row.ground] = max(row.catch.seeds, most.get(row.ground, 0))
    return most


def _hunt(tree: Path, ground: Ground, seed: int, seeds: int) -> Catch:
    """In a process that sees this tree only."""
    call = [sys.executable, "-m", "tests.mutants.hunt", ground.harness, ground.database]
    node = REPOSITORY / ".venv" / "node-bin"
    said = subprocess.run(
        [*call, "--seed", str(seed), "--seeds", str(seeds)],
        cwd=tree,
        env={
            **os.environ,
            "PYTHONPATH": str(tree),
            "PATH": os.pathsep.join([str(node), os.environ.get("PATH", "")]),
        },
        capture_output=True,
        text=True,
        timeout=TIME_MAX_S,
        check=False,
    )
    if said.returncode:
        raise RuntimeError(f"the hunt itself failed:\n{said.stderr[-3000:]}")
    return Catch(**json.loads(said.stdout.splitlines()[-1]))
