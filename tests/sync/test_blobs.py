"""Blobs: pieces by offset, resumable at any moment; only images that decode are kept."""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from sync import blobs as module
from sync.blobs import BLOB_MAX_BYTES, PIECE_MAX_BYTES, Blobs, Progress, checked_type
from sync.problem import Problem
from sync.tables import BlobRow
from tests.simulation.together import together
from tests.sync.desk import NOW, Desk


@pytest.fixture
def blobs(desk: Desk, tmp_path: Path) -> Blobs:
    return Blobs(desk.store, tmp_path / "blobs")


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **how) -> bytes:
    data = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(data, form, **how)
    return data.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def add(blobs: Blobs, data: bytes, *, piece: int = PIECE_MAX_BYTES, start: int = 0) -> Progress:
    """Send all of it from an offset, in pieces."""
    progress = Progress(start, len(data))
    for offset in range(start, len(data), piece):
        progress = blobs.add(
            sha256(data), data[offset : offset + piece], offset=offset, length=len(data), now=NOW
        )
    return progress


def refused(blobs: Blobs, data: bytes) -> str:
    """The Problem's code; nothing of the blob is left."""
    with pytest.raises(Problem) as raised:
        add(blobs, data)
    assert blobs.progress(sha256(data)) is None
    assert [path for path in blobs.folder.rglob("*") if path.is_file()] == []
    return raised.value.code


def kind_of(blobs: Blobs, data: bytes) -> str | None:
    with blobs.store.read() as connection:
        return blobs.type_of(connection, sha256(data))


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")],
)
def test_an_image_that_came_whole_is_kept_with_its_type(blobs, desk, form, media_type):
    data = picture(form)
    assert add(blobs, data) == Progress(len(data), len(data))
    assert blobs.path(sha256(data)).read_bytes() == data
    assert kind_of(blobs, data) == media_type
    assert desk.rows(BlobRow) == [
        {
            "sha256": sha256(data),
            "size": len(data),
            "type": media_type,
            "arrived_at": "2026-11-22T02:00:00.000Z",
        }
    ]


def test_a_phones_jpeg_with_a_second_picture_behind_it_is_a_jpeg(blobs):
    second = Image.new("RGB", (8, 8))
    data = picture("MPO", save_all=True, append_images=[second])
    add(blobs, data)
    assert kind_of(blobs, data) == "image/jpeg"


@pytest.mark.parametrize("piece", [1, 100, 1000])
def test_pieces_of_any_size_make_the_same_whole(blobs, piece):
    data = picture(size=(12, 10))
    add(blobs, data, piece=piece)
    assert blobs.path(sha256(data)).read_bytes() == data


def test_an_upload_goes_on_where_it_ended_also_after_a_restart(blobs, desk):
    data = picture()
    blobs.add(sha256(data), data[:1000], offset=0, length=len(data), now=NOW)
    assert kind_of(blobs, data) is None
    again = Blobs(desk.store, blobs.folder)
    progress = again.progress(sha256(data))
    assert progress is not None
    assert progress.offset == 1000
    add(again, data, start=1000)
    assert kind_of(again, data) == "image/png"


def test_a_piece_that_was_torn_by_a_crash_is_gone_on_from_where_the_bytes_end(blobs):
    data = picture()
    blobs.add(sha256(data), data[:1000], offset=0, length=len(data), now=NOW)
    part = next(blobs.folder.rglob("*.part"))
    part.write_bytes(part.read_bytes()[:700])
    progress = blobs.progress(sha256(data))
    assert progress is not None
    assert progress.offset == 700
    add(blobs, data, start=700)
    assert kind_of(blobs, data) == "image/png"


@pytest.mark.parametrize("moment", ["_write", "make_durable", "upsert", "checked_type"])
def test_a_crash_at_the_last_piece_never_looks_like_done(blobs, monkeypatch, moment):
    """The device would delete its copy of what nobody kept."""
    data = picture()
    half = len(data) // 2
    blobs.add(sha256(data), data[:half], offset=0, length=len(data), now=NOW)

    def crash(*_args, **_how):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, moment, crash)
        with pytest.raises(KeyboardInterrupt):
            blobs.add(sha256(data), data[half:], offset=half, length=len(data), now=NOW)
    progress = blobs.progress(sha256(data))
    assert progress is not None
    assert progress.offset == half
    add(blobs, data, start=half)
    assert kind_of(blobs, data) == "image/png"
    assert [path.name for path in blobs.folder.rglob("*") if path.is_file()] == [sha256(data)]


@pytest.mark.parametrize("offset", [0, 999, 1001, 5000])
def test_a_wrong_offset_is_told_the_right_one_and_changes_nothing(blobs, offset):
    data = picture()
    blobs.add(sha256(data), data[:1000], offset=0, length=len(data), now=NOW)
    with pytest.raises(Problem) as raised:
        blobs.add(sha256(data), data[:10], offset=offset, length=len(data), now=NOW)
    assert (raised.value.code, raised.value.params) == ("blob_offset", {"offset": 1000})
    add(blobs, data, start=1000)


