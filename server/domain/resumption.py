"""Resumption: an entry that nobody understood when it came, applied by the code that does.

What was said of the entry stays said. This is an entry of its own, by the server, that does what
the other asked for, as if it came now, and closes its case. When to try is `server.resume`'s.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from server.domain.case import Case, Resolution
from server.domain.person import name_of
from server.domain.rights import gate, gate_needs
from server.domain.values import Line, Value, happening, remember
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome, read_body

RESUMED = "entry.resumed"


class EntryResumed(Value):
    """Body of entry.resumed: the entry as it came, and the case that it was parked with."""

    entry: Entry
    case: Line


def kind_over(kinds: Mapping[str, Kind]) -> Kind:
    """The entry kind that brings in entries of these; nobody but the server may use it."""

    def resumed(entry: Entry, body: EntryResumed, draft: Draft, now: datetime) -> Outcome:
        """Problems: already_resolved, unknown_kind, and whatever the entry's own handler says."""
        kind = _kind_of(kinds, body.entry)
        case = draft.get(body.case, Case)
        if case is None or case.kind != "parked" or case.state == "resolved":
            raise Problem("already_resolved", {"name": ""})
        deed = body.entry.model_copy(update={"id": entry.id})
        outcome = gate(deed, kind, draft) or kind.handler(deed, read_body(kind, deed), draft, now)
        if outcome.status in ("rejected", "parked"):
            return Outcome("rejected", outcome.code, outcome.params)
        _close(draft.edit(body.case, Case), entry, draft)
        return outcome

    def needs(
        entry: Entry, body: EntryResumed, loaded: Mapping[str, Document]
    ) -> Iterable[str | None]:
        kind = _kind_of(kinds, body.entry)
        yield body.case
        yield body.entry.on
        yield from gate_needs(body.entry)
        yield from kind.needs(body.entry, read_body(kind, body.entry), loaded)

    return Kind(RESUMED, EntryResumed, resumed, frozenset(), needs=needs, request=True)


def _kind_of(kinds: Mapping[str, Kind], entry: Entry) -> Kind:
    kind = kinds.get(entry.kind)
    if kind is None or entry.v > kind.v:
        raise Problem("unknown_kind", {"kind": entry.kind, "v": entry.v})
    return kind


def _close(case: Case, entry: Entry, draft: Draft) -> None:
    name = name_of(entry.actor, draft)
    case.state = "resolved"
    case.resolution = Resolution(
        entry=entry.id, decision="resumed", note="", by_name=name, at=entry.at
    )
    remember(case.timeline, happening(entry, name))
