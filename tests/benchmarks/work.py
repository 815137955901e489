"""A day's work as a shared tablet brings it: many kinds, by many people, signed by the device.

Lots are received, released, put away, issued and returned; products run through the shipped
production procedure; visits through the shipped service procedure; some leave notes. New lots,
jobs and visits take the place of those that are done, so that no document's history grows with
the length of the run.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from server.domain.run import FieldDef, StepDef
from server.plant import Plant
from sync.compose import Chain, Deed
from sync.push import Delivery
from sync.signature import SigningKey
from tests.benchmarks.floor import AT, MATERIALS, PROCEDURES, PRODUCT, enrol, login_of

# Of a hundred entries so many are of this kind; what a job or visit needs to begin comes on top.
MIX = {
    "receive": 7,
    "issue": 27,
    "bring_back": 7,
    "put_away": 22,
    "step": 18,
    "visit": 8,
    "note": 11,
}
LOTS_OPEN, JOBS_OPEN, VISITS_OPEN = 100, 25, 10
POSTS = {"operator": "worker", "storekeeper": "keeper", "quality_manager": "quality"}
SHA256 = "ab" * 32
Told = tuple[str, str, str, dict[str, Any]]  # post, kind, on, body


@dataclass
class Run:
    """A job or visit that is under way: which steps are left."""

    key: str
    steps: list[StepDef]


@dataclass
class Tablet:
    """A device that keeps working; `batches` is what it wrote, ready to send."""

    device: str
    site: str
    proofs: dict[str, str]
    key: SigningKey | None
    rng: Random
    chain: Chain = field(init=False)
    lots: list[str] = field(default_factory=list)
    jobs: list[Run] = field(default_factory=list)
    visits: list[Run] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.chain = Chain(self.device, 0, "0" * 64)
        self.waiting: list[Told] = []
        for _ in range(LOTS_OPEN):
            self.waiting += self._receive()

    def batch(self, size: int) -> Delivery:
        """The next entries, as they are sent."""
        return Delivery(self.device, [self._signed(self._next()) for _ in range(size)])

    def stock(self, lots: int) -> Delivery:
        """So many new lots, on which nobody works afterwards."""
        in_work = list(self.lots)
        received = [self._receive()[0] for _ in range(lots)]
        self.lots = in_work
        return Delivery(self.device, [self._signed(told) for told in received])

    def copied(self) -> "Tablet":
        """Another that goes on from here; without a key, which stays where it is."""
        assert self.key is None
        return deepcopy(self)

    def _next(self) -> Told:
        while not self.waiting:
            [name] = self.rng.choices(list(MIX), list(MIX.values()))
            self.waiting += getattr(self, f"_{name}")()
        return self.waiting.pop(0)

    def _signed(self, told: Told) -> tuple[bytes, str | None]:
        post, kind, on, body = told
        blobs = [{"sha256": SHA256, "size": 9000, "type": "image/png", "name": "signature.png"}]
        deed = Deed(
            kind,
            on,
            body,
            login_of(post, self.site),
            self.proofs[post],
            AT,
            base=1 if kind == "lot.released" else None,
            blobs=blobs if SHA256 in body.get("answers", {}).values() else [],
        )
        _, raw = self.chain.add(deed, app="bench")
        return raw, self.key.sign(raw) if self.key else None

    def _number(self) -> str:
        self.made += 1
        return f"{self.device}-{self.made}"

    def _receive(self) -> list[Told]:
        item = f"{self.site}:{self.rng.choice(MATERIALS)}"
        lot = f"lot/{item}:{self._number()}"
        self.lots.append(lot)
        del self.lots[:-LOTS_OPEN]
        body = {"item": f"item/{item}", "quantity": "500", "location": "RECV"}
        freed = {"reason": "needed on the line", "emergency": True}
        return [("keeper", "lot.received", lot, body), ("supervisor", "lot.released", lot, freed)]

    def _issue(self) -> list[Told]:
        body = {"quantity": "2.5", "target": "line 3"}
        return [("keeper", "material.issued", self.rng.choice(self.lots), body)]

    def _bring_back(self) -> list[Told]:
        body = {"quantity": "1", "location": "A-01", "reason": "left over"}
        return [("keeper", "material.returned", self.rng.choice(self.lots), body)]

    def _put_away(self) -> list[Told]:
        body = {"quantity": "3", "target": self.rng.choice(["A-01", "A-02", "B-07"])}
        return [("worker", "material.put_away", self.rng.choice(self.lots), body)]

    def _note(self) -> list[Told]:
        return [("worker", "note.added", self.rng.choice(self.lots), {"text": "看过 ✓ good"})]

    def _step(self) -> list[Told]:
        if len(self.jobs) < JOBS_OPEN:
            return self._start()
        return self._go_on(self.jobs, "step.recorded")

    def _visit(self) -> list[Told]:
        if len(self.visits) < VISITS_OPEN:
            return self._send()
        return self._go_on(self.visits, "visit.step_recorded")

    def _start(self) -> list[Told]:
        number = self._number()
        lot, job = f"lot/{self.site}:{PRODUCT}:{number}", f"job/{self.site}:{number}"
        procedure = PROCEDURES["production"]
        self.jobs.append(Run(job, _required(procedure.steps)))
        made = {"item": f"item/{self.site}:{PRODUCT}", "quantity": "20"}
        begun = {
            "procedure": f"procedure/{self.site}:production.v{procedure.revision}",
            "lot": lot,
            "quantity": "20",
        }
        return [("planner", "lot.created", lot, made), ("planner", "job.started", job, begun)]

    def _send(self) -> list[Told]:
        visit = f"visit/{self.site}:{self._number()}"
        procedure = PROCEDURES["site_service"]
        self.visits.append(Run(visit, _required(procedure.steps)))
        body = {
            "procedure": f"procedure/{self.site}:site_service.v{procedure.revision}",
            "service": "repair",
            "customer": {"name": "Wuxi", "address": "206", "contact": "Qian", "phone": "0510"},
            "problem": "leaks at the bonnet",
            "technician": login_of("technician", self.site),
        }
        return [("planner", "visit.opened", visit, body)]

    def _go_on(self, runs: list[Run], kind: str) -> list[Told]:
        run = self.rng.choice(runs)
        step = run.steps.pop(0)
        if not run.steps:
            runs.remove(run)
        body: dict[str, Any] = {"step": step.key, "answers": _answers(step)}
        if step.verdict:
            body["verdict"] = "pass"
        if any(one.type == "parts" for one in step.fields):
            body["parts"] = [{"lot": self.rng.choice(self.lots), "quantity": "1"}]
        post = "mate" if step.other_than else POSTS.get(step.roles[0], step.roles[0])
        return [(post, kind, run.key, body)]


def tablet(plant: Plant, device: str, site: str, *, seed: int = 0, signs: bool = True) -> Tablet:
    """A device enrolled at the site, with a key of its own."""
    key = SigningKey.from_number(seed + 1) if signs else None
    proofs = enrol(plant, device, site, public_key=key.public if key else None)
    return Tablet(device, site, proofs, key, Random(seed))


def _required(steps: list[StepDef]) -> list[StepDef]:
    return [step for step in steps if not step.repeat]


def _answers(step: StepDef) -> dict[str, str]:
    return {one.key: _answer(one) for one in step.fields if one.required and one.type != "parts"}


def _answer(asked: FieldDef) -> str:
    if asked.type in ("photo", "signature"):
        return SHA256
    if asked.type == "choice":
        return next(choice.key for choice in asked.choices if choice.ok)
    if asked.type == "number":
        return str(asked.nominal or asked.upper or asked.lower or 1)
    return {"quantity": "20", "location": "FG-01", "date": "2026-11-30"}.get(asked.type, "done")
