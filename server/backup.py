"""Backup and restore of a plant's data folder: each ends with the proof that it is whole."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from server.schema import brought_up
from server.settings import Settings
from server.verify import verify_plant
from sync import restore as sync_restore
from sync.archive import DATABASE, Contents
from sync.backup import back_up as write_archive
from sync.backup import bring_back, make_one_file
from sync.blobs import make_durable
from sync.fault import Report
from sync.store import Store


def back_up(
    settings: Settings, out: Path, *, now: datetime, verified: bool
) -> tuple[Contents, Report | None]:
    """Back a plant up into a new file, also while it is served; what is in it, and if it is whole.

    To prove it the file is unpacked beside it, as a restore would, and its journal replayed. It
    gets its name only after that; faults in the report are the plant's own.
    ArchiveError, FileExistsError.
    """
    if out.exists():
        raise FileExistsError(f"{out} is there already")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as work:
        part, data = Path(work) / out.name, settings.data
        contents = write_archive(data / DATABASE, data / "blobs", part, now=now)
        report = _rehearsed(settings, part) if verified else None
        part.replace(out)
    make_durable(out.parent)
    return contents, report


def _rehearsed(settings: Settings, archive: Path) -> Report:
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        bring_back(archive, Path(folder))
        with _store_in(settings, Path(folder)) as store:
            return verify_plant(store, blobs=None)


def restore(settings: Settings, archive: Path, *, verified: bool) -> tuple[Contents, Report | None]:
    """Bring a backup back into the data folder, which must be empty, and begin a new epoch.

    With faults in the report nothing was restored. ArchiveError, FileExistsError.
    """
    data = settings.data
    data.mkdir(parents=True, exist_ok=True)
    if any(data.iterdir()):
        raise FileExistsError(f"{data} is not empty")
    unpacked = data / ".restoring"
    unpacked.mkdir()
    try:
        contents = bring_back(archive, unpacked)
        with _store_in(settings, unpacked) as store:
            report = verify_plant(store, blobs=None) if verified else None
            if report is None or report.whole:
                sync_restore.renew(store)
        if report is None or report.whole:
            make_one_file(unpacked / DATABASE)
            (unpacked / "blobs").replace(data / "blobs")
            (unpacked / DATABASE).replace(data / DATABASE)  # last: with it the plant is there
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    make_durable(data)
    return contents, report


def renew(settings: Settings) -> str:
    """A new epoch for a database that came back by other means than `restore`."""
    store = Store(settings.database_url)
    try:
        brought_up(store)
        return sync_restore.renew(store)
    finally:
        store.close()


@contextmanager
def _store_in(settings: Settings, folder: Path) -> Iterator[Store]:
    """The database in this folder, brought to the tables of this version."""
    store = Store(replace(settings, data=folder, database="").database_url)
    try:
        brought_up(store)
        yield store
    finally:
        store.close()
