"""Blobs: photos and signatures by content, resumable by offset, checked before they are kept.

The bytes are files below one folder; a blob that is not whole is `<sha256>.part`. What comes in is
held to size, type by magic bytes and pixel limits; the entry that names it never waits for it.
"""

import hashlib
import os
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from sqlalchemy import Connection, select

from sync.document import utc_text
from sync.problem import Problem
from sync.store import Store, table_of, upsert
from sync.tables import BlobRow

BLOB_MAX_BYTES = 10 * 1024 * 1024
PIECE_MAX_BYTES = 256 * 1024
IMAGE_MAX_PIXELS = 40_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


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
            if self.type_of(connection, sha256) is not None:
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
        there = self.progress(sha256)
        if there is not None and there.offset == there.length:
            return there
        have = there.offset if there else 0
        if offset != have or offset + len(piece) > length:
            raise Problem("blob_offset", {"offset": have})
        part = self._part(sha256)
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if offset + len(piece) == length:
            self._keep(sha256, part, now)
        return Progress(offset + len(piece), length)

    def _keep(self, sha256: str, part: Path, now: datetime) -> None:
        data = part.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            part.unlink()
            raise Problem("blob_hash", {"sha256": sha256})
        try:
            media_type = checked_type(part)
        except Problem:
            part.unlink()
            raise
        part.replace(self.path(sha256))
        row = {
            "sha256": sha256,
            "size": len(data),
            "type": media_type,
            "arrived_at": utc_text(now),
        }
        with self.store.write() as connection:
            upsert(connection, BlobRow, [row])

    def _part(self, sha256: str) -> Path:
        return self.path(sha256).with_suffix(".part")


def checked_type(path: Path) -> str:
    """The media type of an image that can be decoded within the limits.

    Problems: blob_type, blob_pixels (also what would unpack to more than it says).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=list(FORMATS)) as image:
                if image.width * image.height > IMAGE_MAX_PIXELS:
                    raise Problem("blob_pixels", {"max_pixels": IMAGE_MAX_PIXELS})
                image.load()
                return FORMATS[image.format or ""]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Problem("blob_pixels", {"max_pixels": IMAGE_MAX_PIXELS}) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError) as error:
        raise Problem("blob_type", {"types": ", ".join(FORMATS.values())}) from error
