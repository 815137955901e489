"""Labels printed: a fact. Who knew that there is one already says why there is another.

What becomes of one that goes to a printer in the network is in `label_queue`. Why it is so:
docs/adr/0023-labels-have-a-number-of-their-own.md.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from server.domain.label import (
    HERE,
    LABELS_MAX,
    PRINTERS,
    PRINTS_MAX,
    SERIAL_LAYOUTS,
    Label,
    Layout,
    Print,
    Void,
    Whole,
    Why,
    asked_at,
    label_key,
    labels_of,
    print_code,
    told,
    unseen,
)
from server.domain.lot import Lot
from server.domain.person import name_of
from server.domain.printer import Printer
from server.domain.rights import must_be_here
from server.domain.values import Line, Text, Value
from server.domain.verdict import gravest
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

LOTS_MAX = 60
BATCH_MAX = 500  # labels of all lots together
COPIES_MAX = 50
START_MAX = 100
SERIAL = r"^[0-9]{0,12}$"


class PrintedLot(Value):
    """One lot of a print, and the version of its labels that the person saw."""

    lot: str
    base: Whole | None = None


class Printed(Value):
    """Body of label.printed, on the labels of the first lot.

    `first` and `last` number the units where the layout shows a serial; `printer` is the key of one
    or empty for the device's own print dialog, for which `page` and `start` say how labels lie on
    paper. `replaces`: earlier labels of the same are gone or must go.
    """

    lots: list[PrintedLot] = Field(min_length=1, max_length=LOTS_MAX)
    layout: Layout = "lot"
    copies: Whole = Field(default=1, ge=1, le=COPIES_MAX)
    first: str = Field(default="", pattern=SERIAL)
    last: str = Field(default="", pattern=SERIAL)
    printer: Line = HERE
    page: Literal["label", "A4", "A5", "Letter"] = "label"
    start: Whole = Field(default=0, ge=0, le=START_MAX)
    reason: Text = ""
    replaces: bool = False


def printed(entry: Entry, body: Printed, draft: Draft, now: datetime) -> Outcome:
    """Labels of one lot, or of all lots of a delivery (ISO 9001 §8.5.2, identification).

    Problems: serials_wrong, serials_not_here, too_many_labels, printer_lacks_layout,
    reprint_needs_reason, unknown_document, foreign_site.
    """
    serials = _serials(body)
    must_be_here(entry, body.printer or None, field="printer")
    printer = draft.get(body.printer or None, Printer)
    if printer and printer.layouts and body.layout not in printer.layouts:
        raise Problem("printer_lacks_layout", {"printer": printer.name.model_dump()})
    bases = {one.lot: one.base for one in body.lots}
    outcomes = []
    for key, base in bases.items():
        must_be_here(entry, key, field="lots")
        lot = draft.get(key, Lot)
        if lot is None:
            raise Problem("unknown_document", {"key": key})
        one = _print(entry, body, draft, lot=lot, serials=serials, printer=printer)
        outcomes.append(_added(entry, body, labels_of(draft, lot), one, base=base))
    return gravest(outcomes)


def _serials(body: Printed) -> list[str]:
    """The texts of the serials, as wide as the first was written; none without a range."""
    if not body.first and not body.last:
        return _few([], body.copies, len(body.lots))
    if body.layout not in SERIAL_LAYOUTS:
        raise Problem("serials_not_here", {}, field="first")
    first, last = body.first or body.last, body.last or body.first
    count = int(last) - int(first) + 1
    if count < 1:
        raise Problem("serials_wrong", {"first": first, "last": last}, field="last")
    if count > LABELS_MAX:
        raise Problem("too_many_labels", {"max": LABELS_MAX}, field="last")
    texts = [str(int(first) + n).zfill(len(first)) for n in range(count)]
    return _few(texts, body.copies, len(body.lots))


def _few(serials: list[str], copies: int, lots: int) -> list[str]:
    count = max(len(serials), 1) * copies
    limit = LABELS_MAX if count > LABELS_MAX else BATCH_MAX
    if count > LABELS_MAX or count * lots > BATCH_MAX:
        raise Problem("too_many_labels", {"max": limit}, field="copies")
    return serials


def _print(
    entry: Entry,
    body: Printed,
    draft: Draft,
    *,
    lot: Lot,
    serials: list[str],
    printer: Printer | None,
) -> Print:
    gone = body.printer != HERE and not (printer and printer.installed)
    return Print(
        entry=entry.id,
        code=print_code(entry.id),
        layout=body.layout,
        status=lot.status,
        copies=body.copies,
        serials=serials,
        count=max(len(serials), 1) * body.copies,
        printer=body.printer,
        printer_name=printer.name if printer else None,
        page=body.page,
        start=body.start,
        by=entry.actor,
        by_name=name_of(entry.actor, draft),
        device=entry.device,
        at=entry.at,
        at_version=0,
        asked_at=asked_at(entry),
        round=0,
        reason=body.reason,
        reason_missing=False,
        state="failed" if gone else "waiting" if body.printer else "here",
        why=Why(code="printer_gone", params={}) if gone else None,
        voids=[],
    )


def _added(entry: Entry, body: Printed, labels: Label, one: Print, *, base: int | None) -> Outcome:
    """Put the print on top. Problem: reprint_needs_reason, where its person knew of another."""
    one.at_version = labels.version
    alike = [p for p in labels.prints if p.layout == one.layout and p.standing(one.serials)]
    hidden = list(unseen(entry, alike, base))
    known = [p for p in alike if p not in hidden]
    same = [p for p in known if p.status == one.status]
    if same and not body.reason:
        params = told(same[0], lot=labels.about_label)
        raise Problem("reprint_needs_reason", params, field="reason")
    if body.replaces:
        for earlier in known:
            _supersede(entry, earlier, one)
    one.reason_missing = bool(hidden) and not body.reason
    labels.prints.insert(0, one)
    labels.left += len(labels.prints[PRINTS_MAX:])
    del labels.prints[PRINTS_MAX:]
    if one.reason_missing:
        return Outcome("merged", "label_printed_twice", told(hidden[0], lot=labels.about_label))
    return Outcome()


def _supersede(entry: Entry, earlier: Print, by: Print) -> None:
    labels = earlier.standing(by.serials)
    earlier.voids.append(
        Void(
            entry=entry.id,
            labels=[] if len(labels) == earlier.count else labels,
            reason=by.reason,
            by_print=by.code,
            by_name=by.by_name,
            at=entry.at,
        )
    )


def _needs(entry: Entry, body: Printed, loaded: Mapping[str, Document]) -> Iterable[str | None]:
    yield body.printer or None
    for one in body.lots:
        yield one.lot
        yield label_key(one.lot)


KINDS = [Kind("label.printed", Printed, printed, PRINTERS, needs=_needs)]
