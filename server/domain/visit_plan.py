"""A visit's plan: amended by two at once, given to another technician, cancelled.

Sending a technician first, and what is recorded at the customer's, is `visit_step`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from server.domain.case import Difference, named, named_line, open_case
from server.domain.person import Person, name_of, person_key
from server.domain.values import (
    LINE_MAX_CHARS,
    TEXT_MAX_CHARS,
    Happening,
    Text,
    Value,
    happening,
    remember,
    since,
)
from server.domain.visit import FIELD, Visit
from sync.document import Document, site_of
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

AMENDABLE = ("technician", "due_on", "problem", "contact", "phone", "address")
OF_VISIT = ("technician", "due_on", "problem")  # the others are the customer's
CANCELLED = "visit.cancelled"


class VisitAmended(Value):
    """Body of visit.amended: what the person saw, and what it should be; merged field by field.

    Of `technician` both are logins.
    """

    seen: dict[str, Text]
    set: dict[str, Text]


class VisitCancelled(Value):
    """Body of visit.cancelled: why nobody goes there."""

    reason: Text = Field(min_length=1)


def amended(entry: Entry, body: VisitAmended, draft: Draft, now: datetime) -> Outcome:
    """Three-way merge: disjoint → merged, equal → nothing, overlap → theirs stays, one case.

    Problems: unknown_field, text_too_long, unknown_document, no_seat.
    """
    visit = draft.edit(entry.on, Visit)
    name = name_of(entry.actor, draft)
    missed = since(visit.timeline, version=visit.version - 1, base=entry.base)
    moved = any(line.by != entry.actor for line in missed)
    differences = []
    changes = {}
    for field, wanted in body.set.items():
        if field not in AMENDABLE:
            raise Problem("unknown_field", {"field": field}, field=f"set.{field}")
        max_chars = TEXT_MAX_CHARS if field == "problem" else LINE_MAX_CHARS
        if len(wanted) > max_chars:
            raise Problem("text_too_long", {"max_chars": max_chars}, field=f"set.{field}")
        now_value, seen = _value(visit, field), body.seen.get(field, "")
        if wanted in (now_value, seen):
            continue
        if field == "technician":
            _must_work_there(entry, wanted, draft)
        if now_value == seen:
            _set(visit, field, wanted, draft)
            changes[field] = wanted
        else:
            was, stands, shall = (_shown(field, one, draft) for one in (seen, now_value, wanted))
            differences.append(Difference(field=field, seen=was, now=stands, wanted=shall))
    remember(visit.timeline, happening(entry, name, {"fields": ", ".join(changes)}))
    if differences:
        return _field_conflict(entry, visit, draft, differences)
    return Outcome("merged", "merged_with_others", {}) if moved else Outcome()


def _must_work_there(entry: Entry, login: str, draft: Draft) -> None:
    person, site = draft.get(person_key(login), Person), site_of(entry.on)
    if person is None:
        raise Problem("unknown_document", {"key": login}, field="set.technician")
    if not person.has(site, FIELD):
        raise Problem("no_seat", {"name": person.name, "site": site}, field="set.technician")


def _value(visit: Visit, field: str) -> str:
    owner = visit if field in OF_VISIT else visit.customer
    return str(getattr(owner, field) or "")


def _set(visit: Visit, field: str, value: str, draft: Draft) -> None:
    if field == "technician":
        visit.technician_name = name_of(value, draft)
    owner = visit if field in OF_VISIT else visit.customer
    setattr(owner, field, (value or None) if field == "due_on" else value)


def _shown(field: str, value: str, draft: Draft) -> str:
    return name_of(value, draft) if field == "technician" and value else value


def _field_conflict(
    entry: Entry, visit: Visit, draft: Draft, differences: list[Difference]
) -> Outcome:
    entries = [named(entry, name_of(entry.actor, draft), {})]
    for theirs in _writers(visit, [difference.field for difference in differences]):
        entries.append(named_line(theirs, {}))
    params = {"number": visit.number}
    case = open_case(
        draft,
        entry,
        kind="field_conflict",
        about=visit.key,
        label=visit.number,
        params=params,
        entries=entries,
        differences=differences,
    )
    return Outcome("conflict", "case_field_conflict", params, case=case.key)


def _writers(visit: Visit, fields: list[str]) -> list[Happening]:
    """Who wrote these fields last, before the line of now; each once, the newest first."""
    lines = [line for line in visit.timeline[1:] if line.kind == "visit.amended"]
    last = [
        next((n for n, line in enumerate(lines) if field in line.data["fields"].split(", ")), None)
        for field in fields
    ]
    return [lines[n] for n in sorted({n for n in last if n is not None})]


def cancelled(entry: Entry, body: VisitCancelled, draft: Draft, now: datetime) -> Outcome:
    """Nobody goes there: the visit leaves everybody's list, what was recorded stays.

    Problems: visit_ended (done, or cancelled already), visit_under_way (somebody recorded a step
    that this person had not seen).
    """
    visit = draft.edit(entry.on, Visit)
    if visit.state != "open":
        raise _ended(visit)
    missed = since(visit.timeline, version=visit.version - 1, base=entry.base)
    for line in missed:
        if line.kind == "visit.step_recorded" and line.by != entry.actor:
            params = {"number": visit.number, "name": line.by_name}
            raise Problem("visit_under_way", params)
    visit.state, visit.next, visit.waits_for = "cancelled", None, []
    line = happening(entry, name_of(entry.actor, draft), {"reason": body.reason})
    remember(visit.timeline, line)
    return Outcome()


def go_on(entry: Entry, visit: Visit, draft: Draft) -> Outcome:
    """A visit that was cancelled is open again for who worked on it and could not know.

    Somebody was at the customer's after all, and has more to record; a case tells it to a
    supervisor. Problem: visit_ended, for who could know.
    """
    if visit.state != "cancelled":
        return Outcome()
    lines = visit.timeline
    if entry.base is not None:
        lines = since(lines, version=visit.version - 1, base=entry.base)
    end = next((line for line in lines if line.kind == CANCELLED), None)
    if end is None or end.by == entry.actor:
        raise _ended(visit)
    visit.state = "open"
    name = name_of(entry.actor, draft)
    entries = [named(entry, name, {}), named_line(end, dict(end.data))]
    params = {"number": visit.number, "name": name}
    case = open_case(
        draft,
        entry,
        kind="visit_worked",
        about=visit.key,
        label=visit.number,
        params=params,
        entries=entries,
    )
    return Outcome("conflict", "case_visit_worked", params, case=case.key)


def _ended(visit: Visit) -> Problem:
    return Problem("visit_ended", {"number": visit.number, "state": visit.state})


def _needs(
    entry: Entry, body: VisitAmended, loaded: Mapping[str, Document]
) -> Iterable[str | None]:
    """Whose names are told: the technician who was seen, who is wanted, and who has it now."""
    visit = loaded.get(entry.on)
    logins = [body.seen.get("technician"), body.set.get("technician")]
    if isinstance(visit, Visit) and "technician" in body.set:
        logins.append(visit.technician)
    yield from (person_key(login) for login in logins if login)


KINDS = [
    Kind("visit.amended", VisitAmended, amended, FIELD, needs=_needs),
    Kind(CANCELLED, VisitCancelled, cancelled, FIELD, request=True),
]
