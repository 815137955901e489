"""One simulated day: seven devices of a small plant and a region under all faults, then calm, then
every invariant.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.broken import must
from tests.simulation.deeds import FIELD, FLOOR, INSPECTION, OFFICE, STORE
from tests.simulation.events import plan
from tests.simulation.grounds import ground
from tests.simulation.invariants import check
from tests.simulation.world import ROUNDS_MAX, World

ROUNDS = 240
DEVICES = (
    ("tablet", ("wang.fang", "zhao.lei"), "SZ", FLOOR),
    ("inspection", ("liu.yang", "ma.li"), "SZ", INSPECTION),
    ("store", ("chen.jing",), "SZ", STORE),
    ("office", ("zhang.wei", "li.na"), "SZ", OFFICE),
    ("phone", ("zhou.min", "wu.gang"), "HD", FIELD),
    ("van", ("he.yan",), "HD", STORE),
    ("region", ("li.na", "zhang.wei"), "HD", OFFICE),
)
DEED_MS = 12_000
# Between two deeds of a tab, with those that come to nothing.
PAUSE_MS = 3 * DEED_MS
TABS = 2


@dataclass(frozen=True)
class Told:
    """What a day came to. `digest` is of the whole journal: the same each time for a seed."""

    entries: int
    faults: Counter[str]
    converged_ms: int
    converged_rounds: int
    resumed: int
    heals: int
    digest: str


def simulate(folder: Path, seed: int, *, rounds: int = ROUNDS, database: str = "sqlite") -> Told:
    """A day that follows from the seed, of about so many deeds. Raises Broken."""
    day_ms = rounds * PAUSE_MS // (TABS * len(DEVICES))
    with ground(database, folder) as under:
        world = World(under, seed, day_ms)
        with world.open():
            return _lived(world)


def _lived(world: World) -> Told:
    for number, (name, people, site, choices) in enumerate(DEVICES):
        how = {"app": "old" if number % 2 else "new", "locks": world.chance.happens(0.7)}
        world.add(name, people, site, choices, deed_ms=DEED_MS, **how)
    plan(world, world.day_ms)
    world.schedule.run(world.schedule.now_ms + world.day_ms)
    world.calm()
    took = world.converge()
    must(took is not None, 10, world.restless())
    milliseconds, rounds = took or (0, 0)
    must(rounds <= ROUNDS_MAX, 10, f"it took {rounds} rounds until nothing waited")
    digest = check(world)
    return Told(
        entries=len(world.confirmed),
        faults=world.faults.seen,
        converged_ms=milliseconds,
        converged_rounds=rounds,
        resumed=world.server.resumed,
        heals=sum(device.exchange.heals for device in world.devices),
        digest=digest,
    )
