"""Printers: where labels can be sent to at a site. How one is reached is the server's settings'.

The server itself tells them (`server.printing.printers`); people only choose among them.
"""

from datetime import datetime
from typing import Literal

from server.domain.values import Line, Name, Value
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Outcome

PAGES = ("card-a4", "card-a5")


class Printer(Document):
    """One printer, keyed `printer/SITE:NAME`; one that is gone keeps its document."""

    type = "printer"
    area = "floor"
    index = ("site",)

    name: Name
    technique: Literal["zpl", "ipp"]
    layouts: list[Line]
    installed: bool

    def takes(self, layout: str) -> bool:
        """Whether it has the stock; a whole page is no label's unless its list says so."""
        if self.layouts:
            return layout in self.layouts
        return self.technique != "zpl" or layout not in PAGES


class PrinterInstalled(Value):
    """Body of printer.installed; `layouts` are those it has the stock for, empty for all."""

    name: Name
    technique: Literal["zpl", "ipp"]
    layouts: list[Line] = []


class PrinterRemoved(Value):
    """Body of printer.removed: nothing is sent there any more."""


def installed(entry: Entry, body: PrinterInstalled, draft: Draft, now: datetime) -> Outcome:
    """A printer is there from now on, or is told otherwise than before."""
    if draft.get(entry.on, Printer) is None:
        told = {name: getattr(body, name) for name in PrinterInstalled.model_fields}
        draft.add(Printer(key=entry.on, installed=True, **told))
        return Outcome()
    printer = draft.edit(entry.on, Printer)
    printer.name, printer.technique = body.name, body.technique
    printer.layouts, printer.installed = body.layouts, True
    return Outcome()


def removed(entry: Entry, body: PrinterRemoved, draft: Draft, now: datetime) -> Outcome:
    """A printer is not in the settings any more."""
    draft.edit(entry.on, Printer).installed = False
    return Outcome()


KINDS = [
    Kind("printer.installed", PrinterInstalled, installed, frozenset()),
    Kind("printer.removed", PrinterRemoved, removed, frozenset()),
]
