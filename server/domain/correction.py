"""Corrections: a record is never changed; a new one says what should stand, and why."""

from datetime import datetime

from pydantic import Field

from server.domain.job import Job
from server.domain.job_step import follow, job_needs
from server.domain.person import Person, name_of, person_key
from server.domain.run import RECORDS_MAX, Correction, Record, Run, Step
from server.domain.signature import signed
from server.domain.step import (
    STEP_SIGNING,
    StepRecorded,
    advance,
    find_step,
    make_record,
    same_person,
    told,
)
from server.domain.values import Text, happening, remember
from server.domain.visit import Visit
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

REVIEWERS = ("inspector", "supervisor", "quality_manager")


class RecordCorrected(StepRecorded):
    """Body of record.corrected: which record, the answers as they should be, and the reason."""

    entry: str
    reason: Text = Field(min_length=1)


def corrected(entry: Entry, body: RecordCorrected, draft: Draft, now: datetime) -> Outcome:
    """The recorder, an inspector or a supervisor corrects; the old record stays, struck through.

    A hold that the old record caused stands until somebody releases it. A mutual check stays one
    by another person.
    Problems: unknown_step, unknown_record, no_right, those of `step.make_record`.
    """
    is_job = entry.on.startswith("job/")
    run: Run = draft.edit(entry.on, Job if is_job else Visit)
    step = find_step(run, body.step)
    old = _find(step, body.entry)
    person = draft.get(person_key(entry.actor), Person)
    if old.by != entry.actor and not (person and person.has(run.site, REVIEWERS)):
        raise Problem("no_right", {"kind": entry.kind, "site": run.site})
    same = same_person(entry, run, step, draft)
    if same is not None:
        return same
    name = name_of(entry.actor, draft)
    record = make_record(entry, run, step, body, by_name=name, parts=old.parts, corrects=old)
    latest = next(r for r in step.records if r.corrected is None) is old
    struck = Correction(entry=entry.id, by_name=name, at=entry.at, reason=body.reason)
    corrected = old.model_copy(update={"corrected": struck})
    records = [record, *(corrected if one is old else one for one in step.records)]
    verdict = record.verdict if latest else step.verdict_now
    step = run.change(step, records=records[:RECORDS_MAX], verdict_now=verdict)
    data = {**told(step, record), "reason": body.reason}
    remember(run.timeline, happening(entry, name, data))
    if isinstance(run, Job):
        return follow(entry, run, step, record, draft)
    advance(entry, run)
    return Outcome()


def _find(step: Step, entry_id: str) -> Record:
    for record in step.records:
        if record.entry == entry_id and record.corrected is None:
            return record
    raise Problem("unknown_record", {"entry": entry_id})


KINDS = [
    signed(
        Kind(
            "record.corrected",
            RecordCorrected,
            corrected,
            frozenset(
                {"operator", "inspector", "storekeeper", "technician"}
                | {"supervisor", "quality_manager"}
            ),
            needs=job_needs,
        ),
        STEP_SIGNING,
    )
]
