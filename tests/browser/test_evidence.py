"""Photos and signatures in a real Chromium: what a form that was sent with them holds.

Only the fields: the pages here are made for them. Storing evidence is the server's.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect, sync_playwright

from tests.browser.chromium import launch_chromium
from tests.browser.device_page import Site, bundle, site

SCRIPT = """
import { wirePhoto } from "./evidence/photo.js";
import { wireSignature } from "./evidence/signature.js";
document.querySelectorAll("[data-photo]").forEach((input) => wirePhoto(input));
document.querySelectorAll("[data-signature]").forEach((root) => wireSignature(root));
window.again = () => wireSignature(document.querySelector("[data-signature]"));
"""
STYLE = b"canvas { width: 100%; height: 200px; border: 0; } form { width: 60vw; }"
PHOTO_FORM = """
<form method="post" enctype="multipart/form-data">
  <input type="file" accept="image/*" name="photo" data-photo data-text-wait="wait">
  <label data-photo-position hidden><input type="checkbox"><b data-photo-place></b></label>
  <img data-photo-preview alt="" hidden>
  <p data-photo-problem data-text="no picture"></p>
  <button>send</button>
</form>
"""
SIGNATURE_FORM = """
<form method="post" enctype="multipart/form-data">
  <div data-signature data-text-required="please sign" data-text-typed="typed">
    <canvas></canvas>
    <button type="button" data-signature-clear>clear</button>
    <input data-signature-name>
    <button type="button" data-signature-take>take</button>
    <p data-signature-problem role="alert"></p>
    <input type="file" hidden data-signature-file name="signature" required>
  </div>
  <button>send</button>
