"""`make mutants`: known bugs planted one at a time, each to be found by the harness that watches
for it; then the same seeds with nothing planted. Exit code 1 if one survives, or if something is
found where nothing was planted.
"""

import argparse
import os
import sys

from tests.mutants.campaign import Campaign, Row
from tests.mutants.catalogue import mutants
from tests.mutants.planting import faults_in

FOUND_CHARS = 110


def main() -> None:
    """Plant, hunt, print the table."""
    given = _asked()
    wanted = [one for one in mutants() if not given.only or one.name in given.only]
    if unknown := set(given.only) - {one.name for one in wanted}:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    if faults := [fault for mutant in wanted for fault in faults_in(mutant)]:
        sys.exit("\n".join(["these can't be planted any more:", *faults]))
    campaign = Campaign(given.seed, given.seeds, given.jobs, _print)
    rows, control = campaign.run(wanted)
    survivors = [row.mutant.name for row in rows if row.mutant and not row.catch.found]
    print(f"\nmutants found / planted: {len(rows) - len(survivors)} / {len(rows)}")
    for name in survivors:
        print(f"survived: {name}")
    sys.exit(1 if survivors or any(row.catch.found for row in control) else 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these mutants")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=0, help="at most so many for each mutant")
    usual = max(1, (os.cpu_count() or 1) // 2)
    parser.add_argument("--jobs", type=int, default=usual, help="so many at once")
    return parser.parse_args()


def _print(row: Row) -> None:
    catch, ground = row.catch, str(row.ground)
    name, bug = (row.mutant.name, row.mutant.bug) if row.mutant else ("(nothing planted)", "")
    found = catch.found[:FOUND_CHARS] or ("SURVIVED" if row.mutant else "nothing, as it should be")
    print(f"{name:<34} {ground:<25} {catch.seeds:>3} seeds {catch.seconds:6.1f} s", flush=True)
    print("".join(f"    {line}\n" for line in (bug, found) if line), end="", flush=True)


if __name__ == "__main__":
    main()
