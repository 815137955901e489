"""Photos and signatures over HTTP: by pieces, resumed, checked, and shown to whom they concern."""

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from sync.blobs import BLOB_MAX_BYTES, PIECE_MAX_BYTES
from tests.server.web.plant_in_use import Device, House

LOT = "lot/SZ:M-1001:L2611-02"


def picture(size: tuple[int, int] = (40, 30), form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).save(out, form)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 60,000 × 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.png", b"\0" * 20_000_000)
    return out.getvalue()


HOSTILE = {
    "html": (b"<!doctype html><script>alert(1)</script>", "blob_type"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "blob_type"),
    "gif": (b"GIF89a\x01\0\x01\0\0\0\0;", "blob_type"),
    "png_bomb": (bomb(), "blob_pixels"),
    "zip_bomb": (zip_bomb(), "blob_type"),
    "half_a_picture": (picture()[:200], "blob_type"),
    "executable": (b"MZ" + b"\0" * 100, "blob_type"),
}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(device: Device, data: bytes, *, offset: int = 0, length: int = 0, name: str = ""):
    headers = {
        **device.headers,
        "Upload-Offset": str(offset),
        "Upload-Length": str(length or len(data)),
        "content-type": "image/png",
    }
    path = f"/blobs/{name or sha(data)}"
    return device.browser.ask("PATCH", path, content=data, headers=headers)


@pytest.fixture
def device(house: House) -> Device:
    return house.device("wang.fang")


def test_a_photo_goes_up_by_pieces_and_on_after_a_break(house: House, device: Device):
    data = picture((700, 700))
    assert len(data) > PIECE_MAX_BYTES
    path = f"/blobs/{sha(data)}"
    assert device.browser.ask("HEAD", path, headers=device.headers).status_code == 404
    first = data[:PIECE_MAX_BYTES]
    answer = put(device, first, length=len(data), name=sha(data))
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(first)))
    assert device.browser.get(path).status_code == 404, "half a photo was shown"
    head = device.browser.ask("HEAD", path, headers=device.headers)
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, str(len(first)))
    again = put(device, first, length=len(data), name=sha(data))
    assert (again.status_code, again.json()["code"]) == (409, "blob_offset")
    assert again.json()["params"] == {"offset": len(first)}
    at = len(first)
    while at < len(data):
        piece = data[at : at + PIECE_MAX_BYTES]
        answer = put(device, piece, offset=at, length=len(data), name=sha(data))
        assert answer.status_code == 204
        at = int(answer.headers["Upload-Offset"])
    head = device.browser.ask("HEAD", path, headers=device.headers)
    assert head.headers["Upload-Offset"] == head.headers["Upload-Length"] == str(len(data))
    shown = device.browser.get(path)
    assert (shown.status_code, shown.content) == (200, data)
    assert put(device, first, length=len(data), name=sha(data)).status_code == 204


def test_a_photo_is_shown_to_the_signed_in_as_a_picture_and_nothing_else(
    house: House, device: Device
):
    data = picture(form="JPEG")
    put(device, data)
    path = f"/blobs/{sha(data)}"
    answer = device.browser.get(path)
    assert answer.headers["content-type"] == "image/jpeg", "the sender's word was taken"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["cache-control"].startswith("private")
    assert house.nobody().get(path).json()["code"] == "sign_in_needed"
    assert house.nobody().get(path, headers=device.headers).status_code == 401


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_and_kept_nowhere(house: House, device: Device, name: str):
    data, code = HOSTILE[name]
    answer = put(device, data)
    assert answer.json()["code"] == code
    assert set(answer.json()["text"]) == {"zh_CN", "en"}
    assert device.browser.get(f"/blobs/{sha(data)}").status_code == 404
    folder = house.plant.settings.data / "blobs"
    assert not any(sha(data) in one.name for one in folder.rglob("*"))


