"""Labels where there is no network: the tablet draws them itself, and they say the same.

Real Chromium; the server process is dead when the pictures are asked for.
"""

import json
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from labels.draw import drawings
from labels.marks import Code, Drawing
from labels.raster import bitmap
from server.demo import plant
from server.printing.drawn import Subject, Told, thing_label
from tests.browser.device import Device, Opened
from tests.browser.real_server import RealServer
from tests.browser.test_journey import page_of

LOGIN = "wang.fang"
DPI = 300
LAYOUTS = ("lot", "material", "package", "status")
SHOW = """async (path) => {
  const picture = new Image();
  picture.style.width = "1200px";
  picture.src = path;
  await picture.decode();
  document.body.hidden = true;
  document.documentElement.prepend(picture);
}"""
# What a tablet's system shows there, no browser on a desk has.
SHARE_SHEET = """() => {
  navigator.canShare = ({ files }) => files.length > 0;
  window.shared = new Promise((done) => {
    navigator.share = async ({ files }) => done(files.map(({ name, type }) => [name, type]));
  });
}"""
FETCH = """async (path) => {
  const answer = await fetch(path);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = bytes.reduce((all, byte) => all + String.fromCharCode(byte), "");
  return { status: answer.status, type: answer.headers.get("content-type"), bytes: btoa(text) };
}"""


@pytest.fixture
def tablet(opened: Opened) -> Device:
    return opened(LOGIN)


def lots_of(server: RealServer) -> list[dict[str, Any]]:
    """Those of the plant where this person works."""
    sql = "select body from documents where type = 'lot' and key like 'lot/SZ:%' order by key"
    rows = server.rows(sql)
    return [json.loads(body) for (body,) in rows]


def drawn(server: RealServer, lot: dict[str, Any], layout: str = "lot", **more: str) -> Drawing:
    of = Subject(lot["key"], "SZ", lot, server.url)
    return drawings(
        thing_label(layout, of, Told(serial=more.get("serial", ""), number=more.get("number", ""))),
        dpi=DPI,
    )[0]


def fetched(tablet: Device, path: str, media_type: str) -> bytes:
    answer = tablet.page.evaluate(FETCH, path)
    assert (answer["status"], answer["type"]) == (200, media_type)
    return b64decode(answer["bytes"])


def texts_in(image: Image.Image) -> set[str]:
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return {code.text for code in found}


def codes_of(drawing: Drawing) -> list[Code]:
    return [mark for mark in drawing.marks if isinstance(mark, Code)]


def area_of(code: Code) -> tuple[int, int, int, int]:
    """A code and its quiet zone."""
    beside = code.symbol.quiet * code.module
    above = beside if code.symbol.square else 0
    right, bottom = code.x + code.width, code.y + code.height
    return (code.x - beside, code.y - above, right + beside, bottom + above)


def assert_same(tablet: Device, path: str, drawing: Drawing) -> None:
    """The device's PNG: the same size, every code the same to the dot, and a reader reads it."""
    png = Image.open(BytesIO(fetched(tablet, path, "image/png")))
    assert (png.mode, png.size) == ("1", (drawing.width, drawing.height))
    assert [round(dots) for dots in png.info["dpi"]] == [DPI, DPI]
    for code in codes_of(drawing):
        ours, theirs = (image.crop(area_of(code)).tobytes() for image in (bitmap(drawing), png))
        assert ours == theirs, f"{path}: {code.symbol.kind}"
    assert texts_in(png) == {code.symbol.text for code in codes_of(drawing)}


def test_without_a_server_a_lot_gets_the_same_label(server: RealServer, tablet: Device):
    lots = lots_of(server)
    more = {"number": "K7Q2M4XW-2"}
    meant = {
        f"{page_of(lot['key'])}/label.png?layout={layout}&p={more['number']}": drawn(
            server, lot, layout, **more
        )
        for place, lot in enumerate(lots)
        for layout in (LAYOUTS if place < 3 else LAYOUTS[:1])
    }
    tablet.go("/lots")
    server.kill()
    for path, drawing in meant.items():
        assert_same(tablet, path, drawing)