</form>
"""
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
TURNED_RIGHT = 6
PLACE = {1: "S", 2: (22.0, 32.0, 35.5), 3: "E", 4: (114.0, 3.0, 27.25)}


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return {**bundle(SCRIPT, tmp_path_factory.mktemp("bundle")), "page.css": STYLE}


@pytest.fixture
def photo_site(assets: dict[str, bytes]) -> Iterator[Site]:
    with site(PHOTO_FORM, assets) as served:
        yield served


@pytest.fixture
def signature_site(assets: dict[str, bytes]) -> Iterator[Site]:
    with site(SIGNATURE_FORM, assets) as served:
        yield served


@contextmanager
def open_page(served: Site, *, device_scale_factor: float = 1) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright.chromium)
        page = browser.new_page(device_scale_factor=device_scale_factor)
        page.set_default_timeout(10_000)
        page.goto(served.url)
        yield page
        browser.close()


def phone_photo() -> bytes:
    """4000 x 3000 as the sensor saw it, red on the left; held upright, so red is at the top."""
    picture = Image.new("RGB", (4000, 3000), "blue")
    picture.paste("red", (0, 0, 2000, 3000))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = TURNED_RIGHT, "Phone"
    exif.get_ifd(GPS).update(PLACE)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def choose(page: Page, name: str, mime_type: str, content: bytes) -> None:
    file = FilePayload(name=name, mimeType=mime_type, buffer=content)
    page.set_input_files("[data-photo]", file)


def send(page: Page) -> None:
    page.click("button:text-is('send')")
    expect(page).to_have_title("sent")


def test_a_photo_is_sent_small_upright_and_without_its_metadata(photo_site: Site):
    original = phone_photo()
    with open_page(photo_site) as page:
        choose(page, "IMG_1.HEIF.jpeg", "image/jpeg", original)
        expect(page.locator("[data-photo-preview]")).to_have_attribute("src", re.compile("^blob:"))
        expect(page.locator("[data-photo-preview]")).to_be_visible()
        assert page.evaluate("document.querySelector('[data-photo]').files[0].name") == (
            "IMG_1.HEIF.jpg"
        )
        send(page)
    sent = Image.open(BytesIO(photo_site.sent[0]["photo"]))
    assert (sent.format, sent.size) == ("JPEG", (1200, 1600))
    assert not sent.getexif()
    red, _, blue = sent.convert("RGB").crop((600, 100, 601, 101)).tobytes()
    assert red > blue + 200, "red is at the top: the picture stands upright"


def place_of(photo: bytes) -> dict[int, object]:
    return dict(Image.open(BytesIO(photo)).getexif().get_ifd(GPS))


def test_where_it_was_taken_is_asked_and_sent_only_if_allowed(photo_site: Site):
    with open_page(photo_site) as page:
        choose(page, "a.jpg", "image/jpeg", phone_photo())
        consent = page.locator("[data-photo-position]")
        expect(consent).to_contain_text("-22.5432, 114.0576")
        expect(consent.locator("input")).not_to_be_checked()
        send(page)
        page.goto(photo_site.url)
        choose(page, "a.jpg", "image/jpeg", phone_photo())
        consent.locator("input").check()
        send(page)
    without, with_place = (sent["photo"] for sent in photo_site.sent)
    assert place_of(without) == {}
    assert place_of(with_place) == PLACE
    sent = Image.open(BytesIO(with_place))
    assert (sent.format, sent.size, MAKE in sent.getexif()) == ("JPEG", (1200, 1600), False)


def test_a_photo_that_does_not_say_where_is_not_asked_about_it(photo_site: Site):
    buffer = BytesIO()
    Image.new("RGB", (640, 480), "blue").save(buffer, "JPEG")
    with open_page(photo_site) as page:
        choose(page, "a.jpg", "image/jpeg", phone_photo())
        expect(page.locator("[data-photo-position]")).to_be_visible()
        choose(page, "b.jpg", "image/jpeg", buffer.getvalue())
        expect(page.locator("[data-photo-position]")).to_be_hidden()


def test_a_photo_sent_at_once_is_not_sent_as_it_was(photo_site: Site):
    with open_page(photo_site) as page:
        choose(page, "a.jpg", "image/jpeg", phone_photo())
        page.evaluate("document.querySelector('button').click()")
        page.locator("[data-photo-preview]:not([hidden])").wait_for()
        assert photo_site.sent == []
        send(page)
    assert Image.open(BytesIO(photo_site.sent[0]["photo"])).size == (1200, 1600)


def test_a_file_that_is_no_picture_is_not_taken_and_that_is_said(photo_site: Site):
    with open_page(photo_site) as page:
        choose(page, "photo.heic", "image/heic", b"not a picture")
        expect(page.locator("[data-photo-problem]")).to_have_text("no picture")
        assert page.evaluate("document.querySelector('[data-photo]').files.length") == 0
        choose(page, "photo.jpg", "image/jpeg", phone_photo())
        expect(page.locator("[data-photo-problem]")).to_have_text("")
        send(page)
    assert Image.open(BytesIO(photo_site.sent[0]["photo"])).format == "JPEG"


def test_a_small_photo_keeps_its_size(photo_site: Site):
    buffer = BytesIO()
    Image.new("RGBA", (640, 480), (0, 0, 0, 0)).save(buffer, "PNG")
    with open_page(photo_site) as page:
        choose(page, "small.png", "image/png", buffer.getvalue())
        send(page)
    sent = Image.open(BytesIO(photo_site.sent[0]["photo"]))
    assert (sent.format, sent.size) == ("JPEG", (640, 480))
    assert sent.getpixel((10, 10)) == (255, 255, 255), "what was transparent is white"


def draw(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 20, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, middle, steps=20)
    page.mouse.up()


def ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The box around everything that is not white."""
    return picture.convert("L").point(lambda level: 255 if level < 128 else 0).getbbox()


def test_a_signature_is_sent_with_the_form(signature_site: Site):
    with open_page(signature_site, device_scale_factor=2) as page:
        draw(page)
        width_px = page.evaluate("document.querySelector('canvas').clientWidth")
        send(page)
    sent = Image.open(BytesIO(signature_site.sent[0]["signature"]))
    assert (sent.format, sent.size) == ("PNG", (width_px * 2, 400))
    box = ink(sent)
    assert box is not None
    assert box[2] - box[0] > sent.width * 0.8
    assert sent.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)


