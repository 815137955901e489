"""Backup: the database as it is at one moment and every blob it knows, while others go on writing;
and the way back. Reads and writes files only; whether the journal is whole is `sync.verify`.

The copy of the database is made first: a blob's file is there before the database knows of it and
is never changed, so what the copy knows is still there when the blobs are copied afterwards.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sync.archive import DATABASE, ArchiveError, Contents, digest_of_file, unpack, write
from sync.blobs import BLOB_MAX_BYTES, make_durable
from sync.document import utc_text


def back_up(database: Path, blobs: Path, out: Path, *, now: datetime) -> Contents:
    """Write the archive into a new file. `blobs` is the folder of the blobs.

    Blobs whose files are gone are named in the answer as missing. ArchiveError: no database there.
    """
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as folder:
        copy = Path(folder) / DATABASE
        _copy(database, copy)
        files = {sha256: blobs / sha256[:2] / sha256 for sha256 in sorted(known_blobs(copy))}
        there = {sha256: path for sha256, path in files.items() if _is_blob(path)}
        contents = Contents(
            made_at=utc_text(now),
            database_bytes=copy.stat().st_size,
            database_sha256=digest_of_file(copy),
            blobs=len(there),
            missing=tuple(sorted(set(files) - set(there))),
        )
        write(out, contents, copy, there.values())
    return contents


def _copy(database: Path, copy: Path) -> None:
    """The database at one moment, by SQLite's own online backup, as one file without a log."""
    try:
        with (
            closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True)) as live,
            closing(sqlite3.connect(copy)) as target,
        ):
            live.backup(target)
        make_one_file(copy)
    except sqlite3.Error as error:
        raise ArchiveError(f"{database}: {error}") from error


def make_one_file(database: Path) -> None:
    """Bring what is in the log into the file; ArchiveError if somebody else has it open."""
    with closing(sqlite3.connect(database)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete":
        raise ArchiveError(f"{database} is in use")


def _is_blob(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= BLOB_MAX_BYTES


def known_blobs(database: Path) -> set[str]:
    """The hashes of the blobs that a database has. ArchiveError: it is none of ours."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            return {row[0] for row in connection.execute("SELECT sha256 FROM blobs")}
    except sqlite3.Error as error:
        raise ArchiveError(f"{database.name}: {error}") from error


def bring_back(archive: Path, folder: Path) -> Contents:
    """Unpack into an empty folder, durable, and see that all belongs together. ArchiveError."""
    contents, blobs = unpack(archive, folder)
    (folder / "blobs").mkdir(exist_ok=True)
    known = known_blobs(folder / DATABASE)
    if lost := known - blobs - set(contents.missing):
        raise ArchiveError(f"blob {min(lost)} is missing")
    if strange := blobs - known:
        raise ArchiveError(f"the database knows no blob {min(strange)}")
    for one in (folder / "blobs", *(folder / "blobs").iterdir()):
        make_durable(one)
    return contents
