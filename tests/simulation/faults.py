"""Faults: how likely each kind is, and how often each has happened. What they do is elsewhere."""

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.chance import Chance

# Kinds that strike by the way, with how likely they are at each chance to.
LIKELY = {
    "request lost": 0.05,
    "answer lost": 0.07,
    "late duplicate": 0.05,
    "slow": 0.05,
    "server killed in the transaction": 0.03,
    "server killed after the commit": 0.03,
    "device killed": 0.004,
    "quota full": 0.02,
    "clock set": 0.01,
    "row rotten": 0.01,
    "signature spoiled": 0.005,
}
# Kinds that are planned for a moment of the day, with how many there are at most.
PLANNED = {
    "partition": 4,
    "backup and restore": 1,
    "upgrade": 1,
    "device cloned": 1,
    "storage evicted": 2,
    "replica lost": 2,
    "device revoked": 1,
    "person revoked": 1,
    "rights changed": 2,
    "sign-in expired": 3,
}
# Kinds that are counted where they show.
SEEN = ("reordered", "two drainers", "poison entry", "old version", "late delivery")
KINDS = (*LIKELY, *PLANNED, *SEEN)


@dataclass
class Faults:
    """The day's faults; after `stop` none strikes any more."""

    chance: Chance
    on: bool = True
    seen: Counter[str] = field(default_factory=Counter)

    def strikes(self, kind: str) -> bool:
        if not self.on or not self.chance.happens(LIKELY[kind]):
            return False
        self.seen[kind] += 1
        return True

    def note(self, kind: str) -> None:
        self.seen[kind] += 1

    def stop(self) -> None:
        self.on = False
