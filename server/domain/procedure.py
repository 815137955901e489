"""Procedures: versioned definitions of steps, published after approval; old versions stay."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from server.domain.person import name_of
from server.domain.run import StepDef
from server.domain.values import Line, Name, Text, Value
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Outcome

STEPS_MAX = 40


class Procedure(Document):
    """One published version, keyed `procedure/SITE:CODE.vN`."""

    type = "procedure"
    area = "base"
    index = ("site", "code")

    code: str
    revision: int
    title: Name
    source: Text
    subject: Literal["lot", "visit"]
    steps: list[StepDef]
    published_by_name: str
    published_at: str


class ProcedurePublished(Value):
    """Body of procedure.published."""

    code: Line
    revision: int = Field(ge=1)
    title: Name
    source: Text = ""
    subject: Literal["lot", "visit"]
    steps: list[StepDef] = Field(min_length=1, max_length=STEPS_MAX)

    @model_validator(mode="after")
    def _steps_name_each_other(self) -> "ProcedurePublished":
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise ValueError("two steps have the same key")
        for step in self.steps:
            if step.other_than is not None and step.other_than not in keys:
                raise ValueError(f"{step.key}.other_than names no step: {step.other_than}")
        return self


def published(entry: Entry, body: ProcedurePublished, draft: Draft, now: datetime) -> Outcome:
    """A version becomes valid. It never changes afterwards; the next one has its own key."""
    draft.add(
        Procedure(
            key=entry.on,
            published_by_name=name_of(entry.actor, draft),
            published_at=entry.at,
            **{name: getattr(body, name) for name in ProcedurePublished.model_fields},
        )
    )
    return Outcome()


KINDS = [
    Kind(
        "procedure.published",
        ProcedurePublished,
        published,
        frozenset({"quality_manager", "admin"}),
        request=True,
    )
]
