"""Printing: labels in a real browser, by a real server and onto a real port; and void ones scanned,
also where there is no network.
"""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from server.demo.plant import SHARED_LOT
from server.domain.label_thing import label_key
from tests.browser.device import PHONE, Device, Opened
from tests.browser.real_server import RealServer
from tests.server.printing.fake_zebra import FakeZebra, fake_zebra

ID = SHARED_LOT.partition("/")[2]
LABELS = label_key(SHARED_LOT)
GTIN = "06901234510096"
PRINTERS = "- {{name: zebra, site: SZ, zh: 仓库斑马, en: Store Zebra, zpl: '127.0.0.1:{port}'}}"
MEDIA_BOX = re.compile(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]")
POINTS_PER_MM = 72 / 25.4
PRINT = 'form[action="/do/label.printed"]'


@pytest.fixture(scope="module")
def zebra() -> Iterator[FakeZebra]:
    with fake_zebra(FakeZebra()) as printer:
        yield printer


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, zebra: FakeZebra) -> dict[str, str]:
    file = tmp_path_factory.mktemp("labels") / "printers.yaml"
    file.write_text(PRINTERS.format(port=zebra.port), encoding="utf-8")
    return {"TRAVELER_PRINTERS": str(file)}


def prints(server: RealServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.document(LABELS)["prints"]
    return found


def print_labels(device: Device, layout: str, *, here: bool, **values: str) -> None:
    """Fill in the form of the page and send it; with a reason it is one more."""
    device.go(f"/labels/{ID}?layout={layout}")
    if "reason" in values:
        device.page.locator(f"{PRINT} label.choice:has([value='false'])").click()
    choice = "[data-here]" if here else "[value='printer/SZ:zebra']"
    form = device.page.locator(PRINT)
    form.locator(f"label.choice:has({choice})").click()
    for name, value in values.items():
        form.locator(f"[name='body.{name}']").fill(value)
    form.locator("button[type=submit]").click()


def again(device: Device, layout: str, choice: str, reason: str, *, here: bool) -> None:
    device.go(f"/labels/{ID}?layout={layout}")
    device.page.locator(f"{PRINT} label.choice:has([value='{choice}'])").click()
    where = "[data-here]" if here else "[value='printer/SZ:zebra']"
    device.page.locator(f"{PRINT} label.choice:has({where})").click()
    device.page.locator(f"{PRINT} [name='body.reason']").fill(reason)
    device.page.locator(f"{PRINT} button[type=submit]").click()


def test_the_print_dialog_gets_each_label_on_a_page_of_its_own_size(
    opened: Opened, server: RealServer
):
    keeper = opened("chen.jing")
    print_labels(keeper, "package", here=True, first="0007", last="0008", copies="2")
    page = keeper.page
    page.wait_for_url("**/printout?*")
    images = page.locator("[data-printout] img")
    expect(images).to_have_count(4)
    page.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
    page.locator("[data-print]").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "")
    expect(page.locator("[data-print-broken]")).to_be_hidden()
    paper = page.pdf(prefer_css_page_size=True)
    boxes = [(float(w), float(h)) for w, h in MEDIA_BOX.findall(paper)]
    assert len(boxes) == 4, "a page each, and none for the app"
    for width, height in boxes:
        assert width / POINTS_PER_MM == pytest.approx(150, abs=0.3)
        assert height / POINTS_PER_MM == pytest.approx(100, abs=0.3)
    keeper.wait_until_sent()
    [one] = [p for p in prints(server) if p["layout"] == "package"]
    assert (one["serials"], one["state"]) == (["0007", "0008"], "here")
    whole = keeper.context.request.get(f"{server.url}/labels.pdf?entry={one['entry']}&page=label")
    assert len(MEDIA_BOX.findall(whole.body())) == 4
    page.locator(".printout-page > a.button").click()
    page.wait_for_url("**/labels/*")
    # Other pages print as usual.
    page.wait_for_function("() => document.adoptedStyleSheets.length === 0")


def test_the_print_dialog_of_a_device_without_a_network_gets_its_labels_too(
    opened: Opened, server: RealServer
):
    keeper = opened("chen.jing")
    keeper.go(f"/labels/{ID}?layout=material")
    drawn(keeper, ".label-preview img")
    server.kill()
    print_labels(keeper, "material", here=True, first="0100", last="0101")
    page = keeper.page
    page.wait_for_url("**/printout?*")
    expect(page.locator("[data-printout] img")).to_have_count(2)
    page.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
    page.locator("[data-print]").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "")
    boxes = MEDIA_BOX.findall(page.pdf(prefer_css_page_size=True))
    assert [round(float(width) / POINTS_PER_MM) for width, _ in boxes] == [100, 100]


def drawn(device: Device, selector: str) -> None:
    """The picture is there."""
    width = "(image) => image.decode().then(() => image.naturalWidth)"
    assert device.page.locator(selector).evaluate(width) > 100


def test_a_printed_label_leads_to_its_lot_and_is_told_apart(opened: Opened, server: RealServer):
    keeper = opened("chen.jing")
    print_labels(keeper, "status", here=True)
    keeper.page.wait_for_url("**/printout?*")
    keeper.wait_until_sent()
    code = prints(server)[0]["code"]
    picture = keeper.context.request.get(
        f"{server.url}/lots/{ID}/label.png?layout=status&p={code}-1"
    )
    text = read(picture.body())
    assert text.endswith(f"?p={code}-1")
    scan(keeper, text)
    expect(keeper.page.locator("h1")).to_contain_text(ID.rpartition(":")[2])
    expect(keeper.page.locator(".label-said")).to_have_count(0)


