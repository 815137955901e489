"""The world of one seed: a plant, its devices and the network between them, in simulated time.

What befalls it is planned in `events`; what must hold is in `watch` (at each step) and
`invariants` (when all is calm again).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from tests.simulation.chance import Chance, seeded
from tests.simulation.deeds import Chooser
from tests.simulation.device import Device
from tests.simulation.faults import Faults
from tests.simulation.grounds import Ground
from tests.simulation.network import Network
from tests.simulation.reader import Reader
from tests.simulation.recording import Recorded
from tests.simulation.schedule import Schedule
from tests.simulation.server import Server
from tests.simulation.small_plant import BEGAN
from tests.simulation.watch import Watch

MORNING = BEGAN + timedelta(days=1)
CALM_STEP_MS = 5_000
CALM_MAX_MS = 30 * 60_000
ROUNDS_MAX = 40


@dataclass(frozen=True)
class Confirmed:
    """What a person was told is safe, and on which device."""

    device: Device
    entry: Recorded


@dataclass
class World:
    """Everything of one day."""

    ground: Ground
    seed: int
    day_ms: int
    devices: list[Device] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = Chance(self.seed)
        self.schedule = Schedule(int(MORNING.timestamp() * 1000))
        self.chance.now_ms = lambda: self.schedule.now_ms
        self.faults = Faults(self.chance)
        self.watch = Watch()

    @contextmanager
    def open(self) -> Iterator[None]:
        """While this is open the plant runs."""
        with seeded(self.chance, self._now):
            self.server = Server(
                self.ground,
                self.schedule,
                self.chance,
                self.watch.pushed,
                self.watch.pulled,
                Reader(Random(self.seed)),
            )
            self.network = Network(self.server, self.schedule, self.chance, self.faults)
            try:
                yield
            finally:
                self.server.plant.close()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.schedule.now_ms)

    def add(
        self, name: str, people: tuple[str, ...], site: str, choices: tuple[Chooser, ...], **rest
    ) -> None:
        """A device that nobody has used yet; several people may share it."""
        device = Device(
            name,
            people,
            site,
            choices,
            self.schedule,
            self.network,
            self.faults,
            self.chance,
            lambda device, entry: self.confirmed.append(Confirmed(device, entry)),
            **rest,
        )
        self.take_in(device)

    def take_in(self, device: Device) -> None:
        """From now on it is watched, and used."""
        self.devices.append(device)
        device.disk.changed = lambda: self.watch.saw(device)
        device.start()

    def evict(self, device: Device) -> None:
        device.vanish()
        again = f"{device.name}, again"
        rest = {"deed_ms": device.deed_ms, "app": device.app, "locks": device.locks}
        self.add(again, device.people, device.site, device.choices, **rest)

    def epoch(self) -> str:
        with self.server.plant.store.read() as connection:
            return self.server.plant.store.epoch(connection)

    def back_up(self) -> None:
        self.server.back_up()
        self.watch.backed_up(self.epoch())

    def go_back(self) -> None:
        """The plant is lost, and what was backed up takes its place."""
        self.server.go_back()
        self.watch.went_back(self.epoch())
        self.server.restart()

    def calm(self) -> None:
        """The faults stop: all are in contact, and who left is replaced by who has the right."""
        self.faults.stop()
        self.network.cut_off.clear()
        self.network.down_until_ms = 0
        self.revoked = self.server.revoked()
        for device in self.devices:
            device.people = (*device.people, "zhang.wei")

    def converge(self) -> tuple[int, int] | None:
        """How many milliseconds and rounds it took until nothing waited; None if it never did."""
        began_ms = self.schedule.now_ms
        rounds = {device.name: device.exchange.rounds for device in self.devices}
        while self.schedule.now_ms - began_ms < CALM_MAX_MS:
            self.schedule.run(self.schedule.now_ms + CALM_STEP_MS)
            newest = self.server.newest()
            if all(self.is_settled(device, newest) for device in self.living()):
                most = max(d.exchange.rounds - rounds[d.name] for d in self.living())
                return self.schedule.now_ms - began_ms, most
        return None

    def living(self) -> list[Device]:
        return [device for device in self.devices if device.exists]

    def is_settled(self, device: Device, newest: dict[str, int]) -> bool:
        """Nothing waits on it, and it has all that its person may see; but for who is shut out."""
        disk = device.disk
        if disk.waiting():
            return False
        if disk.device in self.revoked or disk.signin is None:
            return True
        feed = disk.feed
        is_whole = feed.complete and feed.staged is None and feed.epoch == feed.shown
        is_own = feed.person == disk.signin.login  # not still what the person before was given
        is_new = all(v >= newest.get(scope, 0) for scope, v in feed.cursors.items())
        return is_whole and is_own and is_new and not disk.outbox and disk.standing is None

    def restless(self) -> str:
        """Who has not come to rest, and how it stands there."""
        told, newest = [], self.server.newest()
        for device in self.living():
            if not self.is_settled(device, newest):
                disk = device.disk
                feed = disk.feed
                state = f"{len(disk.waiting())} of {len(disk.outbox)} wait"
                where = f"epochs {feed.epoch}/{feed.shown}, complete {feed.complete}"
                told.append(f"{device.name}: {state}, standing {disk.standing}, {where}")
        return "; ".join(told)
