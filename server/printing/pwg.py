"""PWG raster (PWG 5102.4): labels as pages of grey dots, for printers that take no PDF."""

import struct
from collections.abc import Iterator, Sequence

from PIL import Image

from labels.content import Label
from labels.draw import drawings
from labels.raster import bitmap

DPI = 300
SYNC = b"RaS2"
HEADER_BYTES = 1796
GREY = 18  # sgray, 8 bits
LINES_MAX = RUN_MAX = 256
RUN_DOTS_MAX = 128
MEDIA_CLASS = b"PwgRaster"
POINTS_PER_INCH = 72


def pwg(labels: Sequence[Label]) -> bytes:
    """A page for each label. Raises LabelError as `labels.draw.drawings`."""
    pages = [bitmap(drawing) for one in labels for drawing in drawings(one, dpi=DPI)]
    return b"".join([SYNC, *(_page(page.convert("L"), len(pages)) for page in pages)])


def _page(image: Image.Image, pages: int) -> bytes:
    return _header(image.width, image.height, pages) + b"".join(_lines(image))


def _header(width: int, height: int, pages: int) -> bytes:
    """The fields that say something; all others are zero (§4.3)."""
    header = bytearray(HEADER_BYTES)
    header[: len(MEDIA_CLASS)] = MEDIA_CLASS
    points = (width * POINTS_PER_INCH // DPI, height * POINTS_PER_INCH // DPI)
    for at, values in (
        (276, (DPI, DPI)),
        (340, (1,)),  # copies
        (352, points),
        (372, (width, height)),
        (384, (8, 8, width)),  # bits a colour, bits a dot, bytes a line
        (400, (GREY,)),
        (420, (1,)),  # colours
        (452, (pages, 1, 1)),
    ):
        struct.pack_into(f"!{len(values)}I", header, at, *values)
    return bytes(header)


def _lines(image: Image.Image) -> Iterator[bytes]:
    """Equal lines once with their number, each line as runs (§4.4)."""
    data, width = image.tobytes(), image.width
    rows = [data[at : at + width] for at in range(0, len(data), width)]
    at = 0
    while at < len(rows):
        same = 1
        while same < LINES_MAX and at + same < len(rows) and rows[at + same] == rows[at]:
            same += 1
        yield bytes([same - 1]) + _runs(rows[at])
        at += same


def _runs(row: bytes) -> bytes:
    """Black and white only: runs of equal dots, at most 128 long."""
    out, at = bytearray(), 0
    while at < len(row):
        dot = row[at : at + 1]
        end = at + 1
        while end < len(row) and end - at < RUN_DOTS_MAX and row[end : end + 1] == dot:
            end += 1
        out += bytes([end - at - 1]) + dot
        at = end
    return bytes(out)
