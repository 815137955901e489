"""The world: devices that record while the network loses answers, repeats and reorders deliveries.

All that happens follows from one seed. What must hold afterwards is in `checks`.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from server.domain.person import Person
from server.domain.rights import scopes_of
from server.plant import Plant
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
    outbox: list[bytes] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    ledger: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, answer: Answer) -> None:
        """What was said of an entry stays said; the entry leaves the outbox."""
        for verdict in answer.verdicts:
            before = self.ledger.setdefault(verdict["id"], verdict)
            assert before == verdict, "the server changed its words"
        self.outbox = [raw for raw in self.outbox if id_of(raw) not in self.ledger]


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
        self.devices.append(Device(sender, people, site, choices, replica))

    def run(self, rounds: int) -> None:
        """Record, deliver and pull in any order."""
        for _ in range(rounds):
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
        if device.written and self.rng.random() < 0.4:
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
