"""Blobs: photos and signatures by content, resumable by offset, checked before they are kept.

The bytes are files below one folder; a blob that is not whole is `<sha256>.part`. What comes in is
held to size, type by magic bytes and pixel limits; the entry that names it never waits for it.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import Connection, select

from sync.document import utc_text
from sync.problem import Problem
from sync.statements import upsert
from sync.store import Store, table_of
from sync.tables import BlobRow

BLOB_MAX_BYTES = 10 * 1024 * 1024
PIECE_MAX_BYTES = 256 * 1024
IMAGE_MAX_PIXELS = 40_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# What some phones make of a JPEG: more pictures behind the first. Every reader shows the first.
JPEG_TOO = "MPO"


@dataclass(frozen=True)
class Progress:
    """How much of a blob is there: `offset` of `length` bytes."""

    offset: int
    length: int


@dataclass(frozen=True)
class Blobs:
    """The blobs of one database."""

    store: Store
    folder: Path

    def path(self, sha256: str) -> Path:
        """Where the whole blob lies."""
        return self.folder / sha256[:2] / sha256

    def type_of(self, connection: Connection, sha256: str) -> str | None:
        """The checked media type of a whole blob, None if it is not (all) there."""
        table = table_of(BlobRow)
        return connection.scalar(select(table.c.type).where(table.c.sha256 == sha256))

    def progress(self, sha256: str) -> Progress | None:
        """What is there of a blob; None for nothing."""
        whole, part = self.path(sha256), self._part(sha256)
        with self.store.read() as connection:
            is_kept = self.type_of(connection, sha256) is not None
        if is_kept and whole.exists():
            size = whole.stat().st_size
            return Progress(size, size)
        return Progress(part.stat().st_size, -1) if part.exists() else None

    def add(
        self, sha256: str, piece: bytes, *, offset: int, length: int, now: datetime
    ) -> Progress:
        """Put a piece where the last one ended; at the last, check and keep the blob.

        Problems: blob_too_large, blob_offset, blob_hash, blob_type, blob_pixels.
        """
        if length > BLOB_MAX_BYTES or len(piece) > PIECE_MAX_BYTES:
            raise Problem("blob_too_large", {"max_bytes": BLOB_MAX_BYTES})
        with self.store.turn(f"blob {sha256}"):
            return self._add(sha256, piece, offset=offset, length=length, now=now)

    def _add(
        self, sha256: str, piece: bytes, *, offset: int, length: int, now: datetime
    ) -> Progress:
        there = self.progress(sha256)
        if there is not None and there.offset == there.length:
            return there
        have = there.offset if there else 0
        if offset != have or offset + len(piece) > length:
            raise Problem("blob_offset", {"offset": have})
        part = self._part(sha256)
        part.parent.mkdir(parents=True, exist_ok=True)
        if offset + len(piece) == length:
            self._keep(sha256, part, piece, now)
        else:
            _write(part, piece, at=have)
        return Progress(offset + len(piece), length)

    def _keep(self, sha256: str, part: Path, last: bytes, now: datetime) -> None:
        """The last piece never joins the part: what has all its bytes is kept, or begins anew."""
        data = (part.read_bytes() if part.exists() else b"") + last
        try:
            if hashlib.sha256(data).hexdigest() != sha256:
                raise Problem("blob_hash", {"sha256": sha256})
            media_type = checked_type(data)
        except Problem:
            part.unlink(missing_ok=True)
            raise
        whole = self.path(sha256)
        _write(whole.with_suffix(".new"), data, at=0)
        whole.with_suffix(".new").replace(whole)
        make_durable(whole.parent)
        row = {
            "sha256": sha256,
            "size": len(data),
            "type": media_type,
            "arrived_at": utc_text(now),
        }
        with self.store.write() as connection:
            upsert(connection, BlobRow, [row])
        part.unlink(missing_ok=True)

    def _part(self, sha256: str) -> Path:
        return self.path(sha256).with_suffix(".part")


def _write(path: Path, data: bytes, *, at: int) -> None:
    """All of it behind the first `at` bytes, or, where the disk is full, nothing."""
    with path.open("ab", buffering=0) as file:
        try:
            file.truncate(at)
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(at)
            raise


def make_durable(folder: Path) -> None:
    """A name in a folder survives a power loss only after this."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def checked_type(data: bytes) -> str:
    """The media type of an image that can be decoded within the limits.

    Problems: blob_type, blob_pixels (also what would unpack to more than it says).
    """
    try:
        with Image.open(BytesIO(data), formats=list(FORMATS)) as image:
            if image.width * image.height > IMAGE_MAX_PIXELS:
                raise Problem("blob_pixels", {"max_pixels": IMAGE_MAX_PIXELS})
            image.load()
            found = image.format or ""
            return FORMATS["JPEG" if found == JPEG_TOO else found]
    except Problem:
        raise
    except Image.DecompressionBombError as error:
        raise Problem("blob_pixels", {"max_pixels": IMAGE_MAX_PIXELS}) from error
    except Exception as error:  # whatever a decoder makes of hostile bytes
        raise Problem("blob_type", {"types": ", ".join(FORMATS.values())}) from error