def test_more_bytes_than_were_announced_are_refused(blobs):
    with pytest.raises(Problem, match="blob_offset"):
        blobs.add("a" * 64, b"12345", offset=0, length=4, now=NOW)
    assert blobs.progress("a" * 64) is None


def test_bytes_with_another_hash_are_removed_and_can_begin_again(blobs):
    data = picture()
    wrong = data[:500] + b"!" + data[501:]
    for offset in (0, 500):
        piece = wrong[offset : offset + 500] if offset == 0 else wrong[500:]
        if offset == 0:
            blobs.add(sha256(data), piece, offset=0, length=len(data), now=NOW)
            continue
        with pytest.raises(Problem, match="blob_hash"):
            blobs.add(sha256(data), piece, offset=500, length=len(data), now=NOW)
    assert blobs.progress(sha256(data)) is None
    add(blobs, data)
    assert kind_of(blobs, data) == "image/png"


def test_what_is_whole_already_needs_nothing_more(blobs):
    data = picture()
    add(blobs, data)
    for offset in (0, 1000):
        progress = blobs.add(sha256(data), b"anything", offset=offset, length=len(data), now=NOW)
        assert progress == Progress(len(data), len(data)) == blobs.progress(sha256(data))
    assert blobs.path(sha256(data)).read_bytes() == data


def test_a_file_that_was_lost_after_all_can_be_sent_again(blobs):
    data = picture()
    add(blobs, data)
    blobs.path(sha256(data)).unlink()
    assert blobs.progress(sha256(data)) is None
    add(blobs, data)
    assert blobs.path(sha256(data)).read_bytes() == data


def test_limits_hold_before_a_byte_is_written(blobs):
    for piece, length in ((b"x", BLOB_MAX_BYTES + 1), (b"x" * (PIECE_MAX_BYTES + 1), 10**6)):
        with pytest.raises(Problem) as raised:
            blobs.add("a" * 64, piece, offset=0, length=length, now=NOW)
        assert raised.value.code == "blob_too_large"
    assert not blobs.folder.exists()


def chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


NO_IMAGES = {
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    "GIF": picture("GIF"),
    "BMP": picture("BMP"),
    "TIFF": picture("TIFF"),
    "ICO": picture("ICO", size=(16, 16)),
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "ZIP": b"PK\x03\x04" + b"\0" * 60,
    "nothing": b"",
    "the name of a PNG only": b"\x89PNG\r\n\x1a\n",
    "HTML behind the name of a PNG": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "a truncated PNG": picture()[:-200],
    "a truncated JPEG": picture("JPEG")[:-400],
    "a truncated WebP": picture("WEBP")[:-100],
    "a PNG with a text that unpacks to gigabytes": png(
        4, 4, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000))
    ),
    "a PNG without pixels": png(4, 4, b""),
    "a PNG of no size": png(0, 0, b""),
}


@pytest.mark.parametrize("data", NO_IMAGES.values(), ids=NO_IMAGES)
def test_what_is_no_image_of_ours_is_refused_by_its_bytes(blobs, data):
    if not data:
        with pytest.raises(Problem, match="blob_type"):
            blobs.add(sha256(data), data, offset=0, length=0, now=NOW)
        return
    assert refused(blobs, data) == "blob_type"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(7000, 6000), (10_000, 9_500), (60_000, 60_000), (2**31, 1)])
def test_a_small_file_that_unpacks_to_a_huge_image_is_refused_unpacked(blobs, size):
    width, height = size
    packed = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    assert refused(blobs, png(width, height, packed)) in ("blob_pixels", "blob_type")


def test_a_picture_as_large_as_a_phone_makes_is_taken(blobs):
    data = io.BytesIO()
    Image.new("RGB", (8000, 4999), "white").save(data, "JPEG", quality=30)
    add(blobs, data.getvalue())
    assert kind_of(blobs, data.getvalue()) == "image/jpeg"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_damaged_images_are_refused_or_decode_and_never_fail_otherwise(form):
    """Bytes flipped all over: whatever a decoder raises is told as the wrong type."""
    data = picture(form)
    found = {type_or_code(damaged) for damaged in damaged_everywhere(data)}
    assert found <= {f"image/{form.lower()}", "blob_type", "blob_pixels"}
    assert "blob_type" in found


def damaged_everywhere(data: bytes) -> Iterator[bytes]:
    for place in range(0, len(data), max(1, len(data) // 120)):
        yield data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


def type_or_code(data: bytes) -> str:
    try:
        return checked_type(data)
    except Problem as problem:
        return problem.code


def test_four_devices_with_the_same_picture_do_not_harm_each_other(blobs):
    data = picture(size=(200, 150))

    def send():
        while (there := blobs.progress(sha256(data))) is None or there.offset != there.length:
            offset = there.offset if there else 0
            piece = data[offset : offset + 9000]
            try:
                blobs.add(sha256(data), piece, offset=offset, length=len(data), now=NOW)
            except Problem as problem:
                if problem.code != "blob_offset":  # overtaken by another
                    raise

    together(send, send, send, send)
    assert blobs.path(sha256(data)).read_bytes() == data
