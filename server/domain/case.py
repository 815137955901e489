"""Cases (待处理事项): what a supervisor must decide; opened by conflicts, closed by name."""

from datetime import datetime
from typing import Any, Literal

from server.domain.person import Person, Site, person_key
from server.domain.values import Fixed, Happening, Json
from sync.document import Document, site_of, utc_text
from sync.entry import Entry
from sync.reconcile import Draft, Outcome

CaseKind = Literal[
    "overdrawn",
    "verdict_conflict",
    "status_conflict",
    "field_conflict",
    "count_difference",
    "unsigned",
    "parked",
    "late",
    "visit_worked",
]
NAMED_MAX = 40


class NamedEntry(Fixed):
    """An entry the case is about: what it was, by whom, and what it said."""

    entry: str
    kind: str
    by: str
    by_name: str
    at: str
    data: dict[str, Json]


class Difference(Fixed):
    """One field side by side: what was seen, what stands now, what was wanted."""

    field: str
    seen: str
    now: str
    wanted: str


class Resolution(Fixed):
    """How the case was closed."""

    entry: str
    decision: str
    note: str
    by_name: str
    at: str


class Case(Document):
    """What the case page shows; `code` and `params` give its sentence in either language."""

    type = "case"
    area = "cases"
    index = ("site", "state")

    kind: CaseKind
    about: str
    about_label: str
    code: str
    params: dict[str, Json]
    entries: list[NamedEntry]
    differences: list[Difference]
    state: Literal["open", "resolved"]
    opened_at: str
    resolution: Resolution | None
    timeline: list[Happening]


def named(entry: Entry, by_name: str, data: dict[str, Any]) -> NamedEntry:
    """The entry as a case names it."""
    return NamedEntry(
        entry=entry.id, kind=entry.kind, by=entry.actor, by_name=by_name, at=entry.at, data=data
    )


def named_line(line: Happening, data: dict[str, Any]) -> NamedEntry:
    """What a timeline tells of an earlier entry, as a case names it."""
    return NamedEntry(
        entry=line.entry, kind=line.kind, by=line.by, by_name=line.by_name, at=line.at, data=data
    )


def open_case(
    draft: Draft,
    entry: Entry,
    *,
    kind: CaseKind,
    about: str,
    label: str,
    params: dict[str, Any],
    entries: list[NamedEntry],
    differences: list[Difference] | None = None,
    code: str = "",
) -> Case:
    """A new case, keyed by the entry that brought it up, at the site it is about."""
    return draft.add(
        Case(
            key=_free_key(draft, entry, about),
            kind=kind,
            about=about,
            about_label=label,
            code=code or f"case_{kind}",
            params=params,
            entries=entries[:NAMED_MAX],
            differences=differences or [],
            state="open",
            opened_at=entry.at,
            resolution=None,
            timeline=[],
        )
    )


def _free_key(draft: Draft, entry: Entry, about: str) -> str:
    """One entry may bring up several cases, such as a visit's step with two parts short."""
    first = f"case/{site_of(about)}:{entry.id}"
    key, number = first, 1
    while draft.get(key, Case) is not None:
        number += 1
        key = f"{first}-{number}"
    return key


def name_too(case: Case, entries: list[NamedEntry]) -> None:
    """Add entries to a case that is open already; each is named once."""
    known = {one.entry for one in case.entries}
    case.entries += [one for one in entries if one.entry not in known]
    del case.entries[NAMED_MAX:]


def park(entry: Entry, code: str, params: dict[str, Any], draft: Draft, now: datetime) -> Outcome:
    """Open the case of an entry that cannot be applied, where somebody will see it."""
    person = draft.get(person_key(entry.actor), Person)
    site = site_of(entry.on)
    if draft.get(f"site/org:{site}", Site) is None:
        site = next(iter(person.roles), "org") if person else "org"
    case = Case(
        key=f"case/{site}:{entry.id}",
        kind="parked",
        about=entry.on,
        about_label=entry.on.partition(":")[2],
        code=code,
        params=params,
        entries=[named(entry, person.name if person else entry.actor, {})],
        differences=[],
        state="open",
        opened_at=utc_text(now),
        resolution=None,
        timeline=[],
    )
    draft.add(case)
    return Outcome("parked", code, params, case=case.key)


def settled(document: Document) -> bool:
    """Whether somebody has decided the case."""
    return isinstance(document, Case) and document.state == "resolved"
