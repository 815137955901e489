"""A small plant with a printer, and a worker that a test lets work step by step."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.domain.label import Label, Print
from server.domain.label_thing import label_key
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import Plant, opened
from server.printing.installed import install
from server.printing.printers import PrinterSetting
from server.printing.worker import Worker
from server.settings import Settings
from server.setup import perform
from sync import documents
from sync.compose import Deed
from tests.postgres import database
from tests.simulation.small_plant import furnish

LOT = "lot/SZ:M-1:L1"
OTHER = "lot/SZ:M-1:L2"
LABELS = label_key(LOT)


@dataclass
class Hall:
    """The plant, one printer's setting, and what the documents say."""

    plant: Plant
    printer: PrinterSetting

    def worker(self, plant: Plant | None = None) -> Worker:
        """One that works when it is told to."""
        return Worker(plant or self.plant, self.printer)

    def print(self, *lots: str, at: str = "", **body: Any) -> str:
        """Somebody asks for labels; the code of the print."""
        told = {"lots": [{"lot": lot} for lot in lots or (LOT,)], "printer": self.printer.key}
        self.do("label.printed", told | {"reason": "for the test"} | body, at=at)
        return self.prints()[0].code

    def do(
        self, kind: str, body: dict[str, Any], *, at: str = "", on: str = LABELS, v: int = 1
    ) -> None:
        moment = at or self.plant.local_now()
        deed = Deed(kind, on, body, SYSTEM, SETUP_SESSION, moment, v=v)
        perform(self.plant, [(deed, self.plant.now())])

    def prints(self, key: str = LABELS) -> list[Print]:
        types = self.plant.engine.model.documents
        with self.plant.store.read() as connection:
            labels = documents.load(connection, types, {key})[key]
        assert isinstance(labels, Label)
        return labels.prints

    def state(self, key: str = LABELS) -> tuple[str, str | None]:
        """Of the latest print: where it stands, and why."""
        one = self.prints(key)[0]
        return one.state, one.why.code if one.why else None

    def second(self) -> Plant:
        """Another process's plant over the same database."""
        return opened(self.plant.settings)


def zebra_at(port: int) -> PrinterSetting:
    return PrinterSetting(name="zebra", site="SZ", zh="斑马", en="Zebra", zpl=f"127.0.0.1:{port}")


@contextmanager
def hall(kind: str, folder: Path, printer: PrinterSetting) -> Iterator[Hall]:
    """A plant of its own on one of the databases, with this printer installed."""
    if kind == "postgresql":
        with database() as url, _hall(Settings(data=folder, database=url), printer) as made:
            yield made
    else:
        with _hall(Settings(data=folder), printer) as made:
            yield made


@contextmanager
def _hall(settings: Settings, printer: PrinterSetting) -> Iterator[Hall]:
    plant = opened(settings)
    furnish(plant)
    install(plant, [printer])
    try:
        yield Hall(plant, printer)
    finally:
        plant.close()


def earlier(plant: Plant, minutes: int) -> str:
    """A moment as an entry tells it, so long ago."""
    now = datetime.fromisoformat(plant.local_now())
    return (now - timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
