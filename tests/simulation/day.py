"""One simulated day: six devices of a small plant and a region, under faults and a restore, then
all checks.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.simulation import checks
from tests.simulation.deeds import FIELD, FLOOR, INSPECTION, OFFICE, STORE
from tests.simulation.small_plant import small_plant
from tests.simulation.world import DRAIN_ROUNDS_MAX, World

ROUNDS = 240


@dataclass(frozen=True)
class Told:
    """What a day came to: entries written, and rounds until nothing waited."""

    entries: int
    drain_rounds: int


def simulate(folder: Path, seed: int, *, rounds: int = ROUNDS) -> Told:
    """A day that follows from the seed; AssertionError names the promise that was broken."""
    world = World(small_plant(folder / "plant"), seed)
    world.add("tablet", ("wang.fang", "zhao.lei"), "SZ", FLOOR)
    world.add("inspection", ("liu.yang", "ma.li"), "SZ", INSPECTION)
    world.add("store", ("chen.jing",), "SZ", STORE)
    world.add("office", ("zhang.wei", "li.na"), "SZ", OFFICE)
    world.add("phone", ("zhou.min", "wu.gang"), "HD", FIELD)
    world.add("van", ("he.yan",), "HD", STORE)
    world.run(rounds)
    drained = world.drain()
    assert drained < DRAIN_ROUNDS_MAX
    check(world)
    world.send_all_again()
    world.plant.close()
    return Told(sum(len(device.written) for device in world.devices), drained)


def check(world: World) -> None:
    """Everything that must hold after the faults stopped."""
    store = world.plant.store
    checks.every_entry_is_in_the_journal_once(store, world.devices)
    checks.every_word_in_a_ledger_is_in_the_journal(store, world.devices)
    checks.every_device_was_heard_in_its_order(store, world.devices)
    checks.every_parked_entry_has_one_case(store)
    for device in world.devices:
        checks.every_replica_equals_its_scopes(store, device.replica)
    checks.movements_add_up(store)
    checks.the_data_are_whole(world.plant)
    checks.the_reports_follow_from_the_journal(world.plant)
