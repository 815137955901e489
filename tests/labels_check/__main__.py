"""`make labels-check`: labels that any printer prints and any scanner reads, proven; tables of it.

    python -m tests.labels_check [--examples 12] [--seed 0] [--only round-trip,degradation,speed]

The exit code is 1 where a code was not read, a content came out otherwise, or a goal is missed.
"""

import argparse
import sys

from tests.labels_check import degradation, round_trip, speed
from tests.labels_check.chromium_reader import Chromium
from tests.labels_check.readers import Printer
from tests.labels_check.round_trip import OUTPUTS, READERS, Means, Tally

PARTS = ("round-trip", "degradation", "speed")
FAULTS_SHOWN = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=12, help="contents per layout and code")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join(PARTS), help=", ".join(PARTS))
    parser.add_argument("--rivals", help="Python with blabel and reportlab, for the speed table")
    arguments = parser.parse_args()
    wanted = set(arguments.only.split(","))
    means = Means(Printer(), Chromium())
    faults = 0
    if "round-trip" in wanted:
        faults += _round_trip(means, arguments.examples, arguments.seed)
    if "degradation" in wanted:
        faults += degradation.table(means.chromium, arguments.seed)
    means.printer.close()
    means.chromium.close()
    if "speed" in wanted:
        faults += speed.table(arguments.rivals)
    print("\nlabels-check:", f"{faults} faults" if faults else "all well", flush=True)
    return 1 if faults else 0


def _round_trip(means: Means, examples: int, number: int) -> int:
    faults = 0
    print("\n## Printed and read back\n")
    print(f"codes read of codes printed, by {', '.join(READERS)}\n")
    print("| layout or code | contents | refused |", " | ".join(OUTPUTS), "|")
    print("| --- | ---: | ---: |", " | ".join(["---:"] * len(OUTPUTS)), "|")
    for part in (round_trip.layouts, round_trip.codes):
        for tally in part(means, examples, number):
            print(_row(tally), flush=True)
            faults += len(tally.faults)
            for fault in tally.faults[:FAULTS_SHOWN]:
                print("    fault:", fault, file=sys.stderr, flush=True)
    return faults


def _row(tally: Tally) -> str:
    refused = ", ".join(f"{count} {code}" for code, count in tally.refused.items())
    cells = [
        ", ".join(
            f"{tally.read[key]} of {tally.codes[key]}" if tally.codes[key] else "–"
            for reader in READERS
            for key in [f"{output} {reader}"]
        )
        for output in OUTPUTS
    ]
    return f"| {tally.name} | {tally.contents} | {refused or 0} | {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
