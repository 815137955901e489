"""Runs: what a job and a visit have in common, steps of a procedure version and their records.

The shapes live here; recording a step is `step`, the two kinds of run are `job` and `visit`.
"""

from typing import Literal

from pydantic import Field

from server.domain.person import Role
from server.domain.values import Fixed, Happening, Line, Name, Quantity, Signed, is_none
from sync.document import Document

Check = Literal["none", "first_article", "self", "mutual", "patrol", "final", "incoming"]
FieldType = Literal[
    "number", "text", "choice", "date", "photo", "signature", "parts", "location", "quantity"
]
Verdict = Literal["pass", "fail", "hold", "scrap"]
StepState = Literal["waiting", "ready", "done", "failed"]
RECORDS_MAX = 40
VERDICT_RANK: dict[str, int] = {"pass": 0, "fail": 1, "hold": 2, "scrap": 3}


class Choice(Fixed):
    """One answer of a choice field; `ok: false` fails the step."""

    key: Line
    label: Name
    ok: bool = True


class FieldDef(Fixed):
    """One thing to record; limits are inclusive, in `unit`.

    `required: on_pass` asks for it only where the step passes: a customer who does not accept does
    not sign. Where it is left out the note says why.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: Name
    type: FieldType
    unit: Line = ""
    lower: Quantity | None = None
    nominal: Quantity | None = None
    upper: Quantity | None = None
    required: bool | Literal["on_pass"] = True
    choices: list[Choice] = []


class StepDef(Fixed):
    """One step of a procedure.

    `other_than` names the step whose recorders may not record this one (mutual check).
    `repeat` steps may be recorded again and never hold up the next. `verdict` asks for pass/fail.
    `on_pass` / `on_fail` set the status of the run's lot; `moves` puts the answered `quantity` of
    it at the answered `location`. `signature`: the recorder signs, with this meaning.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    title: Name
    instruction: Name
    step_class: Literal["general", "key", "special"] = "general"
    check: Check = "none"
    roles: list[Role]
    fields: list[FieldDef] = []
    verdict: bool = False
    other_than: str | None = None
    repeat: bool = False
    moves: Literal["put_away"] | None = None
    on_pass: Literal["passed"] | None = None
    on_fail: Literal["on_hold", "failed"] | None = None
    signature: Literal["verified", "witnessed"] | None = Field(default=None, exclude_if=is_none)


class Measurement(Fixed):
    """A recorded number beside the limits it was held against."""

    key: str
    label: Name
    unit: str
    value: Quantity
    lower: Quantity | None
    upper: Quantity | None
    ok: bool


class Part(Fixed):
    """A part used in a step, taken from a lot."""

    lot: str
    lot_code: str
    item_name: Name
    unit: str
    quantity: Quantity


class Evidence(Fixed):
    """A photo or signature by content; `field` is the step field it was given for."""

    field: str
    sha256: str
    type: str


class Correction(Fixed):
    """Who corrected a record, why, and by which entry; the record itself stays."""

    entry: str
    by_name: str
    at: str
    reason: str


class Record(Fixed):
    """One recording of a step. `answers` are text by field key; `measurements` the numbers."""

    entry: str
    by: str
    by_name: str
    at: str
    device: str
    at_version: int
    answers: dict[str, str]
    measurements: list[Measurement]
    parts: list[Part]
    evidence: list[Evidence]
    verdict: Verdict
    asked_verdict: Verdict | None
    note: str
    corrects: str | None
    corrected: Correction | None
    signature: Signed | None = Field(default=None, exclude_if=is_none)


class Step(StepDef):
    """A step within a run: the definition, how it stands, and what was recorded.

    It never changes either: a run of a dozen steps puts another in the place of one (`Run.change`).
    """

    state: StepState
    verdict_now: Verdict | None
    records: list[Record]


class ProcedureRef(Fixed):
    """The published version that a run follows."""

    key: str
    code: str
    revision: int
    title: Name


class Run(Document):
    """A run of a procedure version; its timeline is the tracking card.

    `next` is the key of the first step not done; `waits_for` holds `site:role` for each role that
    may record it, so that "what waits for me" is one index lookup.
    """

    number: str
    procedure: ProcedureRef
    state: Literal["open", "done", "cancelled"]
    steps: list[Step]
    next: str | None
    waits_for: list[str]
    due_on: str | None
    started_at: str
    done_at: str | None
    timeline: list[Happening]

    def change(self, step: Step, **changes: object) -> Step:
        """Change a step of this run, to values that were checked; the one in its place."""
        changed = step.model_copy(update=changes)
        self.steps = [changed if one is step else one for one in self.steps]
        return changed
