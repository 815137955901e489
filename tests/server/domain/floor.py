"""A small plant in memory: deeds run through the real reconciler, documents stand in a dict.

`given` sets the scene and must succeed; `do` is what a test is about, and what the vectors for
the device are made of (`vectors.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from server.domain.approval import Approval
from server.domain.case import Case
from server.domain.item import Item
from server.domain.job import Job
from server.domain.lot import Lot
from server.domain.model import KINDS, MODEL
from server.domain.person import SYSTEM
from server.domain.requisition import Requisition
from server.domain.rights import SETUP_SESSION
from server.domain.run import Step
from server.domain.sums import broken
from server.domain.visit import Visit
from sync.document import Document
from sync.entry import FIRST_PREV, BlobRef, Entry
from sync.reconcile import Blocked, Candidate, Outcome, Reconciler, Result
from tests.server.domain.scenery import ITEMS, PEOPLE, PROCEDURES, SITES

D = TypeVar("D", bound=Document)
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LATEST = -1

M = "lot/SZ:M-1:L1"
P = "lot/SZ:P-1:B1"
VAN = "lot/HD:M-1:S1"
JOB = "job/SZ:J1"
VISIT = "visit/HD:V1"
ASKED = "01900000-0000-7000-8000-0000000000a1"
REQUISITION = f"requisition/SZ:{ASKED}"
APPROVAL = f"approval/SZ:{ASKED}"
OWN_DEVICE = "<the person's own>"


@dataclass(frozen=True)
class Deed:
    """One captured deed: what was there of what it needed, and what came of it."""

    documents: tuple[dict[str, Any], ...]
    entry: Entry
    result: Result


@dataclass
class Floor:
    """Sites, people, items and procedures; `documents` by key."""

    documents: dict[str, Document] = field(default_factory=dict)
    blocked: Blocked = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    entries: int = 0

    def __post_init__(self) -> None:
        for kind, each in (
            ("site.opened", SITES),
            ("person.added", PEOPLE),
            ("item.added", ITEMS),
            ("procedure.published", PROCEDURES),
        ):
            for on, body in each.items():
                self.given(kind, on, body, by=SYSTEM, session=SETUP_SESSION)

    def given(self, kind: str, on: str, body: Mapping[str, Any], **how: Any) -> Result:
        """A deed that sets the scene; `how` as in `do`."""
        result = self.do(kind, on, body, **how)
        self.deeds.pop()
        assert result.outcome.status in ("applied", "merged"), result.outcome
        return result

    def do(
        self,
        kind: str,
        on: str,
        body: Mapping[str, Any],
        *,
        by: str,
        base: int | None = LATEST,
        device: str = OWN_DEVICE,
        session: str = "s1",
        v: int | None = None,
        blobs: tuple[BlobRef, ...] = (),
        standing: Outcome | None = None,
        at: str = "",
    ) -> Result:
        """A deed of `by`, who saw version `base` of the document (None: unknown).

        Without a version `v` it is the kind's newest, unsigned where one may have to sign it.
        """
        self.entries += 1
        number = self.entries
        there = self.documents.get(on)
        entry = Entry(
            id=f"01900000-0000-7000-8000-{number:012d}",
            device=f"device-of-{by}" if device == OWN_DEVICE else device,
            seq=number,
            prev=FIRST_PREV,
            kind=kind,
            v=v or _newest(kind),
            actor=by,
            session=session,
            on=on,
            base=(there.version if there else None) if base == LATEST else base,
            at=at or f"2026-11-22T{9 + number // 60:02d}:{number % 60:02d}:00.000+08:00",
            body=dict(body),
            blobs=blobs,
        )
        before: dict[str, dict[str, Any]] = {}
        engine = Reconciler(MODEL, lambda keys: self._load(keys, before))
        result = engine.run([Candidate(entry, NOW, standing)], self.blocked)[0]
        for key, body_before in before.items():
            assert self.documents[key].as_json() == body_before, f"{key} was changed in place"
        self.documents.update(result.after)
        assert not list(broken(self.documents))
        self.deeds.append(Deed(tuple(before[key] for key in sorted(before)), entry, result))
        return result

    def _load(self, keys: set[str], before: dict[str, dict[str, Any]]) -> dict[str, Document]:
        found = {key: self.documents[key] for key in keys if key in self.documents}
        before |= {key: document.as_json() for key, document in found.items()}
        return found

    def _get(self, key: str, kind: type[D]) -> D:
        found = self.documents[key]
        assert isinstance(found, kind)
        return found

    def version(self, key: str) -> int:
        return self.documents[key].version

    def lot(self, key: str = M) -> Lot:
        return self._get(key, Lot)

    def item(self, key: str = "item/SZ:M-1") -> Item:
        return self._get(key, Item)

    def job(self, key: str = JOB) -> Job:
        return self._get(key, Job)

    def visit(self, key: str = VISIT) -> Visit:
        return self._get(key, Visit)

    def requisition(self, key: str = REQUISITION) -> Requisition:
        return self._get(key, Requisition)

    def approval(self, key: str = APPROVAL) -> Approval:
        return self._get(key, Approval)

    def case(self, of: Result) -> Case:
        """The case that the outcome names."""
        assert of.outcome.case is not None, of.outcome
        return self._get(of.outcome.case, Case)

    def cases(self) -> list[Case]:
        return [doc for doc in self.documents.values() if isinstance(doc, Case)]

    def step(self, key: str, run: str = JOB) -> Step:
        found = self.documents[run]
        assert isinstance(found, Job | Visit)
        return next(step for step in found.steps if step.key == key)

    # Scenes that many tests begin with.

    def received(self, key: str = M, quantity: str = "100", *, by: str = "chen.jing") -> None:
        """Incoming goods at RECV, to be inspected."""
        item = key.replace("lot/", "item/").rpartition(":")[0]
        self.given("lot.received", key, {"item": item, "quantity": quantity, "location": "RECV"},
                   by=by)  # fmt: skip

    def passed(self, key: str = M, quantity: str = "100", *, by: str = "chen.jing") -> None:
        """Incoming goods that an inspection found good."""
        self.received(key, quantity, by=by)
        lot = self.lot(key).model_copy(deep=True)
        lot.status = "passed"
        self.documents[key] = lot

    def card(self) -> None:
        """A lot to be made here, with a traveler card."""
        self.given("lot.created", P, {"item": "item/SZ:P-1", "quantity": "20"}, by="sun.hao")
        body = {"procedure": "procedure/SZ:card.v1", "lot": P, "quantity": "20"}
        self.given("job.started", JOB, body, by="sun.hao")

    def recorded(self, step: str, *, by: str, **how: Any) -> None:
        """A step that passed with answers in limits."""
        self.given("step.recorded", JOB, {"step": step, "answers": GOOD[step]}, by=by, **how)

    def until(self, step: str) -> None:
        """A traveler card with all steps before this one passed; `the end`: with all of them."""
        assert step in GOOD or step == "the end"
        self.card()
        for key, by in CARD_ORDER:
            if key == step:
                return
            self.recorded(key, by=by)

    def sent(self) -> None:
        """A visit given to zhou.min, with ten parts in the van."""
        self.passed(VAN, "10", by="he.yan")
        self.given("visit.opened", VISIT, VISIT_BODY, by="zhang.wei")

    def asked(self, *lines: tuple[str, str], by: str = "wang.fang") -> None:
        """A requisition that waits for approval."""
        body = {"lines": [{"item": i, "quantity": q} for i, q in lines or [("item/SZ:M-1", "30")]]}
        self.given("requisition.raised", REQUISITION, body, by=by)

    def decision(self, decision: str = "approved") -> dict[str, Any]:
        """The body of a decision on what the approval shows now."""
        shown = [{"field": s.field, "value": s.value} for s in self.approval().material]
        return {"decision": decision, "shown": shown, "digest": self.approval().digest}

    def approved(self, *lines: tuple[str, str]) -> None:
        """A requisition of wang.fang that zhang.wei approved."""
        self.asked(*lines)
        self.given("approval.decided", APPROVAL, self.decision(), by="zhang.wei")


GOOD: dict[str, dict[str, str]] = {
    "first_article": {"bore": "25.01"},
    "machining": {"good": "20"},
    "self_check": {"stem": "free"},
    "mutual_check": {"stem": "free"},
    "patrol": {"bore": "25.01"},
    "final": {"pressure": "0.30"},
    "put_away": {"quantity": "20", "location": "FG-01"},
}
CARD_ORDER = (
    ("first_article", "wang.fang"),
    ("machining", "wang.fang"),
    ("self_check", "wang.fang"),
    ("mutual_check", "zhao.lei"),
    ("final", "liu.yang"),
    ("put_away", "chen.jing"),
)
CUSTOMER = {
    "name": "无锡恒泰水务",
    "address": "运河西路 206 号",
    "contact": "钱红",
    "phone": "0510",
}
VISIT_BODY: dict[str, Any] = {
    "procedure": "procedure/HD:service.v1",
    "service": "repair",
    "customer": CUSTOMER,
    "problem": "阀盖处渗水",
    "technician": "zhou.min",
    "due_on": "2026-11-24",
}


def _newest(kind: str) -> int:
    known = KINDS.get(kind)
    return known.v if known and not known.signing else 1
