"""Recording a step of a run: who may, answers held against limits, and which step is next.

Used by jobs (`job_step`), visits (`visit_step`) and corrections (`correction`). What two verdicts
on one step come to, and what a verdict does to the lot, is `verdict`'s.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import takewhile

from server.domain.person import SYSTEM, Person, name_of, person_key
from server.domain.run import (
    VERDICT_RANK,
    Evidence,
    FieldDef,
    Measurement,
    Part,
    Record,
    Run,
    Step,
    StepState,
    Verdict,
)
from server.domain.signature import Meaning, Seen, Signable, Signing
from server.domain.values import LINE_MAX_CHARS, TEXT_MAX_CHARS, Text, canonical, signed_by
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Outcome

EVIDENCE_TYPES = ("photo", "signature")
NUMBER_TYPES = ("number", "quantity")
NUMBER_PATTERN = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
WHOLE_DIGITS_MAX = 12
DECIMALS_MAX = 6


class StepRecorded(Signable):
    """Body of step.recorded: answers by field key, as text; photos and signatures by SHA-256."""

    step: str
    answers: dict[str, Text] = {}
    verdict: Verdict | None = None
    note: Text = ""


def find_step(run: Run, key: str) -> Step:
    """The step under this key. Problem: unknown_step."""
    for step in run.steps:
        if step.key == key:
            return step
    raise Problem("unknown_step", {"step": key}, field="step")


def refusal(entry: Entry, run: Run, step: Step, draft: Draft) -> Outcome | None:
    """Why this person may not record this step: a mutual check needs a second person.

    Problems: no_right (role), first_article_first (batch work before the first article passed).
    """
    person = draft.get(person_key(entry.actor), Person)
    if entry.actor != SYSTEM and not (person and person.has(run.site, step.roles)):
        raise Problem("no_right", {"kind": entry.kind, "site": run.site})
    same = same_person(entry, run, step, draft)
    if same is not None:
        return same
    for earlier in takewhile(lambda one: one is not step, run.steps):
        if earlier.check == "first_article" and not _passed_as_seen(entry, earlier):
            raise Problem("first_article_first", {"step": earlier.title.model_dump()})
    return None


def same_person(entry: Entry, run: Run, step: Step, draft: Draft) -> Outcome | None:
    """The refusal of a mutual check (互检) by who did the work, whichever of the two came first."""
    for other in run.steps:
        work_is_other = other.key == step.other_than
        check_came_first = other.other_than == step.key and not step.records
        if not (work_is_other or check_came_first):
            continue
        if any(record.by == entry.actor for record in other.records):
            params = {"step": other.title.model_dump(), "name": name_of(entry.actor, draft)}
            return Outcome("rejected", "same_person", params)
    return None


def _passed_as_seen(entry: Entry, step: Step) -> bool:
    """Whether it passed, or had passed by all that this person could know."""
    if step.verdict_now == "pass":
        return True
    base = entry.base or 0
    seen = [r for r in step.records if r.at_version <= base or r.device == entry.device]
    return bool(seen) and seen[0].corrected is None and seen[0].verdict == "pass"


def make_record(
    entry: Entry,
    run: Run,
    step: Step,
    body: StepRecorded,
    *,
    by_name: str,
    parts: Sequence[Part] = (),
    corrects: Record | None = None,
) -> Record:
    """The record of these answers, with measurements judged and the verdict that follows.

    Problems, with the field: unknown_field, answer_missing, note_missing, not_a_number,
    not_positive, not_a_choice, text_too_long, evidence_missing.
    """
    given, open_fields = _answers(step, body)
    measurements = [_measure(f, a) for f, a in given if f.type in NUMBER_TYPES]
    choices_ok = [_choice_is_ok(f, a) for f, a in given if f.type == "choice"]
    evidence = _pictures(entry, given, corrects)
    judged: Verdict = "pass" if all(choices_ok) and all(m.ok for m in measurements) else "fail"
    verdict = worse(body.verdict or "pass", judged)
    _must_be_excused(open_fields, verdict, note=body.note)
    return Record(
        entry=entry.id,
        by=entry.actor,
        by_name=by_name,
        at=entry.at,
        device=entry.device,
        at_version=run.version,
        answers=body.answers,
        measurements=measurements,
        parts=list(parts),
        evidence=evidence,
        verdict=verdict,
        asked_verdict=body.verdict,
        note=body.note,
        corrects=corrects.entry if corrects else None,
        corrected=None,
        signature=signed_by(entry),
    )


def _answers(step: Step, body: StepRecorded) -> tuple[list[tuple[FieldDef, str]], list[FieldDef]]:
    """Each answered field with its answer, and those that may be open if the step does not pass."""
    known = {field.key for field in step.fields}
    for key in body.answers:
        if key not in known:
            raise Problem("unknown_field", {"field": key}, field=f"answers.{key}")
    given, open_fields = [], []
    for field in step.fields:
        answer = body.answers.get(field.key, "")
        if answer:
            given.append((field, answer))
        elif field.required == "on_pass":
            open_fields.append(field)
        elif field.required and field.type != "parts":
            raise _wrong("answer_missing", field)
        if field.type == "location" and len(answer) > LINE_MAX_CHARS:
            params = {"max_chars": LINE_MAX_CHARS}
            raise Problem("text_too_long", params, field=f"answers.{field.key}")
    return given, open_fields


def _must_be_excused(open_fields: list[FieldDef], verdict: Verdict, *, note: str) -> None:
    for field in open_fields:
        if verdict == "pass":
            raise _wrong("answer_missing", field)
        if not note:
            raise Problem("note_missing", {"label": field.label.model_dump()}, field="note")


def _measure(field: FieldDef, answer: str) -> Measurement:
    value = _number(answer)
    if value is None:
        raise _wrong("not_a_number", field)
    if field.type == "quantity" and value <= 0:
        raise _wrong("not_positive", field)
    ok = (field.lower is None or value >= field.lower) and (
        field.upper is None or value <= field.upper
    )
    return Measurement(
        key=field.key,
        label=field.label,
        unit=field.unit,
        value=value,
        lower=field.lower,
        upper=field.upper,
        ok=ok,
    )


def _number(answer: str) -> Decimal | None:
    """Digits and a point as a document can hold them; None for anything else."""
    if not NUMBER_PATTERN.fullmatch(answer):
        return None
    whole, _, fraction = canonical(Decimal(answer)).removeprefix("-").partition(".")
    fits = len(whole) <= WHOLE_DIGITS_MAX and len(fraction) <= DECIMALS_MAX
    return Decimal(answer) if fits else None


def _choice_is_ok(field: FieldDef, answer: str) -> bool:
    for choice in field.choices:
        if choice.key == answer:
            return choice.ok
    raise _wrong("not_a_choice", field)


def _pictures(
    entry: Entry, given: Sequence[tuple[FieldDef, str]], corrects: Record | None
) -> list[Evidence]:
    """Those that the answers name: of the entry, or of the record that it corrects."""
    known = {one.sha256: one.type for one in corrects.evidence} if corrects else {}
    known |= {blob.sha256: blob.type for blob in entry.blobs}
    found = []
    for field, answer in given:
        if field.type not in EVIDENCE_TYPES:
            continue
        if answer not in known:
            raise _wrong("evidence_missing", field)
        found.append(Evidence(field=field.key, sha256=answer, type=known[answer]))
    return found


def _wrong(code: str, field: FieldDef) -> Problem:
    return Problem(code, {"label": field.label.model_dump()}, field=f"answers.{field.key}")


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The more restrictive of two verdicts: scrap > hold > fail > pass."""
    return one if VERDICT_RANK[one] >= VERDICT_RANK[other] else other


