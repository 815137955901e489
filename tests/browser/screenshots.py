"""`make screenshots`: the main pages as small PNG files for the README and the guides.

Takes them from a real server over a fresh demo plant, through the service worker, in both
languages; the phone pages at 390 x 844, the tablet pages at 1280 x 800.
"""

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Playwright, sync_playwright

from server.demo import plant
from tests.browser.device import PHONE, TABLET, Device
from tests.browser.real_server import RealServer

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
COLOURS = 64
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
OVERVIEW_GAP_PX = 40
PIN = "271828"
SIGN_PAGE = "/approvals/" + plant.WAITING_REQUISITION.partition("/")[2]


def page_of(key: str) -> str:
    """The page's address of a document key."""
    kind, _, rest = key.partition("/")
    return f"/{kind}s/{rest}"


TABLET_PAGES = {
    "today": "/",
    "job": page_of(plant.SELF_CHECK_JOB),
    "lot": page_of(plant.SHARED_LOT),
    "stock": "/items",
    "requisition": page_of(plant.APPROVED_REQUISITION),
}
TECHNICIAN_PAGES = {"visits": "/visits", "visit": page_of(plant.OPEN_VISIT)}
SUPERVISOR_PAGES = {
    "today": "/",
    "approval": page_of(plant.WAITING_REQUISITION.replace("requisition/", "approval/")),
    "cases": "/cases",
    "outbox": "/outbox",
}


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = RealServer(Path(folder) / "data")
        server.start()
        try:
            for short, locale in LANGUAGES.items():
                _language(playwright, server, Path(folder), short, locale)
                _shared(playwright, server, Path(folder), short, locale)
        finally:
            server.kill()
    _overview()


def _language(
    playwright: Playwright, server: RealServer, folder: Path, short: str, locale: str
) -> None:
    for login, name, pages in (
        ("wang.fang", "tablet", TABLET_PAGES),
        ("zhou.min", "phone", TECHNICIAN_PAGES),
        ("zhang.wei", "phone", SUPERVISOR_PAGES),
    ):
        viewport = TABLET if name == "tablet" else PHONE
        device = Device(
            playwright, server, folder / f"{login}-{short}", viewport=viewport, locale=locale
        )
        device.open()
        device.sign_in(login)
        for page, path in pages.items():
            device.go(path)
            _keep(device.page.screenshot(), FOLDER / f"{name}-{page}-{short}.png")
        device.close()


def _shared(
    playwright: Playwright, server: RealServer, folder: Path, short: str, locale: str
) -> None:
    """A tablet that two people share: who works now, and how an approval is signed."""
    device = Device(playwright, server, folder / f"shared-{short}", locale=locale)
    device.open()
    for login in ("wang.fang", "zhang.wei"):
        device.sign_in(login)
        device.set_pin(PIN)
    device.go(SIGN_PAGE)
    _keep(device.page.screenshot(), FOLDER / f"tablet-sign-{short}.png")
    device.page.locator(".bar-lock button").click()
    device.page.locator("[data-person]").first.wait_for()
    _keep(device.page.screenshot(), FOLDER / f"tablet-switch-{short}.png")
    device.close()


def _keep(png: bytes, path: Path) -> None:
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _overview() -> None:
    """A phone and a tablet side by side, for the README."""
    tablet = Image.open(FOLDER / "tablet-job-zh.png").convert("RGB")
    phone = Image.open(FOLDER / "phone-today-zh.png").convert("RGB")
    phone = phone.resize((phone.width * tablet.height // phone.height, tablet.height))
    width = phone.width + tablet.width + 3 * OVERVIEW_GAP_PX
    sheet = Image.new("RGB", (width, tablet.height + 2 * OVERVIEW_GAP_PX), "#d9d5cb")
    sheet.paste(phone, (OVERVIEW_GAP_PX, OVERVIEW_GAP_PX))
    sheet.paste(tablet, (phone.width + 2 * OVERVIEW_GAP_PX, OVERVIEW_GAP_PX))
    sheet = sheet.resize((sheet.width * 2 // 3, sheet.height * 2 // 3))
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / "overview.png", optimize=True)


if __name__ == "__main__":
    main()
