"""Evidence: the blobs that entries name, those that the database has, and the files of the folder.

A blob that an entry names may be on its way for as long as it takes. What the database has must be
there, whole; a file that nobody knows is told and harms nothing.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from sync.entry import Entry
from sync.fault import Progress, Report
from sync.merge import by_text, grouped, joined, streamed
from sync.scratch import Scratch
from sync.store import table_of
from sync.tables import BlobRow

WHOLE = re.compile(r"[0-9a-f]{64}")
TOLD_EVERY = 50


class Evidence:
    """Collects what entries name, then compares. Without a folder no files are looked at."""

    def __init__(self, scratch: Scratch, report: Report, folder: Path | None) -> None:
        self._scratch = scratch
        self._report = report
        self._folder = folder

    def take(self, entry: Entry) -> None:
        """Remember the blobs of one entry."""
        self._scratch.add("blobs_named", [(one.sha256, entry.id) for one in entry.blobs])

    def compare(self, connection: Connection, progress: Progress) -> None:
        """Compare the three."""
        blobs = table_of(BlobRow)
        rows = select(blobs).order_by(by_text(connection, blobs.c.sha256))
        named = self._scratch.rows("SELECT sha256 FROM blobs_named ORDER BY sha256")
        streams = [
            grouped(named, "sha256"),
            grouped(streamed(connection, rows), "sha256"),
            self._files(),
        ]
        counts = self._report.counts
        for number, (sha256, (wanted, kept, path)) in enumerate(joined(streams), 1):
            counts["blobs named"] += wanted is not None
            counts["blobs on their way"] += wanted is not None and kept is None
            counts["blobs"] += kept is not None
            if kept is not None and self._folder is not None:
                self._compare_file(kept[0], path)
            elif path is not None:
                text = "lies in the folder, the database does not know it"
                self._report.note("blob_unknown", f"blob {sha256}", text)
            if number % TOLD_EVERY == 0:
                progress("blobs", number, 0)

    def _compare_file(self, row: RowMapping, path: Path | None) -> None:
        name = f"blob {row['sha256']}"
        if path is None:
            self._report.fault("blob_missing", name, "its file is gone")
        elif path.stat().st_size != row["size"]:
            text = f"has {path.stat().st_size} bytes instead of {row['size']}"
            self._report.fault("blob_size", name, text)
        else:
            with path.open("rb") as file:
                is_same = hashlib.file_digest(file, "sha256").hexdigest() == row["sha256"]
            if not is_same:
                self._report.fault("blob_hash", name, "was changed")

    def _files(self) -> Iterator[tuple[Any, Any]]:
        """The whole blobs of the folder by hash; what is only begun is counted."""
        if self._folder is None or not self._folder.is_dir():
            return
        for below in sorted(one for one in self._folder.iterdir() if one.is_dir()):
            for path in sorted(below.iterdir()):
                if WHOLE.fullmatch(path.name) and path.name.startswith(below.name):
                    yield path.name, path
                elif path.suffix == ".part":
                    self._report.counts["blobs begun"] += 1
                else:
                    self._report.note("file_unknown", str(path), "is no blob")
