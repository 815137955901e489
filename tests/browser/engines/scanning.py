"""Scanning in Firefox and in WebKitGTK: camera, photo, hand-held scanner, and no camera at all.

Each engine makes up a camera of its own, which shows no label; a label before a camera comes from a
canvas, through the same video and the same worker.
"""

from collections.abc import Callable
from pathlib import Path

import zxingcpp
from PIL import Image

from server.demo import plant
from tests.browser.engines.conftest import Opened, only
from tests.browser.real_server import RealServer
from tests.browser.sights import page_of

LOGIN = "wang.fang"
LOT = plant.SHARED_LOT
CODE = LOT.rpartition(":")[2]
GTIN = "04006381333931"
GS1_TEXT = f"(01){GTIN}(17)271130(10)B77-1(21)S-0001"
IN_USE = """const stream = document.querySelector("[data-scan-video]").srcObject;
window.track ??= stream.getVideoTracks()[0];
return window.track.readyState"""
LABEL_BEFORE_THE_CAMERA = """const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [1280, 720];
const paper = canvas.getContext("2d");
const label = new Image();
label.src = arguments[0];
return label.decode().then(() => {
  setInterval(() => {
    paper.fillStyle = "#bcb4a8";
    paper.fillRect(0, 0, 1280, 720);
    paper.drawImage(label, 200, 60, (600 * label.width) / label.height, 600);
  }, 50);
  const stream = canvas.captureStream(20);
  MediaDevices.prototype.getUserMedia = async () => stream;
  return true;
})"""
STATE = "return document.querySelector('[data-scan]').dataset.scanState === arguments[0]"
NO_CAMERA = {"zh_CN": "没有可用的相机", "en": "No camera found"}
REFUSED = {
    "zh_CN": "请在浏览器设置中允许",
    "en": "Allow it in the browser's settings, take a photo, or type",
}

Told = Callable[[str], None]


def test_the_camera_looks_and_is_given_back_when_its_page_is_left(opened: Opened, told: Told):
    hand = opened()
    hand.sign_in(LOGIN)
    hand.go("/scan")
    hand.wait(STATE, "looking")
    assert hand.run(IN_USE) == "live"
    hand.tap("[data-scan-zoom]")
    hand.see("[data-scan-zoom-level]", "2×")
    hand.tap("#nav a[href='/']")
    hand.wait("return window.track.readyState === 'ended'")
    told("the engine's own camera opened, went closer, and was given back")


def test_a_label_before_the_camera_leads_to_its_lot_without_the_server(
    opened: Opened, server: RealServer, told: Told
):
    hand = opened()
    hand.sign_in(LOGIN)
    hand.go("/")
    server.kill()
    assert hand.run(LABEL_BEFORE_THE_CAMERA, f"{page_of(LOT)}/label.png")
    hand.tap("#nav a[href='/scan']")
    hand.see("h1", CODE)
    told("the label that the device drew itself was read out of a video and led to its lot")


def test_a_photo_of_a_label_is_read_without_the_server(
    opened: Opened, server: RealServer, told: Told, tmp_path: Path
):
    hand = opened(camera=False)
    hand.sign_in(LOGIN)
    server.kill()
    code = zxingcpp.create_barcode(LOT.partition("/")[2], zxingcpp.BarcodeFormat.QRCode)
    photo = Image.new("RGB", (4000, 3000), "gray")
    photo.paste(Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=20)), (1500, 1100))
    photo.rotate(180).save(tmp_path / "photo.jpg")
    hand.go("/scan")
    hand.wait(STATE, "camera_missing")
    hand.engine.upload("[data-scan-photo]", str(tmp_path / "photo.jpg"))
    hand.see("h1", CODE)
    told("a photo of 12 megapixels was read and led to the lot")


def test_gs1_says_what_it_holds_by_photo_and_by_keys(
    opened: Opened, server: RealServer, told: Told, tmp_path: Path
):
    hand = opened()
    hand.sign_in(LOGIN)
    server.kill()
    matrix = zxingcpp.create_barcode(GS1_TEXT, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    image = Image.fromarray(zxingcpp.write_barcode_to_image(matrix, scale=8, add_quiet_zones=True))
    image.save(tmp_path / "gs1.png")
    hand.go("/scan")
    hand.wait(STATE, "looking")
    hand.engine.upload("[data-scan-photo]", str(tmp_path / "gs1.png"))
    hand.see(".found-nothing", "B77-1")
    hand.see(".found-nothing", "2027-11-30")
    hand.see("[data-problems]", "B77-1 21S-0001")
    hand.go("/lots")
    hand.scan(f"(01){GTIN}(10)B77-2", ".found-nothing", "B77-2")
    told("GS1 Data Matrix from a photo and GS1 text by keys: GTIN, lot and expiry are named")


def test_without_a_camera_the_screen_says_what_else_there_is(opened: Opened, told: Told):
    hand = opened(camera=False)
    hand.sign_in(LOGIN)
    for lang, words in NO_CAMERA.items():
        hand.go(f"/lang/{lang}?next=/scan")
        hand.see("[data-scan-status]", words)
    hand.fill({"code": CODE})
    hand.tap("[data-scan-form] [type=submit]")
    hand.see("h1", CODE)
    told("without a camera it says so in both languages, and the code can be typed")


@only("Firefox")
def test_a_refused_camera_says_where_to_allow_it(opened: Opened, told: Told):
    hand = opened(preferences={"permissions.default.camera": 2})
    hand.sign_in(LOGIN)
    for lang, words in REFUSED.items():
        hand.go(f"/lang/{lang}?next=/scan")
        hand.wait(STATE, "camera_refused")
        hand.see("[data-scan-status]", words)
    told("a refused camera says in both languages where to allow it")
