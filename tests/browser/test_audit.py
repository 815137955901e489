"""What every page owes everybody: no accessibility fault that a machine can find, little weight.

All pages of the table, both languages, dark and light, by axe in a real Chromium; the weights are
what goes over the wire, compressed, as a browser counts it.
"""

import re
import urllib.request
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Playwright

from server.domain.model import DOCUMENTS
from server.pages.table import PAGES
from tests.browser.device import PHONE, Device
from tests.browser.real_server import RealServer

PWA = Path(__file__).parents[2] / "pwa"
AXE = PWA / "node_modules/axe-core/axe.min.js"
FIRST_PAGE_MAX_BYTES = 120_000
INSTALL_MAX_BYTES = 1_500_000
EVERYBODY = "zhang.wei"
# Of pages that are made from the id itself.
IDS = {"location": "SZ:A-02-04", "person": "chen.jing"}
NOBODYS = "SZ:E-0107"
LANGUAGES = ("zh-CN", "en-US")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(" | ")}`);
}"""


def addresses(server: RealServer) -> list[str]:
    """One of each page: that of a document with the most in it."""
    found = []
    for page in PAGES:
        if "{id}" not in page["path"]:
            found.append(page["path"])
            continue
        if "doc" not in page:
            found.append(page["path"].replace("{id}", IDS.get(page["name"], NOBODYS)))
            continue
        kind = page["name"] if page["name"] in DOCUMENTS else page["doc"].partition("/")[0]
        sql = "select key from documents where type = ? order by length(body) desc limit 1"
        rows = server.rows(sql, kind)
        found += [page["path"].replace("{id}", key.partition("/")[2]) for (key,) in rows]
    return found


@pytest.mark.parametrize("locale", LANGUAGES)
def test_axe_finds_nothing_on_any_page_dark_or_light(
    playwright: Playwright, server: RealServer, tmp_path: Path, locale: str
):
    device = Device(playwright, server, tmp_path / "device", viewport=PHONE, locale=locale)
    device.open()
    device.context.add_init_script(path=AXE)
    faults: dict[str, list[str]] = {}
    look(device, "/sign-in", faults)
    device.sign_in(EVERYBODY)
    for address in addresses(server):
        look(device, address, faults)
    device.close()
    assert faults == {}


def look(device: Device, address: str, faults: dict[str, list[str]]) -> None:
    """In both schemes, each from the first paint on: on the way from one to the other, and while
    something moves in, colours are neither.
    """
    for scheme in SCHEMES:
        device.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        device.go(address)
        if found := device.page.evaluate(RUN_AXE):
            faults[f"{address} {scheme}"] = found


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
