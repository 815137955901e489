"""The hall: all printers of the settings, served while the server runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.plant import Plant
from server.printing.installed import install
from server.printing.printers import printers_of
from server.printing.worker import Worker

GRACE_S = 5.0


@contextmanager
def printing(plant: Plant) -> Iterator[None]:
    """Print what waits, and what comes. Problems: printers_file, printer_site_unknown.

    A process that was told nothing of printers serves none, and takes none from those who do.
    """
    file = plant.settings.printers
    printers = printers_of(Path(file) if file else None)
    if file is not None:
        install(plant, printers)
    workers = [Worker(plant, printer) for printer in printers]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.stop(GRACE_S)
