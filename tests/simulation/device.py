"""A device in people's hands: tabs in which they record, two drainers, and what befalls it.

Each tab and drainer is a task that lives until the device is killed; the disk outlives it.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulation.chance import Chance
from tests.simulation.deeds import Chooser, Eyes
from tests.simulation.disk import Disk
from tests.simulation.exchange import Exchange, Steps
from tests.simulation.faults import Faults
from tests.simulation.network import Network
from tests.simulation.recording import Circumstances, DeviceFull, Recorded, append
from tests.simulation.schedule import Ask, Pause, Schedule, Task

STEP_MS = (1, 60)
DRAIN_MS = (4_000, 50_000)
REBOOT_MS = (1_000, 30_000)
CLOCK_OFF_MS = 3 * 24 * 3600 * 1000
SPOILS = ("malformed", "broken JSON", "after nothing")


@dataclass
class Device:
    """One device; `locks` tells whether its tabs can keep each other from draining at once."""

    name: str
    people: tuple[str, ...]
    site: str
    choices: tuple[Chooser, ...]
    schedule: Schedule
    network: Network
    faults: Faults
    chance: Chance
    confirmed: Callable[["Device", Recorded], None]
    deed_ms: int
    app: str = "new"
    locks: bool = True
    exists: bool = True
    forked: bool = False
    disk: Disk = field(default_factory=Disk)
    rotten: dict[str, set[str]] = field(default_factory=dict)
    life: int = 0
    draining: int = 0

    def __post_init__(self) -> None:
        offset = self.chance.randint(-CLOCK_OFF_MS, CLOCK_OFF_MS)
        self.exchange = Exchange(self.disk, self.chance, self.schedule, self.faults, offset)

    def start(self) -> None:
        """Two tabs and two drainers."""
        for task in (self._tab(), self._tab(), self._drainer(), self._drainer()):
            self._go_on(task, self.life, None)

    def kill(self) -> None:
        """All that was not durable is lost; it starts again after a while."""
        self.life += 1
        self.draining = 0
        if self.exists:
            self.schedule.after(self.chance.randint(*REBOOT_MS), self.start)

    def vanish(self) -> None:
        """All that was stored here is lost: this device exists no more."""
        self.exists = False
        self.kill()

    def cloned(self, name: str) -> "Device":
        """Another that has all that this one has, and goes on by itself."""
        twin = replace(self, name=name, disk=Disk(), life=0, draining=0, forked=True)
        twin.rotten = dict(self.rotten)
        self.forked = True
        for told, value in vars(self.disk).items():
            if told not in ("changed", "key"):
                setattr(twin.disk, told, deepcopy(value))
        twin.disk.key = self.disk.key
        return twin

    def _go_on(self, task: Task, life: int, answer: Any) -> None:
        """One step of a task: up to where it waits again, or where the device is killed."""
        if life != self.life:
            task.close()
            return
        try:
            wait = task.throw(answer) if isinstance(answer, Exception) else task.send(answer)
        except StopIteration:
            return
        if self.faults.strikes("device killed"):
            task.close()
            self.kill()
        elif isinstance(wait, Ask):
            self.network.ask(self.name, wait, lambda told: self._go_on(task, life, told))
        else:
            ms = wait.ms or self.chance.randint(*STEP_MS)
            self.schedule.after(ms, lambda: self._go_on(task, life, None))

    def _drainer(self) -> Task:
        while True:
            yield Pause(self.chance.randint(*DRAIN_MS))
            while self.locks and self.draining:
                yield Pause(self.chance.randint(*STEP_MS) * 10)
            self.draining += 1
            if self.draining > 1:
                self.faults.note("two drainers")
            yield from self.exchange.synchronise()
            self.draining -= 1

    def _tab(self) -> Task:
        while True:
            yield Pause(self.chance.randint(self.deed_ms // 2, 3 * self.deed_ms))
            if self.faults.strikes("clock set"):
                self.exchange.offset_ms = self.chance.randint(-CLOCK_OFF_MS, CLOCK_OFF_MS)
            if self.disk.replica and self.faults.strikes("row rotten"):
                self._rot()
            yield from self._see_to_sign_in()
            if self.faults.on:
                yield from self._record()

    def _rot(self) -> None:
        """A document is missing all of a sudden, and nothing says so."""
        key = self.chance.choice(sorted(self.disk.replica))
        self.rotten[key] = set(self.disk.replica[key].scopes) | self.rotten.get(key, set())
        del self.disk.replica[key]

    def _see_to_sign_in(self) -> Steps:
        """Somebody signs in where it is asked for; on a shared tablet also the next person."""
        wanted = self.disk.signin is None or self.disk.standing == "sign_in"
        changes = self.faults.on and len(self.people) > 1 and self.chance.happens(0.08)
        if self.disk.standing == "revoked" or not (wanted or changes):
            return
        if self.name in self.network.cut_off:
            return
        people = [self.chance.choice(self.people), *self.people]
        cookies = (self.network.server.sign_in(login) for login in people)
        self.disk.cookie = next((cookie for cookie in cookies if cookie), "")
        yield Pause()
        try:
            yield from self.exchange.enrol()
        except Exception as error:
            if type(error).__name__ not in ("Unreachable", "Refused"):
                raise
            self.disk.standing = "sign_in"

    def _record(self) -> Steps:
        """One deed out of what is seen here; the person is told whether it is safe."""
        bodies = {key: held.body for key, held in self.disk.replica.items()}
        eyes = Eyes(self.chance, bodies, self.site, self.app)
        wish = self.chance.choice(self.choices)(eyes)
        if wish is None:
            return
        how = Circumstances(
            str(self.chance.uuid7()),
            self.exchange.clock_ms(),
            self.app,
            is_full=self.faults.strikes("quota full"),
            spoil=self.chance.choice(SPOILS) if self.chance.happens(0.02) else "",
        )
        try:
            recorded = yield from append(self.disk, wish, how)
        except DeviceFull:
            return
        if recorded is None:
            return
        if how.spoil or wish.kind == "crate.dropped":
            self.faults.note("poison entry")
        if self.app == "old" and wish.kind == "crate.marked":
            self.faults.note("old version")
        self.confirmed(self, recorded)