def advance(entry: Entry, run: Run) -> None:
    """Which step is next, whose turn it is, and whether the run is done.

    One that was cancelled stays so: whatever is still recorded on it, nobody's turn comes.
    """
    stands = [_state(step) for step in run.steps]
    places = range(len(stands))
    first = next((i for i in places if stands[i] != "done" and not run.steps[i].repeat), None)
    if first is not None and stands[first] == "waiting" and run.state != "cancelled":
        stands[first] = "ready"
    for step, state in zip(list(run.steps), stands, strict=True):
        if step.state != state:
            run.change(step, state=state)
    ahead = None if first is None or run.state == "cancelled" else run.steps[first]
    run.next = ahead.key if ahead else None
    run.waits_for = [f"{run.site}:{role}" for role in ahead.roles] if ahead else []
    if not ahead and run.state == "open":
        run.state, run.done_at = "done", entry.at
    if ahead and run.state == "done":
        run.state, run.done_at = "open", None


def _state(step: Step) -> StepState:
    """How a step stands by its verdict."""
    if step.verdict_now is None:
        return "waiting"
    return "done" if step.verdict_now == "pass" or not step.on_fail else "failed"


def told(step: Step, record: Record) -> dict[str, object]:
    """What the timeline says of a record: the step, the verdict, the numbers."""
    numbers = [f"{canonical(m.value)} {m.unit}".strip() for m in record.measurements]
    return {
        "step": step.title.model_dump(),
        "verdict": record.verdict,
        "values": " · ".join(numbers)[:LINE_MAX_CHARS],
        "note": record.note[:TEXT_MAX_CHARS],
    }


def _due(body: StepRecorded, run: Document | None) -> Meaning | None:
    """What the procedure asks of this step."""
    steps = run.steps if isinstance(run, Run) else []
    return next((step.signature for step in steps if step.key == body.step), None)


def _screen(body: StepRecorded, run: Document | None) -> list[Seen]:
    """The run, the step, and how those before it came out."""
    if not isinstance(run, Run):
        return []
    results = [f"{one.key} {one.verdict_now}" for one in run.steps if one.verdict_now]
    told = {
        "number": run.number,
        "procedure": f"{run.procedure.code} {run.procedure.revision}",
        "step": body.step,
        "results": " · ".join(results),
    }
    return [Seen(field=field, value=value) for field, value in told.items()]


STEP_SIGNING = Signing(("verified", "witnessed"), _due, _screen)
