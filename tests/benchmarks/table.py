"""The table of `make bench`: one line per figure, beside what it is held against."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WIDTHS = (66, 22, 24, 22)
PAGE_BYTES = 4096


@dataclass
class Table:
    """Prints each line as soon as it is known, and all of them again at the end."""

    lines: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def part(self, title: str) -> None:
        """A heading."""
        self._say(f"\n{title}")

    def row(
        self, what: str, figure: str, *, against: str = "", goal: str = "", met: bool | None = None
    ) -> None:
        """A figure; `against` is the ratio or comparison, `met` whether it reaches the goal."""
        verdict = {None: goal, True: f"{goal}  met", False: f"{goal}  NOT MET"}[met]
        cells = (f"  {what}", figure, against, verdict)
        shown = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)]
        self._say("".join(shown).rstrip())
        if met is False:
            self.missed.append(f"{what}: {figure} {against} (goal {goal})")

    def note(self, text: str) -> None:
        """What one has to know to read the lines above."""
        self._say(f"    {text}")

    def again(self) -> None:
        """The whole table."""
        print("\n" + "=" * 40 + " the table " + "=" * 40)
        print("\n".join(self.lines))
        print("\ngoals not met:" if self.missed else "\nall goals met")
        for line in self.missed:
            print(f"  {line}")

    def _say(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)


def about_this_machine(table: Table, folder: Path) -> None:
    """What the figures depend on."""
    table.part("this machine")
    table.row("cores, and how many wait for one (load, 1 min)", f"{os.cpu_count()}, {_load()}")
    table.row("fsync of a 4 KiB page, median of 200", milliseconds(_fsync_s(folder)))
    table.row("Python, SQLite", f"{platform.python_version()}, {sqlite3.sqlite_version}")
    table.note("An fsync far below 1 ms is a disk that answers before it wrote; commits are then")
    table.note("nearly free, and bare SQL looks better beside a push than on a plant's server.")


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _fsync_s(folder: Path) -> float:
    file = os.open(folder / "fsync", os.O_WRONLY | os.O_CREAT)

    def written() -> None:
        os.write(file, b"x" * PAGE_BYTES)
        os.fsync(file)

    times = [timed(written) for _ in range(200)]
    os.close(file)
    return statistics.median(times)


def timed(work: Callable[[], object]) -> float:
    """How many seconds it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest of the times that at least this share of them does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def peak_mib(pid: int | str = "self") -> float:
    """The most memory that a process ever had in RAM (VmHWM), in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM in /proc")


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def per_second(count: int, seconds: float, what: str = "entries") -> str:
    return f"{count / seconds:,.0f} {what}/s"


def size(count: float) -> str:
    return f"{count / 1024:,.1f} KiB"
