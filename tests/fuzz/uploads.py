"""Requests for blobs, as plans: pieces at right and wrong places, of right and wrong files."""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from PIL import Image

from sync.blobs import PIECE_MAX_BYTES
from tests.fuzz.ground import Ground
from tests.fuzz.odd import Mutation, mutated, mutations, texts
from tests.fuzz.requests import Sending, sendings
from tests.fuzz.wire import Request

SMALL_PX = 8
NOISE_PX = 400
FILES = 24
NUMBERS = ("-1", "0", "1", "9" * 30, "1.5", "1e3", "0x10", "", " 7 ", "٣", "+1", "nan", "1_000")
ADDRESSES = (
    "0", "g" * 64, "A" * 64, "a" * 63, "a" * 65, "..", "%2e%2e", "..%2f..%2ftraveler.sqlite3",
    "%00" + "a" * 63, "%ff" * 64, "%EF%BC%91" * 64, "a" * 64 + "%0a", "a" * 64 + "?x=1",
    "a" * 64 + "/",
)  # fmt: skip


@cache
def files() -> list[bytes]:
    """What is uploaded: images of each kind, small and in several pieces, and what is none."""
    dice = Random(7)
    found = []
    for number, kind in enumerate(("PNG", "JPEG", "WEBP", "PNG", "JPEG", "GIF", "BMP", "TIFF")):
        image = Image.new("RGB", (SMALL_PX, SMALL_PX), (number * 30, 20, 200))
        found.append(_saved(image, kind))
    for kind in ("PNG", "PNG", "WEBP"):
        noise = Image.frombytes("RGB", (NOISE_PX, NOISE_PX), dice.randbytes(3 * NOISE_PX**2))
        found.append(_saved(noise, kind))
    found += [_png_of(100_000, 100_000), _png_of(0, 0), _png_of(2**31 - 1, 1)]
    found += [b"x", b"<svg onload=alert(1)>", b"\x00" * 1000, dice.randbytes(PIECE_MAX_BYTES + 1)]
    found += [one[: len(one) // 2] for one in found[:3]]
    return found + [one + b"<script>" for one in found[:2]]


def _saved(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says it is as large, with next to nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        told = struct.pack(">I", len(data)) + name + data
        return told + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@dataclass(frozen=True)
class Upload:
    """A request about one file. `address`, `offset` and `length`, where they are not the right
    ones; `at` is how far off the offset is; `piece` the size of it; then the bytes are changed.
    """

    method: str
    file: int
    sending: Sending
    address: str = ""
    offset: str | None = "right"
    length: str | None = "right"
    at: int = 0
    piece: int = PIECE_MAX_BYTES
    changes: tuple[Mutation, ...] = ()

    def request(self, ground: Ground) -> Request:
        """The piece that comes next, or that doesn't."""
        data = files()[self.file % len(files())]
        sha256 = hashlib.sha256(data).hexdigest()
        there = ground.plant.blobs.progress(sha256)
        offset = max(0, (there.offset if there else 0) + self.at)
        headers = self.sending.credentials(ground) + list(self.sending.headers)
        for name, told, right in (
            ("upload-offset", self.offset, offset),
            ("upload-length", self.length, len(data)),
        ):
            if told is not None:
                headers.append((name, str(right) if told == "right" else told))
        body = mutated(data[offset : offset + self.piece], self.changes)
        path = f"/blobs/{self.address or sha256}"
        sending = self.sending
        if self.method != "PATCH":
            return Request(self.method, path, tuple(headers))
        headers.append(("content-type", sending.content_type or "application/octet-stream"))
        return Request("PATCH", path, tuple(headers), body, sending.pieces, sending.hangs_up)


def uploads() -> SearchStrategy[Upload]:
    """Any request about a blob."""
    numbers = st.integers(0, FILES)
    odd = st.one_of(st.none(), st.sampled_from(NUMBERS), texts().map(_one_line))
    sizes = st.sampled_from([0, 1, 100, 60_000, PIECE_MAX_BYTES, PIECE_MAX_BYTES + 1])
    patch, usual = st.just("PATCH"), st.builds(Sending, st.sampled_from([0, 1]))
    right = st.builds(Upload, patch, numbers, usual, piece=sizes)
    methods = st.sampled_from(["PATCH", "HEAD", "GET", "GET", "PUT", "DELETE", "OPTIONS", "POST"])
    return st.one_of(
        right,
        right,
        st.builds(Upload, patch, numbers, usual, offset=odd),
        st.builds(Upload, patch, numbers, usual, length=odd),
        st.builds(
            Upload, patch, numbers, usual, at=st.sampled_from([-1, 1, 7, -60_000]), piece=sizes
        ),
        st.builds(Upload, patch, numbers, usual, piece=sizes, changes=mutations(1)),
        st.builds(Upload, methods, numbers, usual, address=st.sampled_from(ADDRESSES)),
        st.builds(Upload, methods, numbers, sendings(), piece=sizes),
        st.builds(Upload, st.sampled_from(["HEAD", "GET"]), numbers, usual),
    )


def _one_line(text: str) -> str:
    return text.translate({0: None, 10: None, 13: None})
