"""A batch: so many requests of one kind at a plant of their own, then a verification of it."""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from server.verify import verify_plant
from tests.fuzz.findings import BUSY, Books, Shelf, wrong_words
from tests.fuzz.ground import Ground, ground
from tests.fuzz.requests import enrolments, pulls, pushes
from tests.fuzz.uploads import uploads
from tests.fuzz.wire import Answer, Request

FINDINGS_MAX = 20
UNFORESEEN: list[str] = []
KINDS: dict[str, Callable[[], SearchStrategy[Any]]] = {
    "push": pushes,
    "pull": pulls,
    "enrol": enrolments,
    "blob": uploads,
}


@dataclass
class Tally:
    """What came of a batch."""

    kind: str
    cases: int = 0
    entries: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    findings: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Another batch of the same kind."""
        self.cases += other.cases
        self.entries += other.entries
        self.statuses += other.statuses
        self.codes += other.codes
        self.verdicts += other.verdicts
        self.errors += other.errors
        self.findings += other.findings

    def count(self, request: Request, answer: Answer) -> None:
        """One answer."""
        self.cases += 1
        self.statuses[answer.status] += 1
        self.errors += answer.status >= 500 and answer.status != BUSY
        if answer.status >= 400 and request.method != "HEAD":
            self.codes[json.loads(answer.body)["code"]] += 1

    def find(self, text: str) -> None:
        """Something that is wrong."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(text)


@dataclass
class Desk:
    """Sends requests and looks at all that comes of them."""

    ground: Ground
    tally: Tally

    def __post_init__(self) -> None:
        self.books = Books(self.ground.plant)
        self._shelf = Shelf(self.ground.plant)

    def send(self, request: Request) -> Answer:
        """One request."""
        answer = self.ground.wire.send(request)
        self.tally.count(request, answer)
        for wrong in (
            *wrong_words(self.ground.plant, request, answer),
            *self.books.take(request, answer),
            *self._shelf.take(request, answer),
        ):
            places = [UNFORESEEN.pop() for _ in list(UNFORESEEN)]
            self.tally.find("\n    ".join([wrong, str(request), repr(answer.body[:300]), *places]))
        return answer

    def close(self) -> None:
        """The plant must be whole."""
        plant = self.ground.plant
        report = verify_plant(plant.store, plant.settings.data / "blobs")
        for fault in [*report.faults, *report.notes]:
            self.tally.find(f"verify: {fault}")
        self.tally.entries = self.books.entries
        self.tally.verdicts = self.books.verdicts


def run(kind: str, database: str, name: str, cases: int) -> Tally:
    """The batch of this name; the same requests each time, but for ids and hashes in them."""
    quietly()
    tally = Tally(kind)
    with ground(database) as there:
        desk = Desk(there, tally)
        drive(KINDS[kind](), lambda plan: desk.send(plan.request(there)), name, cases)
        desk.close()
    return tally


def drive(plans: SearchStrategy[Any], take: Callable[[Any], object], name: str, cases: int) -> None:
    """So many plans, from a seed; nothing is kept from one run to the next."""

    @seed(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]))
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(plans)
    def taken(plan: Any) -> None:
        take(plan)

    taken()


def quietly() -> None:
    """Of all that the application logs, only where it met something unforeseen is kept."""

    def kept(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
        UNFORESEEN.append(json.dumps(event, ensure_ascii=False, default=str)[:1000])
        raise structlog.DropEvent

    structlog.configure(
        processors=[kept], wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    logging.disable(logging.CRITICAL)
