"""Verdicts: what two on one step come to, and what a verdict does to the lot.

Both stay recorded; the more restrictive holds until a supervisor decides (design, Conflicts).
A lot's status is stopped by a worse result and never freed by a better one.
"""

from collections.abc import Iterable, Iterator, Mapping

from server.domain.case import Case, NamedEntry, name_too, named, open_case
from server.domain.lot import RESTRICTION, Lot, LotStatus
from server.domain.lot_status import hold, set_status
from server.domain.run import RECORDS_MAX, Record, Run, Step, Verdict
from server.domain.step import worse
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Outcome

GRAVITY = ("applied", "merged", "conflict", "rejected", "parked")


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that stands for several: the first of the gravest; applied if there is none."""
    return max(outcomes, key=lambda o: GRAVITY.index(o.status), default=Outcome())


def judge(entry: Entry, run: Run, step: Step, record: Record, draft: Draft) -> Outcome:
    """Put the record on its step; if somebody else's verdict was not seen, the stricter holds.

    Both stay; one case names all who differ.
    """
    unseen = _unseen(entry, step)
    records = [record, *step.records][:RECORDS_MAX]
    if step.repeat or not unseen:
        run.change(step, records=records, verdict_now=record.verdict)
        return Outcome()
    before = step.verdict_now or "pass"
    run.change(step, records=records, verdict_now=worse(before, record.verdict))
    if before == record.verdict:
        return Outcome("merged", "verdict_agrees", {"name": unseen[0].by_name})
    params = {"step": step.title.model_dump(), "key": step.key, "number": run.number}
    mine = named(entry, record.by_name, {"verdict": record.verdict})
    both = [mine, *(_named_record(entry, r) for r in unseen)]
    case = _open_already(draft, run, unseen)
    if case is not None:
        name_too(case, both)
    else:
        case = open_case(
            draft,
            entry,
            kind="verdict_conflict",
            about=run.key,
            label=run.number,
            params=params,
            entries=both,
        )
    return Outcome("conflict", "case_verdict_conflict", params, case=case.key)


def _unseen(entry: Entry, step: Step) -> list[Record]:
    base = entry.base or 0
    live = [r for r in step.records if r.corrected is None]
    return [r for r in live if r.at_version > base and r.device != entry.device]


def _named_record(entry: Entry, record: Record) -> NamedEntry:
    return NamedEntry(
        entry=record.entry,
        kind=entry.kind,
        by=record.by,
        by_name=record.by_name,
        at=record.at,
        data={"verdict": record.verdict},
    )


def _case_keys(run: Run, records: Iterable[Record]) -> Iterator[str]:
    """The cases that these records may have brought up."""
    return (f"case/{run.site}:{record.entry}" for record in records)


def _open_already(draft: Draft, run: Run, unseen: list[Record]) -> Case | None:
    for key in _case_keys(run, unseen):
        case = draft.get(key, Case)
        if case and case.kind == "verdict_conflict" and case.state == "open":
            return draft.edit(key, Case)
    return None


def verdict_needs(entry: Entry, step_key: str, loaded: Mapping[str, Document]) -> Iterator[str]:
    """Judging a step needs the cases that unseen records on it have opened."""
    run = loaded.get(entry.on)
    for step in run.steps if isinstance(run, Run) else ():
        if step.key == step_key:
            yield from _case_keys(run, _unseen(entry, step)) if isinstance(run, Run) else ()


def follow_on_lot(
    entry: Entry, lot_key: str, step: Step, verdict: Verdict, draft: Draft, *, by_name: str
) -> Outcome:
    """What the verdict does to the run's lot: a case where it contradicts a lot in use.

    Problem: unknown_document.
    """
    lot = draft.get(lot_key, Lot)
    if lot is None:
        raise Problem("unknown_document", {"key": lot_key})
    if verdict == "pass":
        return _pass(entry, lot, step, draft, by_name=by_name)
    was = lot.status
    if not stop(entry, lot, step, verdict, draft, by_name=by_name):
        return Outcome()
    if was not in ("passed", "emergency"):
        return Outcome()
    params = {"lot": lot.code, "status": was}
    case = open_case(
        draft,
        entry,
        kind="status_conflict",
        about=lot.key,
        label=lot.code,
        params=params,
        entries=[named(entry, by_name, {"verdict": verdict})],
    )
    return Outcome("conflict", "case_status_conflict", params, case=case.key)


def _pass(entry: Entry, lot: Lot, step: Step, draft: Draft, *, by_name: str) -> Outcome:
    if step.on_pass is None or lot.status == step.on_pass:
        return Outcome()
    if lot.status not in ("to_inspect", "emergency"):
        return Outcome("merged", "lot_status_stands", {"lot": lot.code, "status": lot.status})
    lot = draft.edit(lot.key, Lot)
    set_status(lot, entry, step.on_pass, reason=step.title, by_name=by_name)
    return Outcome()


def stop(
    entry: Entry, lot: Lot, step: Step, verdict: Verdict, draft: Draft, *, by_name: str
) -> bool:
    """Hold or fail the lot if the verdict asks for more than its status; whether it did."""
    if verdict == "pass":
        return False
    target: LotStatus | None = "on_hold" if verdict in ("hold", "scrap") else step.on_fail
    if target is None or RESTRICTION[target] <= RESTRICTION[lot.status]:
        return False
    lot = draft.edit(lot.key, Lot)
    if target == "on_hold":
        hold(lot, entry, reason=step.title, by_name=by_name)
    else:
        set_status(lot, entry, target, reason=step.title, by_name=by_name)
    return True
