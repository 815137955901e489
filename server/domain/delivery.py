"""Deliveries: what came in so late that decisions may have been made without it (待处理事项).

What was recorded stays as it was recorded and judged. A case tells whoever decides that it was not
there before; when something counts as late is `server.lateness`'s.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from server.domain.case import NAMED_MAX, Case, NamedEntry, name_too
from server.domain.person import Person, name_of, person_key
from server.domain.values import Fixed, Line, Value, happening, remember
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Outcome

LATE = "delivery.late"


class LateEntry(Fixed):
    """An entry that came late: what it was, on what, by whom, when by the device's clock."""

    entry: Line
    kind: Line
    on: Line
    by: Line
    at: Line


class DeliveryLate(Value):
    """Body of delivery.late: what one device delivered at once, and how old the oldest was."""

    device: Line
    hours: int = Field(ge=0)
    entries: list[LateEntry] = Field(min_length=1, max_length=NAMED_MAX)
    count: int = Field(ge=1)


def late(entry: Entry, body: DeliveryLate, draft: Draft, now: datetime) -> Outcome:
    """Open a case of what a device delivered late that day, or name more in it; open it again if
    somebody has settled it meanwhile.
    """
    named = [_named(one, draft) for one in body.entries]
    if draft.get(entry.on, Case) is None:
        draft.add(_case(entry, body, named))
        return Outcome(case=entry.on)
    case = draft.edit(entry.on, Case)
    name_too(case, named)
    before = case.params
    case.params = {
        "count": int(str(before["count"])) + body.count,
        "hours": max(int(str(before["hours"])), body.hours),
    }
    case.state, case.resolution = "open", None
    remember(case.timeline, happening(entry, name_of(entry.actor, draft)))
    return Outcome(case=entry.on)


def _case(entry: Entry, body: DeliveryLate, named: list[NamedEntry]) -> Case:
    first = body.entries[0]
    return Case(
        key=entry.on,
        kind="late",
        about=first.on,
        about_label=first.on.partition(":")[2],
        code="case_late",
        params={"count": body.count, "hours": body.hours},
        entries=named,
        differences=[],
        state="open",
        opened_at=entry.at,
        resolution=None,
        timeline=[],
    )


def _named(one: LateEntry, draft: Draft) -> NamedEntry:
    person = draft.get(person_key(one.by), Person)
    name = person.name if person else one.by
    return NamedEntry(entry=one.entry, kind=one.kind, by=one.by, by_name=name, at=one.at, data={})


def _needs(
    entry: Entry, body: DeliveryLate, loaded: Mapping[str, Document]
) -> Iterable[str | None]:
    return {person_key(one.by) for one in body.entries}


KINDS = [Kind(LATE, DeliveryLate, late, frozenset(), needs=_needs)]