def test_a_form_without_the_signature_it_needs_is_not_sent(signature_site: Site):
    with open_page(signature_site) as page:
        page.click("button:text-is('send')")
        expect(page.locator("[data-signature-problem]")).to_have_text("please sign")
        draw(page)
        expect(page.locator("[data-signature-problem]")).to_have_text("")
        page.click("[data-signature-clear]")
        page.click("button:text-is('send')")
        expect(page.locator("[data-signature-problem]")).to_have_text("please sign")
    assert signature_site.sent == []


def test_a_signature_survives_turning_the_tablet(signature_site: Site):
    with open_page(signature_site) as page:
        draw(page)
        page.set_viewport_size({"width": 500, "height": 900})
        expect(page.locator("canvas")).to_have_js_property("width", 300)
        shown = Image.open(BytesIO(page.locator("canvas").screenshot()))
        box = ink(shown)
        assert box is not None
        assert box[2] <= 300 - 5, "the whole stroke is still in the picture"
        send(page)
    sent = Image.open(BytesIO(signature_site.sent[0]["signature"]))
    assert sent.width > 300, "what is sent is the ink as it was drawn"


def test_a_name_is_typed_instead_of_drawn_and_the_picture_says_so(signature_site: Site):
    with open_page(signature_site) as page:
        page.fill("[data-signature-name]", "  何静  ")
        page.press("[data-signature-name]", "Enter")
        send(page)
    box = ink(Image.open(BytesIO(signature_site.sent[0]["signature"])))
    assert box is not None
    assert box[3] - box[1] > 60, "the name, and below it that it was typed"


def test_a_long_name_fits_and_stays_when_the_tablet_is_turned(signature_site: Site):
    with open_page(signature_site) as page:
        page.fill(
            "[data-signature-name]", "A name that is far longer than any canvas is wide, and more"
        )
        page.click("[data-signature-take]")
        page.set_viewport_size({"width": 500, "height": 900})
        expect(page.locator("canvas")).to_have_js_property("width", 300)
        box = ink(Image.open(BytesIO(page.locator("canvas").screenshot())))
    assert box is not None
    assert box[0] > 5
    assert box[2] < 300 - 5


def test_ink_takes_the_place_of_a_typed_name(signature_site: Site):
    with open_page(signature_site) as page:
        page.fill("[data-signature-name]", "何静")
        page.click("[data-signature-take]")
        typed = ink(Image.open(BytesIO(page.locator("canvas").screenshot())))
        draw(page)
        drawn = ink(Image.open(BytesIO(page.locator("canvas").screenshot())))
    assert typed is not None
    assert drawn is not None
    assert typed[3] - typed[1] > 60
    assert drawn[3] - drawn[1] < 20, "a straight line, and no name"


def test_no_name_is_no_signature_and_leaves_the_ink(signature_site: Site):
    with open_page(signature_site) as page:
        page.fill("[data-signature-name]", "   ")
        page.click("[data-signature-take]")
        page.click("button:text-is('send')")
        expect(page.locator("[data-signature-problem]")).to_have_text("please sign")
        draw(page)
        page.click("[data-signature-take]")
        send(page)
    assert len(signature_site.sent) == 1


def test_wiring_a_signature_twice_wires_it_once(signature_site: Site):
    with open_page(signature_site) as page:
        assert page.evaluate("again() === again()")
        draw(page)
        assert page.evaluate("document.querySelector('[data-signature-file]').files.length") == 1


def test_a_form_that_is_reset_has_no_signature(signature_site: Site):
    with open_page(signature_site) as page:
        draw(page)
        page.evaluate("document.querySelector('form').reset()")
        assert page.evaluate("document.querySelector('[data-signature-file]').files.length") == 0
        page.locator("canvas").scroll_into_view_if_needed()
        assert ink(Image.open(BytesIO(page.locator("canvas").screenshot()))) is None


def test_the_preview_goes_when_the_photo_goes(photo_site: Site):
    with open_page(photo_site) as page:
        choose(page, "a.jpg", "image/jpeg", phone_photo())
        page.locator("[data-photo-preview]:not([hidden])").wait_for()
        page.set_input_files("[data-photo]", [])
        expect(page.locator("[data-photo-preview]")).to_be_hidden()
