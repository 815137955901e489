"""Cases resolved: by whom, how, and what that does to the thing the case is about."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from server.domain.case import Case, Resolution
from server.domain.item import Item
from server.domain.job import Job
from server.domain.job_step import proceed
from server.domain.lot import Lot, add_at, fullest
from server.domain.movement_line import note_movement
from server.domain.person import Person, name_of, person_key
from server.domain.rights import may
from server.domain.run import Run, Verdict
from server.domain.signature import Meaning, Seen, Signable, Signing, signed
from server.domain.step import advance, find_step
from server.domain.values import (
    TEXT_MAX_CHARS,
    Line,
    Quantity,
    Text,
    canonical,
    happening,
    remember,
)
from server.domain.verdict import stop
from server.domain.visit import Visit
from sync.document import Document, site_of
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

DECIDERS = frozenset({"supervisor", "quality_manager"})
DISPOSITIONS = ("verdict_conflict", "status_conflict")


class CaseResolved(Signable):
    """Body of case.resolved: `counted` for an overdrawn lot, `verdict` for two verdicts."""

    decision: Line = "noted"
    note: Text = Field(min_length=1)
    counted: Quantity | None = Field(default=None, ge=0)
    verdict: Verdict | None = None


def resolved(entry: Entry, body: CaseResolved, draft: Draft, now: datetime) -> Outcome:
    """A supervisor closes it; an administrator only what was parked, also where nobody else is.

    Problems: no_right, already_resolved, counted_missing, verdict_missing.
    """
    case = draft.edit(entry.on, Case)
    if case.kind != "parked":
        _must_decide(entry, draft)
    if case.state == "resolved":
        name = case.resolution.by_name if case.resolution else ""
        raise Problem("already_resolved", {"name": name})
    if case.kind == "overdrawn":
        _recount(entry, case, body, draft)
    if case.kind == "verdict_conflict":
        _settle(entry, case, body, draft)
    name = name_of(entry.actor, draft)
    case.state = "resolved"
    case.resolution = Resolution(
        entry=entry.id, decision=body.decision, note=body.note, by_name=name, at=entry.at
    )
    remember(case.timeline, happening(entry, name, {"note": body.note}))
    return Outcome()


def _must_decide(entry: Entry, draft: Draft) -> None:
    person = draft.get(person_key(entry.actor), Person)
    site = site_of(entry.on)
    if person is None or not may(person, site, DECIDERS):
        raise Problem("no_right", {"kind": entry.kind, "site": site})


def _recount(entry: Entry, case: Case, body: CaseResolved, draft: Draft) -> None:
    if body.counted is None:
        raise Problem("counted_missing", {"lot": case.about_label}, field="counted")
    lot = draft.edit(case.about, Lot)
    name = name_of(entry.actor, draft)
    difference = body.counted - lot.on_hand
    place = fullest(lot)
    lot.holdings, lot.on_hand = [], lot.on_hand * 0
    add_at(lot, place, body.counted)
    draft.edit(lot.item, Item).on_hand += difference
    note_movement(lot, entry, kind="adjust", quantity=difference, target=place, by_name=name)
    lot.open_case = None
    data = {"counted": canonical(body.counted), "unit": lot.unit, "note": body.note}
    remember(lot.timeline, happening(entry, name, data))


def _settle(entry: Entry, case: Case, body: CaseResolved, draft: Draft) -> None:
    if body.verdict is None:
        raise Problem("verdict_missing", {"number": case.about_label}, field="verdict")
    run: Run = draft.edit(case.about, Job if case.about.startswith("job/") else Visit)
    step = run.change(find_step(run, str(case.params["key"])), verdict_now=body.verdict)
    name = name_of(entry.actor, draft)
    data = {"step": step.title.model_dump(), "verdict": body.verdict, "note": body.note}
    remember(run.timeline, happening(entry, name, data))
    if not isinstance(run, Job):
        advance(entry, run)
        return
    lot = draft.get(run.lot, Lot)
    if lot is not None:
        stop(entry, lot, step, body.verdict, draft, by_name=name)
    proceed(entry, run, draft)


def _needs(
    entry: Entry, body: CaseResolved, loaded: Mapping[str, Document]
) -> Iterable[str | None]:
    case = loaded.get(entry.on)
    if isinstance(case, Case) and case.kind in ("overdrawn", "verdict_conflict"):
        yield case.about
        about = loaded.get(case.about)
        if isinstance(about, Lot):
            yield about.item
        if isinstance(about, Job):
            yield about.lot


def _due(body: CaseResolved, case: Document | None) -> Meaning | None:
    """Deciding what becomes of a thing is a disposition; a recount or a note is none."""
    return "disposed" if isinstance(case, Case) and case.kind in DISPOSITIONS else None


def _screen(body: CaseResolved, case: Document | None) -> list[Seen]:
    """What the case is about, and the entries that it names."""
    if not isinstance(case, Case):
        return []
    entries = " · ".join(one.entry for one in case.entries)[:TEXT_MAX_CHARS]
    told = {"kind": case.kind, "about": case.about_label, "entries": entries}
    return [Seen(field=field, value=value[:TEXT_MAX_CHARS]) for field, value in told.items()]


KINDS = [
    signed(
        Kind(
            "case.resolved",
            CaseResolved,
            resolved,
            DECIDERS | {"admin"},
            needs=_needs,
            request=True,
        ),
        Signing(("disposed",), _due, _screen),
    )
]
