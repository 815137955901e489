"""The world: devices that record while the network loses answers, repeats and reorders deliveries,
and the plant goes back to a backup in the middle of the day.

All that happens follows from one seed. What must hold afterwards is in `checks`.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from server.backup import back_up, restore
from server.domain.person import Person
from server.domain.rights import scopes_of
from server.plant import Plant, chain_of, opened
from server.settings import Settings
from sync import documents
from sync.push import Answer, Delivery, push_within
from tests.simulation.deeds import Chooser, Eyes
from tests.simulation.demo import enrolled, in_hands_of
from tests.simulation.replica import Replica
from tests.simulation.sender import Sender, id_of
from tests.simulation.small_plant import BEGAN

DRAIN_ROUNDS_MAX = 20


class PowerLoss(Exception):
    """The process died within a transaction."""


@dataclass
class Device:
    """A device with its outbox, its ledger of verdicts and its replica."""

    sender: Sender
    people: tuple[str, ...]
    site: str
    choices: tuple[Chooser, ...]
    replica: Replica
    epoch: str
    outbox: list[bytes] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    ledger: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, answer: Answer) -> None:
        """What was said of an entry stays said; the entry leaves the outbox."""
        self.follow(answer.epoch, answer.last_seq)
        for verdict in answer.verdicts:
            before = self.ledger.setdefault(verdict["id"], verdict)
            assert before == verdict, "the server changed its words"
        self._keep_waiting()

    def follow(self, epoch: str, last_seq: int) -> None:
        """Under a new epoch load afresh, and send again what the server has forgotten."""
        if epoch == self.epoch:
            return
        self.epoch = epoch
        self.replica.begin_anew()
        for raw in self.written[last_seq:]:
            self.ledger.pop(id_of(raw), None)
        self._keep_waiting()

    def _keep_waiting(self) -> None:
        self.outbox = [raw for raw in self.written if id_of(raw) not in self.ledger]


@dataclass
class World:
    """A plant and its devices under faults."""

    plant: Plant
    seed: int
    devices: list[Device] = field(default_factory=list)
    seconds: int = 0

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)

    def add(self, device: str, people: tuple[str, ...], site: str, choices: tuple[Chooser, ...]):
        """A device; several people may share it."""
        sender = enrolled(self.plant, device, people[0], site)
        replica = Replica(self.plant.store, self._scopes(people[0]))
        self.devices.append(Device(sender, people, site, choices, replica, self._epoch()))

    def run(self, rounds: int) -> None:
        """Record, deliver and pull in any order; back up early, and go back to that later."""
        saved_at, lost_at = self.rng.randrange(rounds // 2), self.rng.randrange(rounds // 2, rounds)
        for number in range(rounds):
            if number == saved_at:
                self._back_up()
            if number == lost_at:
                self._go_back()
            act = self.rng.choices([self._record, self._deliver, self._pull], [6, 3, 2])[0]
            act()

    def drain(self) -> int:
        """The faults stop; how many rounds it took until nothing waited."""
        rounds = 0
        while rounds < DRAIN_ROUNDS_MAX and any(device.outbox for device in self.devices):
            rounds += 1
            for device in self.devices:
                device.take(self._push([(device, device.outbox[:50])])[0])
        for device in self.devices:
            device.replica.pull_all()
        return rounds

    def send_all_again(self) -> None:
        """Every entry once more: the same words, and nothing happens."""
        for device in self.devices:
            for start in range(0, len(device.written), 50):
                batch = device.written[start : start + 50]
                answer = self._push([(device, batch)])[0]
                assert answer.verdicts == [device.ledger[id_of(raw)] for raw in batch]

    def _back_up(self) -> None:
        contents, report = back_up(
            self.plant.settings, self._archive, now=self.plant.now(), verified=True
        )
        assert report is not None
        assert (report.faults, contents.missing) == ([], ())

    def _go_back(self) -> None:
        """The plant is lost, and what was backed up takes its place."""
        self.plant.close()
        settings = Settings(data=self.plant.settings.data.with_name("restored"))
        restore(settings, self._archive, verified=True)
        self.plant = opened(settings)
        for device in self.devices:
            device.replica.store = self.plant.store

    @property
    def _archive(self) -> Path:
        return self.plant.settings.data.with_name("backup.tar")

    def _epoch(self) -> str:
        with self.plant.store.read() as connection:
            return self.plant.store.epoch(connection)

    def _record(self) -> None:
        device = self.rng.choice(self.devices)
        if len(device.people) > 1 and self.rng.random() < 0.1:
            login = self.rng.choice(device.people)
            device.sender = in_hands_of(self.plant, device.sender, login)
        wish = self.rng.choice(device.choices)(Eyes(self.rng, device.replica.bodies, device.site))
        if wish is None:
            return
        raw = device.sender.write(wish.kind, wish.on, wish.body, base=wish.base, at=self._now())
        device.outbox.append(raw)
        device.written.append(raw)

    def _deliver(self) -> None:
        """Some devices at once, in one commit or none; answers may get lost."""
        some = self.rng.sample(self.devices, self.rng.randint(1, len(self.devices)))
        batches = [(device, self._disturbed(device)) for device in some]
        dies = self.rng.random() < 0.1
        try:
            answers = self._push(batches, dies=dies)
        except PowerLoss:
            return
        for device, answer in zip(some, answers, strict=True):
            if self.rng.random() < 0.7:
                device.take(answer)

    def _disturbed(self, device: Device) -> list[bytes]:
        batch = device.outbox[: self.rng.randint(1, 30)]
        fault = self.rng.random()
        if fault < 0.15:
            self.rng.shuffle(batch)
        elif fault < 0.3 and batch:
            batch.pop(self.rng.randrange(len(batch)))
        # What was answered before the restore is not sent again before the device knows of it.
        if device.epoch == self._epoch() and device.written and self.rng.random() < 0.4:
            again = self.rng.choices(device.written, k=3)
            batch = [*again, *batch] if self.rng.random() < 0.5 else [*batch, *again]
        return batch

    def _push(self, batches: list[tuple[Device, list[bytes]]], *, dies: bool = False):
        engine = self.plant.engine
        deliveries = [
            Delivery(device.sender.device, [(raw, None) for raw in raws])
            for device, raws in batches
        ]
        self.seconds += 1
        now = BEGAN + timedelta(days=1, seconds=self.seconds)
        with engine.store.write() as connection:
            answers, _ = push_within(connection, engine, deliveries, now)
            if dies:
                raise PowerLoss
        return answers

    def _pull(self) -> None:
        device = self.rng.choice(self.devices)
        with self.plant.store.read() as connection:
            last_seq = chain_of(connection, device.sender.device).last_seq
        device.follow(self._epoch(), last_seq)
        device.replica.pull(self.rng.choice([1, 5, 50, 1000]))

    def _scopes(self, login: str) -> frozenset[str]:
        with self.plant.store.read() as connection:
            key = f"person/org:{login}"
            person = documents.load(connection, self.plant.engine.model.documents, {key})[key]
        assert isinstance(person, Person)
        return scopes_of(person)

    def _now(self) -> str:
        moment = BEGAN + timedelta(days=1, seconds=self.seconds)
        return moment.isoformat(timespec="milliseconds")
