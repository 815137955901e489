"""Several devices on the real model, under faults; whatever the seed, the promises hold."""

from pathlib import Path

import pytest

from tests.simulation import checks
from tests.simulation.deeds import FIELD, FLOOR, INSPECTION, OFFICE, STORE
from tests.simulation.small_plant import small_plant
from tests.simulation.world import DRAIN_ROUNDS_MAX, World

ROUNDS = 240


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_network_does_nothing_is_lost_or_twice_and_all_adds_up(tmp_path: Path, seed):
    plant = small_plant(tmp_path)
    world = World(plant, seed)
    world.add("tablet", ("wang.fang", "zhao.lei"), "SZ", FLOOR)
    world.add("inspection", ("liu.yang", "ma.li"), "SZ", INSPECTION)
    world.add("store", ("chen.jing",), "SZ", STORE)
    world.add("office", ("zhang.wei", "li.na"), "SZ", OFFICE)
    world.add("phone", ("zhou.min", "wu.gang"), "HD", FIELD)
    world.add("van", ("he.yan",), "HD", STORE)
    world.run(ROUNDS)
    assert world.drain() < DRAIN_ROUNDS_MAX
    checks.every_entry_is_in_the_journal_once(plant.store, world.devices)
    checks.every_device_was_heard_in_its_order(plant.store, world.devices)
    checks.every_parked_entry_has_one_case(plant.store)
    for device in world.devices:
        checks.every_replica_equals_its_scopes(plant.store, device.replica)
    checks.movements_add_up(plant.store)
    checks.the_data_are_whole(plant)
    checks.the_reports_follow_from_the_journal(plant)
    world.send_all_again()
    plant.close()