def test_what_a_screen_shows_of_it_can_be_scanned(server: RealServer, tablet: Device):
    lot = server.document(plant.SHARED_LOT)
    server.kill()
    tablet.go(page_of(lot["key"]))
    svg = fetched(tablet, f"{page_of(lot['key'])}/label.svg", "image/svg+xml").decode()
    assert f"{lot['code']}" in svg
    tablet.page.evaluate(SHOW, f"{page_of(lot['key'])}/label.svg")
    seen = Image.open(BytesIO(tablet.page.screenshot()))
    assert texts_in(seen) == {code.symbol.text for code in codes_of(drawn(server, lot))}


def test_printed_labels_go_to_another_app_or_into_files(server: RealServer, tablet: Device):
    lot = server.document(plant.SHARED_LOT)
    server.kill()
    tablet.go(f"/labels/{lot['key'].removeprefix('lot/')}")
    tablet.fill({"body.copies": "2"})
    tablet.page.click("form[action='/do/label.printed'] button[type=submit]")
    tablet.page.wait_for_url("**/printout?**")
    tablet.page.evaluate(SHARE_SHEET)
    tablet.page.click("[data-share]")
    files = tablet.page.evaluate("window.shared")
    assert [media_type for _, media_type in files] == ["image/png", "image/png"]
    numbers = [name.removeprefix("SZ_M-1009_L2611-26_").removesuffix(".png") for name, _ in files]
    assert [number[-2:] for number in numbers] == ["-1", "-2"]
    tablet.page.evaluate("navigator.canShare = () => false")
    with tablet.page.expect_download() as saved:
        tablet.page.click("[data-share]")
    assert saved.value.suggested_filename == files[0][0]
    meant = drawn(server, lot, number=numbers[0])
    assert texts_in(Image.open(saved.value.path())) == {c.symbol.text for c in codes_of(meant)}


def test_what_other_labels_name_has_a_page_here_too(server: RealServer, tablet: Device):
    lot = server.document(plant.SHARED_LOT)
    place = lot["holdings"][0]["location"]
    server.kill()
    tablet.go(f"/locations/SZ:{place}")
    expect(tablet.page.locator("h1")).to_have_text(place)
    expect(tablet.page.locator(".tiles")).to_contain_text(lot["code"])
    for path, name in (
        ("/equipment/SZ%3AE-0107", "E-0107"),
        ("/assets/SZ%3AAS-00318", "AS-00318"),
        (f"/people/{LOGIN}", "王芳"),
        ("/scan?code=https%3A%2F%2Fplant.example%2Fequipment%2FSZ%253AG-1", "G-1"),
    ):
        tablet.go(path)
        expect(tablet.page.locator("h1")).to_have_text(name)


def test_a_label_that_cannot_be_made_says_why_in_its_place_and_when_it_is_printed(
    opened: Opened,
):
    keeper, long = opened("chen.jing"), "常州宏阳精密铸造有限责任公司" * 5
    keeper.go("/items/SZ:M-1001")
    keeper.page.locator("summary", has_text="收货").click()
    keeper.fill({"on.code": "LX-1", "body.quantity": "5", "body.location": "A-09",
                 "body.supplier": long})  # fmt: skip
    keeper.submit("lot.received")
    keeper.go("/labels/SZ:M-1001:LX-1?layout=material")
    why = f"供应商“{long}”太长，标签上放不下。"
    expect(keeper.page.locator("[data-preview-hint]")).to_have_text(why)
    keeper.submit("label.printed")
    keeper.wait_until_sent()
    keeper.page.reload()
    keeper.page.locator("[data-print]").first.click()
    expect(keeper.page.locator("[data-print-broken]")).to_contain_text(why)