def read(png: bytes) -> str:
    [code] = zxingcpp.read_barcodes(Image.open(BytesIO(png)).convert("L"))
    return str(code.text)


def scan(device: Device, text: str) -> None:
    """As the camera does it: the scan page with the text, which leads on."""
    device.go("/scan")
    device.page.fill("#code", text)
    device.page.locator("[data-scan-form] button[type=submit]").click()
    device.page.wait_for_url("**/lots/*")


def void_by(device: Device, code: str, reason: str) -> None:
    device.go(f"/labels/{ID}")
    one = device.page.locator(f"#print-{code}")
    one.locator("summary", has_text=re.compile("作废|Void")).click()
    one.locator("[name='body.reason']").fill(reason)
    one.locator("form[action='/do/label.voided'] button[type=submit]").click()
    expect(device.page.locator("[data-done]")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE])
def test_a_scan_of_a_void_label_says_so_without_a_server_too_and_leads_to_the_lot(
    opened: Opened, server: RealServer, viewport: Any
):
    keeper = opened("chen.jing")
    print_labels(keeper, "material", here=True)
    keeper.page.wait_for_url("**/printout?*")
    keeper.wait_until_sent()
    code = prints(server)[0]["code"]
    worker = opened("wang.fang", viewport=viewport)
    void_by(keeper, code, "湿了看不清")
    keeper.wait_until_sent()
    worker.go(f"/labels/{ID}")
    expect(worker.page.locator(f"#print-{code}")).to_contain_text("湿了看不清")
    server.kill()
    link = f"{server.url}/lots/{ID}?p={code}-1"
    scan(worker, link)
    said = worker.page.locator(".label-said[role=alert]")
    expect(said).to_contain_text("这张标签已作废")
    expect(said).to_contain_text("湿了看不清")
    expect(worker.page.locator("h1")).to_contain_text(ID.rpartition(":")[2])
    worker.go(f"/stock/count?code={link}")
    expect(worker.page.locator("#round .label-said")).to_contain_text(f"{code}-1")
    # An old label without a number works as before.
    scan(worker, f"{server.url}/lots/{ID}")
    expect(worker.page.locator(".label-said")).to_have_count(0)
    # Bars have no room for it.
    scan(worker, f"]C101{GTIN}10{ID.rpartition(':')[2]}")
    expect(worker.page.locator(".label-said")).to_contain_text(code)


def test_a_print_asked_for_without_a_network_says_that_it_waits_and_comes_out_later(
    opened: Opened, server: RealServer, zebra: FakeZebra
):
    keeper = opened("chen.jing")
    server.kill()
    print_labels(keeper, "lot", here=False, copies="2")
    page = keeper.page
    page.wait_for_url("**/printout?*")
    state = page.locator("[data-print-state]").first
    expect(state).to_have_attribute("data-print-state", "waiting")
    expect(state).to_contain_text("等待网络")
    again(keeper, "lot", "false", "", here=False)
    expect(page.locator(f"{PRINT} :invalid").first).to_be_attached()
    before = len(zebra.labels)
    server.start()
    keeper.go("/outbox")
    keeper.wait_until_sent()
    zebra.wait_for(before + 2, timeout_s=60)
    keeper.go(f"/labels/{ID}")
    shown = page.locator("[data-print-state='sent']").first
    expect(shown).to_contain_text("已送到打印机")


def test_a_second_print_asks_why_and_may_end_the_first(opened: Opened, server: RealServer):
    keeper = opened("liu.yang")
    print_labels(keeper, "status", here=True, **({"reason": "x"} if asks(keeper) else {}))
    keeper.page.wait_for_url("**/printout?*")
    keeper.wait_until_sent()
    first = prints(server)[0]["code"]
    again(keeper, "status", "true", "叉车压坏了", here=True)
    keeper.page.wait_for_url("**/printout?*")
    keeper.wait_until_sent()
    second, before = prints(server)[:2]
    assert (before["code"], before["voids"][0]["by_print"]) == (first, second["code"])
    scan(keeper, f"{server.url}/lots/{ID}?p={first}-1")
    expect(keeper.page.locator(".label-said")).to_contain_text("这张标签已被新的取代")
    expect(keeper.page.locator(".label-said")).to_contain_text(second["code"])


def asks(device: Device) -> bool:
    """Whether there is one already, from another test; then it is one more."""
    device.go(f"/labels/{ID}?layout=status")
    return device.page.locator(f"{PRINT} .label-again").count() > 0


def test_a_delivery_is_printed_in_one_go(opened: Opened, server: RealServer):
    keeper = opened("chen.jing")
    day = server.document(SHARED_LOT)["received_on"]
    keeper.go(f"/receipts?of=SZ:{day}&layout=lot")
    page = keeper.page
    boxes = page.locator(".receipt-lot input:checked")
    chosen = [json.loads(one.get_attribute("value") or "")["thing"] for one in boxes.all()]
    assert chosen
    page.locator(f"{PRINT} label.choice:has([data-here])").click()
    page.locator(f"{PRINT} button[type=submit]").click()
    page.wait_for_url("**/printout?*")
    expect(page.locator("[data-printout] img")).to_have_count(len(chosen))
    keeper.wait_until_sent()
    entries = {server.document(label_key(lot))["prints"][0]["entry"] for lot in chosen}
    assert len(entries) == 1
