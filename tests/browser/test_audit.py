"""What every page owes everybody: no accessibility fault that a machine can find, little weight.

All pages of the table and the states that work brings, each role, both languages, phone and tablet,
dark and light, by axe in a real Chromium; the weights are
what goes over the wire, compressed, as a browser counts it.
"""

import os
import re
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Playwright, ViewportSize

from tests.browser.device import PHONE, TABLET, Device
from tests.browser.real_server import RealServer
from tests.browser.sights import PEOPLE, Sight, at_work, pages, shut_out

PWA = Path(__file__).parents[2] / "pwa"
AXE = PWA / "node_modules/axe-core/axe.min.js"
FIRST_PAGE_MAX_BYTES = 120_000
INSTALL_MAX_BYTES = 1_500_000
LANGUAGES = ("zh-CN", "en-US")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(" | ")}`);
}"""


# `make audit` looks at everything; `make test` at one person on a phone and another on a tablet.
WHOLE = os.environ.get("AUDIT") == "whole"
LOOKERS = (
    [(who, size) for size in (PHONE, TABLET) for who in PEOPLE]
    if WHOLE
    else [("zhang.wei", PHONE), ("wang.fang", TABLET)]
)
# The colours of a scheme are there with the frame after the next.
PAINTED = "() => new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(on)))"
SHOWN = (
    """() => document.querySelector("#nav").outerHTML + document.querySelector("#main").outerHTML"""
)


class Judge:
    """Has axe look at sights, in both schemes, once at each state of a page.

    Each from the first paint on: on the way from one scheme to the other, and while something moves
    in, colours are neither.
    """

    def __init__(self, device: Device, seen: set[str]) -> None:
        self.device = device
        self.seen = seen
        self.faults: dict[str, list[str]] = {}
        self.count = 0

    def look(self, sights: Iterable[Sight]) -> None:
        page = self.device.page
        for sight in sights:
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                if scheme == SCHEMES[0]:
                    sight.go()
                page.evaluate(PAINTED)
                shown = f"{scheme} {page.viewport_size} {page.evaluate(SHOWN)}"
                if shown in self.seen:
                    continue
                self.seen.add(shown)
                self.count += 1
                if found := page.evaluate(RUN_AXE):
                    self.faults[f"{sight.name} {scheme} {page.url}"] = found


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """What two people are shown alike is looked at once."""
    return set()


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(("who", "size"), LOOKERS)
def test_axe_finds_nothing_on_any_page_dark_or_light(
    playwright: Playwright,
    server: RealServer,
    tmp_path: Path,
    seen: set[str],
    who: str,
    size: ViewportSize,
    locale: str,
):
    device = Device(playwright, server, tmp_path / "device", viewport=size, locale=locale)
    device.open()
    device.context.add_init_script(path=AXE)
    judge = Judge(device, seen)
    judge.look(shut_out(device))
    device.sign_in(who)
    judge.look(pages(device))
    device.close()
    print(f"axe: {who}, {locale}, {size['width']} px wide: {judge.count} looks")
    assert judge.faults == {}


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("size", [PHONE, TABLET])
def test_axe_finds_nothing_in_the_states_that_work_brings(
    playwright: Playwright, tmp_path: Path, size: ViewportSize, locale: str
):
    server = RealServer(tmp_path / "data")
    server.start()
    device = Device(playwright, server, tmp_path / "device", viewport=size, locale=locale)
    device.open()
    device.context.add_init_script(path=AXE)
    judge = Judge(device, set())
    judge.look(at_work(device, server))
    device.close()
    server.kill()
    print(f"axe: at work, {locale}, {size['width']} px wide: {judge.count} looks")
    assert judge.faults == {}


def transferred(device: Device, path: str) -> dict[str, int]:
    """What a browser that has nothing yet is sent for a page, by address: bytes on the wire."""
    session = device.context.new_cdp_session(device.page)
    session.send("Network.enable")
    session.send("Network.setBypassServiceWorker", {"bypass": True})
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def note(event: dict[str, Any]) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def count(event: dict[str, Any]) -> None:
        if event["requestId"] in asked:
            sizes[asked[event["requestId"]]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", note)
    session.on("Network.loadingFinished", count)
    device.go(path)
    device.page.wait_for_load_state("networkidle")
    return sizes


def test_the_first_page_and_the_whole_app_are_light(
    playwright: Playwright, server: RealServer, tmp_path: Path
):
    device = Device(playwright, server, tmp_path / "device", viewport=PHONE)
    device.open()
    page = transferred(device, "/sign-in")
    own = {url: size for url, size in page.items() if "/sw.js" not in url}
    print("first page", sum(own.values()), own)
    assert sum(own.values()) <= FIRST_PAGE_MAX_BYTES, own
    device.close()


def test_all_that_is_installed_for_offline_work_is_light(server: RealServer):
    worker = (PWA / "src/assets.js").read_text("utf-8")
    paths = set(re.findall(r'"(/(?:assets/[\w./-]+|manifest\.webmanifest))"', worker)) | {"/sw.js"}
    sizes = {}
    for path in sorted(paths):
        call = urllib.request.Request(server.url + path, headers={"accept-encoding": "gzip"})
        with urllib.request.urlopen(call) as answer:
            sizes[path] = len(answer.read())
    print("install", sum(sizes.values()), sizes)
    assert sum(sizes.values()) <= INSTALL_MAX_BYTES, sizes
