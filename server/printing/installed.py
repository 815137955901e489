"""Installed: the printers of the settings as documents, so that people and devices know them."""

from collections.abc import Iterator

from sqlalchemy import Connection

from server.domain.label import Label
from server.domain.model import DOCUMENTS
from server.domain.person import SYSTEM
from server.domain.printer import Printer
from server.domain.rights import SETUP_SESSION
from server.plant import Plant
from server.printing.printers import PrinterSetting
from server.setup import perform
from sync import documents
from sync.compose import Deed
from sync.problem import Problem

TURN = "printers"


def install(plant: Plant, printers: list[PrinterSetting]) -> None:
    """Tell of what is new, changed or gone; what waited for a printer that is gone has failed.

    Problem: printer_site_unknown.
    """
    with plant.store.turn(TURN):
        with plant.store.read() as connection:
            _must_be_at_sites(connection, printers)
            deeds = list(_deeds(plant, connection, printers))
        perform(plant, [(deed, plant.now()) for deed in deeds])


def _must_be_at_sites(connection: Connection, printers: list[PrinterSetting]) -> None:
    """What the system does itself passes the gate, so a printer nobody sees is refused here."""
    sites = sorted(key.rpartition(":")[2] for key in documents.find(connection, ["site"]))
    for printer in printers:
        if printer.site not in sites:
            told = {"printer": printer.name, "site": printer.site, "sites": sites}
            raise Problem("printer_site_unknown", told)


def _deeds(plant: Plant, connection: Connection, printers: list[PrinterSetting]) -> Iterator[Deed]:
    there = {key: one for key, one in _all(connection).items() if one.installed}
    for printer in printers:
        told: dict[str, object] = {
            "name": printer.label,
            "technique": printer.technique,
            "layouts": list(printer.layouts),
        }
        known = there.pop(printer.key, None)
        said = known.as_json() if known else None
        if said is None or any(said[name] != value for name, value in told.items()):
            yield _deed(plant, "printer.installed", printer.key, told)
    for key in there:
        yield _deed(plant, "printer.removed", key, {})
        for labels in waiting(connection, key):
            for one in labels.prints:
                if one.printer == key and one.state == "waiting":
                    body = {"print": one.code, "round": one.round, "state": "failed",
                            "why": "printer_gone"}  # fmt: skip
                    yield _deed(plant, "label.reported", labels.key, body)


def _all(connection: Connection) -> dict[str, Printer]:
    found = documents.load(connection, DOCUMENTS, set(documents.find(connection, ["printer"])))
    return {key: one for key, one in found.items() if isinstance(one, Printer)}


def waiting(connection: Connection, printer: str) -> list[Label]:
    """The labels that have something for this printer."""
    keys = documents.find(connection, [f"label.queues={printer}"])
    found = documents.load(connection, DOCUMENTS, set(keys))
    return [one for one in found.values() if isinstance(one, Label)]


def _deed(plant: Plant, kind: str, on: str, body: dict[str, object]) -> Deed:
    return Deed(kind, on, body, SYSTEM, SETUP_SESSION, plant.local_now())
