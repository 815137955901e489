"""The hunt: seed after seed until something is found. Runs within the copy that has the bug, as
`python -m tests.mutants.hunt`; its last line says in JSON what was found by which seed, and when.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import server
from tests.harness.trial import SERVERS, Found, attempt
from tests.simulation.broken import Broken
from tests.simulation.day import simulate

HERE = Path(__file__).parents[2]
WORDS_MAX = 300
TABLETS, ACTS = 5, 14
STEPS_MAX_S = 600
FAILED = re.compile(r"\s*not ok ")


@dataclass(frozen=True)
class Catch:
    """What was found, and by how many seeds; `found` is empty if nothing was."""

    found: str
    seeds: int
    seconds: float


def by_simulation(seed: int, database: str) -> str:
    """One simulated day: which invariant was broken, or what the engine raised."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            simulate(Path(folder), seed, database=database)
    except Broken as broken:
        return str(broken)
    except Exception as error:  # noqa: BLE001 - whatever it is, the bug showed itself
        return f"raised {type(error).__name__}: {error}"
    return ""


def by_harness(seed: int, database: str) -> str:
    """One trial of real devices against servers that are killed: the first finding."""
    try:
        attempt(seed, database, tablets=TABLETS, acts=ACTS)
    except Found as found:
        shutil.rmtree(found.told.folder, ignore_errors=True)
        if found.told.is_late:  # nobody can tell a bug from a busy machine by that
            raise RuntimeError(str(found)) from found
        return found.told.findings.text()
    return ""


def by_steps(seed: int, database: str) -> str:
    """The real device that dies at each of its steps in turn, and its other faults by hand. No dice
    are thrown: every seed is the same.
    """
    files = sorted(str(path) for path in (HERE / "tests" / "pwa").glob("*.test.js"))
    call = ["node", "--test", "--test-reporter=tap", *files]
    said = subprocess.run(call, capture_output=True, text=True, timeout=STEPS_MAX_S, check=False)
    failed = [line.strip() for line in said.stdout.splitlines() if FAILED.match(line)]
    return " ".join(failed) or ("the tests did not end" if said.returncode else "")


def by_processes(seed: int, database: str) -> str:
    """Two processes of the server that write at once, step by step, on a shared database."""
    files = [f"tests/sync/{name}.py" for name in ("test_postgres", "test_lanes")]
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    said = subprocess.run(call, capture_output=True, text=True, timeout=STEPS_MAX_S, check=False)
    failed = [line for line in said.stdout.splitlines() if line.startswith("FAILED")]
    return " ".join(failed) or ("the tests did not end" if said.returncode else "")


HUNTERS: dict[str, Callable[[int, str], str]] = {
    "simulation": by_simulation,
    "harness": by_harness,
    "steps": by_steps,
    "processes": by_processes,
}


def hunt(harness: str, database: str, seeds: range) -> Catch:
    """The first thing found by these seeds."""
    began = time.monotonic()
    for number, seed in enumerate(seeds, 1):
        if found := HUNTERS[harness](seed, database):
            return Catch(" ".join(found.split())[:WORDS_MAX], number, time.monotonic() - began)
    return Catch("", len(seeds), time.monotonic() - began)


def main() -> None:
    """Hunt, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("harness", choices=HUNTERS)
    parser.add_argument("database", choices=SERVERS)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many at most")
    given = parser.parse_args()
    code = Path(str(server.__file__)).parents[1]
    assert code == HERE, f"the code under test is in {code}, not in {HERE}"
    seeds = range(given.seed, given.seed + given.seeds)
    print(json.dumps(asdict(hunt(given.harness, given.database, seeds))))


if __name__ == "__main__":
    main()