def test_bytes_that_are_not_what_they_are_called_start_anew(house: House, device: Device):
    data = picture()
    answer = put(device, data, name="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "blob_hash")
    head = device.browser.ask("HEAD", f"/blobs/{'0' * 64}", headers=device.headers)
    assert head.status_code == 404


def test_under_a_name_that_is_no_hash_there_is_nothing_and_nothing_is_taken(
    house: House, device: Device
):
    for name in ("%23", "A" * 64, "..%2F..%2Ftraveler.sqlite"):
        for method in ("HEAD", "GET"):
            answer = device.browser.ask(method, f"/blobs/{name}", headers=device.headers)
            assert answer.status_code == 404, (method, name)
    answer = put(device, picture(), name="A" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "blob_hash")


@pytest.mark.parametrize(
    ("name", "offset", "length"),
    [("x", 0, 9), ("../../x", 0, 9), ("A" * 64, 0, 9), (f"{'a' * 64}%0A", 0, 9), ("a" * 63, 0, 9),
     ("a" * 64, 5, 9), ("a" * 64, 0, BLOB_MAX_BYTES + 1), ("a" * 64, 0, 1), ("a" * 64, -1, 9),
     ("a" * 64, 10**30, 9), ("a" * 64, 0, 10**30), ("a" * 64, 0, 0), ("a" * 64, 0, "1e3"),
     ("a" * 64, 0, "1_000"), ("a" * 64, 0, "+9"), ("a" * 64, "0.0", 9), ("a" * 64, "00", 9)],
)  # fmt: skip
def test_an_upload_that_cannot_be_one_is_refused(
    shared_house: House, name: str, offset: int | str, length: int | str
):
    device = shared_house.device("wang.fang")
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(length), **device.headers}
    answer = device.browser.ask("PATCH", f"/blobs/{name}", content=b"x" * 9, headers=headers)
    assert 400 <= answer.status_code < 500


def test_a_piece_above_its_limit_and_a_foreign_device_are_refused(house: House, device: Device):
    big = put(device, b"x" * (PIECE_MAX_BYTES + 1))
    assert (big.status_code, big.json()["code"]) == (413, "request_too_large")
    device.enrolled["token"] = "nobody's"
    assert put(device, picture()).json()["code"] == "device_unknown"
    head = device.browser.ask("HEAD", f"/blobs/{'a' * 64}", headers=device.headers)
    assert head.status_code == 401


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_in_a_form_brings_the_form_back(shared_house: House, name: str):
    data, _ = HOSTILE[name]
    browser = shared_house.browser("all.roles")
    before = shared_house.entries()
    answer = browser.post(
        "/do/note.added",
        data={"on": LOT, "body.text": "with it", "then_error": "/lots/SZ:M-1001:L2611-02"},
        files={"body.photo": ("x.png", data, "image/png")},
    )
    assert answer.status_code == 422
    assert "picture" in answer.text
    assert "with it" in answer.text
    assert shared_house.entries() == before


def test_too_many_pictures_at_once_and_one_too_large_are_refused(shared_house: House):
    browser = shared_house.browser("all.roles")
    form = {"on": LOT, "body.text": "x", "then_error": "/"}
    many = [(f"body.p{number}", (f"{number}.png", b"x", "image/png")) for number in range(21)]
    answer = browser.post("/do/note.added", data=form, files=many)
    assert answer.status_code == 422
    assert "Too many pictures" in answer.text
    large = {"body.photo": ("x.png", b"x" * (BLOB_MAX_BYTES + 1), "image/png")}
    answer = browser.post("/do/note.added", data=form, files=large)
    assert answer.status_code in (413, 422)
    assert "too large" in answer.text


def test_a_label_is_drawn_for_the_lots_one_may_see(shared_house: House):
    browser = shared_house.browser("wang.fang")
    one = browser.get("/lots/SZ:M-1001:L2611-02/label.png")
    assert one.content.startswith(b"\x89PNG")
    sheet = browser.get("/labels.pdf", params={"lot": ["SZ:M-1001:L2611-02"]})
    assert sheet.content.startswith(b"%PDF")
    foreign = next(key for key in shared_house.documents() if key.startswith("lot/HD:"))
    for lots in ([foreign.partition("/")[2]], ["SZ:M-1001:L2611-02", "SZ:none"]):
        assert browser.get("/labels.pdf", params={"lot": lots}).status_code == 404
    assert browser.get("/labels.pdf").status_code == 400
    assert browser.get("/labels.pdf", params={"lot": ["SZ:x"] * 201}).status_code == 413
