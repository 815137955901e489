"""What is planned for a simulated day beside the network's whims: each at a moment by the seed.

Partitions, a restore, an upgrade, a clone, evictions, revocations, sign-ins that run out.
"""

from collections.abc import Callable
from functools import partial

from tests.simulation.device import Device
from tests.simulation.faults import PLANNED
from tests.simulation.world import World

CUT_OFF_MS = (20_000, 240_000)
ROLES = (["storekeeper"], ["technician"], ["operator", "inspector"])
LIKELY = 0.7


def plan(world: World, day_ms: int) -> None:
    """Give each planned kind its moments."""
    for kind, count in PLANNED.items():
        for _ in range(count):
            if world.chance.happens(LIKELY):
                act = EVENTS[kind]
                world.schedule.after(
                    world.chance.randint(day_ms // 10, day_ms),
                    partial(_happen, world, act, kind),
                )


def _happen(world: World, act: Callable[[World], bool], kind: str) -> None:
    if world.faults.on and act(world):
        world.faults.note(kind)


def _some(world: World) -> Device | None:
    there = [device for device in world.devices if device.exists and device.disk.device]
    return world.chance.choice(there) if there else None


def partition(world: World) -> bool:
    """Some devices are cut off for a while."""
    names = {device.name for device in world.devices if world.chance.happens(0.5)}
    world.network.cut_off |= names
    back_ms = world.chance.randint(*CUT_OFF_MS)
    world.schedule.after(back_ms, lambda: world.network.cut_off.difference_update(names))
    return bool(names)


def back_up_and_restore(world: World) -> bool:
    """Back up now, go back to it later."""
    world.back_up()
    world.schedule.after(world.chance.randint(world.day_ms // 20, world.day_ms // 2), world.go_back)
    return True


def upgrade(world: World) -> bool:
    world.server.upgrade()
    return True


def clone(world: World) -> bool:
    """Somebody copies a device's storage; both go on under the same name."""
    device = _some(world)
    if device is None or device.forked:
        return False
    twin = device.cloned(f"{device.name}'s twin")
    world.take_in(twin)
    return True


def evict(world: World) -> bool:
    """All that a device stored is gone; its people go on with the same tablet as a new device."""
    device = _some(world)
    if device is None:
        return False
    world.evict(device)
    return True


def lose_replica(world: World) -> bool:
    device = _some(world)
    if device is None:
        return False
    device.disk.clear_replica()
    return True


def revoke_device(world: World) -> bool:
    device = _some(world)
    if device is None or device.disk.device is None or device.forked:
        return False
    return world.server.revoke(device.disk.device)


def revoke_person(world: World) -> bool:
    """Somebody leaves the company while their entries wait."""
    login = world.chance.choice(["zhao.lei", "ma.li", "wu.gang", "he.yan"])
    world.server.perform("person.changed", f"person/org:{login}", {"active": False})
    return True


def change_rights(world: World) -> bool:
    """Somebody sees other scopes from now on."""
    login, site = world.chance.choice([("chen.jing", "SZ"), ("zhou.min", "HD"), ("li.na", "SZ")])
    body = {"roles": {site: world.chance.choice(ROLES)}}
    world.server.perform("person.changed", f"person/org:{login}", body)
    return True


def expire(world: World) -> bool:
    """A sign-in runs out, or somebody signed out elsewhere."""
    device = _some(world)
    if device is None:
        return False
    world.server.end_session(device.disk.cookie)
    return True


EVENTS: dict[str, Callable[[World], bool]] = {
    "partition": partition,
    "backup and restore": back_up_and_restore,
    "upgrade": upgrade,
    "device cloned": clone,
    "storage evicted": evict,
    "replica lost": lose_replica,
    "device revoked": revoke_device,
    "person revoked": revoke_person,
    "rights changed": change_rights,
    "sign-in expired": expire,
}
