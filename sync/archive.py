"""The archive: one tar file with a copy of the database, its blobs, and what they must be.

`backup.json` comes first and names size and hash of `traveler.sqlite3`, which comes second; then
`blobs/ab/<sha256>`, whose names are their hashes. Whoever reads it trusts nothing: names, kinds,
sizes and hashes are checked before anything is kept. Making the copy is `sync.backup`.
"""

import hashlib
import os
import re
import tarfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.blobs import BLOB_MAX_BYTES
from sync.entry import SHA256_PATTERN

MANIFEST = "backup.json"
DATABASE = "traveler.sqlite3"
MANIFEST_MAX_BYTES = 16 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
BLOB_NAME = re.compile(r"blobs/([0-9a-f]{2})/(\1[0-9a-f]{62})")
ONLY_OWNER = 0o600


class ArchiveError(Exception):
    """The file is no backup, or not what it says of itself; the text says what is wrong."""


class Contents(BaseModel):
    """What an archive says of itself; `missing` are blobs that were gone when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["traveler-backup-1"] = "traveler-backup-1"
    made_at: str
    database_bytes: int = Field(ge=0)
    database_sha256: str = Field(pattern=SHA256_PATTERN)
    blobs: int = Field(ge=0)
    missing: tuple[str, ...] = ()


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(out: Path, contents: Contents, database: Path, blobs: Iterable[Path]) -> None:
    """Write the archive, durable when this returns; it holds password hashes, so only its owner
    may read it. FileExistsError: somebody else writes here.
    """
    handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, ONLY_OWNER)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            told = contents.model_dump_json(indent=1).encode()
            _add(tar, MANIFEST, BytesIO(told), len(told))
            for path in (database, *blobs):
                name = DATABASE if path is database else f"blobs/{path.name[:2]}/{path.name}"
                with path.open("rb") as source:
                    _add(tar, name, source, os.fstat(source.fileno()).st_size)
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, source: BinaryIO, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, ONLY_OWNER
    tar.addfile(member, source)


def unpack(archive: Path, folder: Path) -> tuple[Contents, set[str]]:
    """Unpack into an empty folder: what the archive says of itself, and the blobs that were in it.

    ArchiveError names what is wrong; then nothing that is in the folder may be used.
    """
    try:
        with tarfile.open(archive, "r:") as tar:
            return _unpacked(tar, folder)
    except tarfile.TarError as error:
        raise ArchiveError(f"{archive} is no whole backup: {error}") from error


def _unpacked(tar: tarfile.TarFile, folder: Path) -> tuple[Contents, set[str]]:
    contents = _manifest(tar)
    blobs: set[str] = set()
    has_database = False
    while (member := tar.next()) is not None:
        blob = BLOB_NAME.fullmatch(member.name)
        if member.name == DATABASE and not has_database:
            has_database = True
            sha256, size_max = contents.database_sha256, contents.database_bytes
        elif blob is not None and blob[2] not in blobs:
            sha256, size_max = blob[2], BLOB_MAX_BYTES
            blobs.add(sha256)
        else:
            raise ArchiveError(f"{member.name!r} does not belong into a backup")
        if _copied(tar, member, folder / member.name, size_max=size_max) != sha256:
            raise ArchiveError(f"{member.name} was changed")
    if not has_database:
        raise ArchiveError(f"{DATABASE} is missing")
    if len(blobs) != contents.blobs:
        raise ArchiveError(f"{contents.blobs} blobs were backed up, {len(blobs)} are there")
    return contents, blobs


def _manifest(tar: tarfile.TarFile) -> Contents:
    member = tar.next()
    if member is None or member.name != MANIFEST or member.size > MANIFEST_MAX_BYTES:
        raise ArchiveError(f"it does not begin with {MANIFEST}")
    source = _plain(tar, member)
    try:
        return Contents.model_validate_json(source.read())
    except ValidationError as error:
        raise ArchiveError(f"{MANIFEST} is not one of version 1") from error


def _plain(tar: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    """The bytes of an ordinary file; a link, a device or a sparse file is none."""
    source = tar.extractfile(member) if member.type == tarfile.REGTYPE else None
    if source is None or member.issparse():
        raise ArchiveError(f"{member.name} is no ordinary file")
    return source  # type: ignore[return-value]


def _copied(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, *, size_max: int) -> str:
    """Write a member to its place, durable; the hash of what was written."""
    source = _plain(tar, member)
    if member.size > size_max:
        raise ArchiveError(f"{member.name} is larger than it may be")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while piece := source.read(PIECE_BYTES):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
