"""Fault: what a verification found, as data; and the report that collects faults and counts.

A fault has a stable code, names the entry, document or device first, and says in words what is
wrong with it. A note tells what is worth knowing and wrong with nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

# Of one code; beyond that they are counted only, so that a report stays small.
KEPT_MAX = 1000

# What is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


class Fault(NamedTuple):
    """A stable code, what it is about, and what is wrong in words."""

    code: str
    what: str
    text: str


@dataclass
class Report:
    """What was checked and what was found. `counts` says how much of each kind was looked at."""

    entries: int = 0
    documents: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    notes: list[Fault] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)
    durations_s: dict[str, float] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found

    @property
    def fault_count(self) -> int:
        """How many faults there are, also those beyond what is kept."""
        return self.found.total()

    def fault(self, code: str, what: str, text: str) -> None:
        """Add a fault."""
        self.found[code] += 1
        if self.found[code] <= KEPT_MAX:
            self.faults.append(Fault(code, what, text))

    def note(self, code: str, what: str, text: str) -> None:
        """Add what is worth knowing."""
        self.noted[code] += 1
        if self.noted[code] <= KEPT_MAX:
            self.notes.append(Fault(code, what, text))

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the seconds that a stage takes."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.durations_s[stage] = round(time.monotonic() - begun, 3)
