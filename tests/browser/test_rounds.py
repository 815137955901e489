"""Rounds: scan, quantity, next, with a camera that stays open, also without a server; and finding.

A real browser before a film of labels, against a real server.
"""

import re

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from server.demo import plant
from tests.browser.device import MM_20_PX, PHONE, Opened
from tests.browser.real_server import RealServer
from tests.browser.screenshots import page_of
from tests.browser.test_scanner import wedge

FIRST, SECOND, PLACE = "L2611-02", "L2611-01", "A-01-02"
KEYS = {code: f"lot/SZ:M-1001:{code}" for code in (FIRST, SECOND)}
OPEN = re.compile("looking|found|paused")
BOLD = re.compile(r"<b>([^<]+)</b>")


def label(text: str) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=True))


def lot_due(page: Page) -> str:
    """The lot whose quantity the round asks for, once there is one."""
    heading = page.locator("#round .round-form h2")
    expect(heading).to_be_visible()
    return heading.inner_text()


def record(page: Page, quantity: str) -> None:
    """Fill in what is asked, with the focus where it stands, and record it."""
    expect(page.locator("#round [data-amount] input")).to_be_focused()
    page.keyboard.type(quantity)
    page.locator("#round button.primary").click()
    expect(page.locator("#round .round-last")).to_be_visible()


def test_two_lots_are_counted_one_after_the_other_with_one_camera_and_no_server(
    opened: Opened, server: RealServer
):
    keeper = opened("chen.jing", film=[label(key.removeprefix("lot/")) for key in KEYS.values()])
    page = keeper.page
    keeper.go(f"/stock/count?place={PLACE}")
    expect(page.locator("#round .rows")).to_contain_text(FIRST)
    server.kill()
    expect(page.locator("[data-scan]")).to_have_attribute("data-scan-state", OPEN)
    page.evaluate("window.eye = document.querySelector('video').srcObject")
    counted: list[str] = []
    while len(counted) < len(KEYS):
        code = lot_due(page)
        expect(page.locator("[data-scan]")).to_have_attribute("data-scan-state", "paused")
        if code in counted:
            page.locator("#round a", has_text="跳过").click()
            continue
        record(page, "58")
        counted.append(code)
        expect(page.locator("#round .round-last")).to_contain_text(code)
    assert page.evaluate("window.eye === document.querySelector('video').srcObject"), (
        "the camera was never asked for again"
    )
    assert page.evaluate("window.eye.active")
    assert keeper.waiting() == len(KEYS)
    server.start()
    keeper.wait_until_sent()
    expect(page.locator("[data-stale]")).to_be_hidden()
    for code in counted:
        line = server.document(KEYS[code])["timeline"][0]
        assert (line["kind"], line["data"]["counted"]) == ("stock.counted", "58")
        assert line["data"]["location"] == PLACE


def test_another_label_does_not_push_aside_what_waits_for_its_quantity(opened: Opened):
    keeper = opened("chen.jing")
    page = keeper.page
    keeper.go(f"/stock/count?place={PLACE}&code={KEYS[FIRST]}")
    assert lot_due(page) == FIRST
    wedge(page, KEYS[SECOND].removeprefix("lot/"))
    expect(page.locator("#round [data-amount] input")).to_have_value("")
    assert lot_due(page) == FIRST
    page.locator("#round a", has_text="跳过").click()
    expect(page.locator("#round .round-place")).to_be_visible()
    wedge(page, KEYS[SECOND].removeprefix("lot/"))
    expect(page.locator("#round .round-form h2")).to_have_text(SECOND)


def test_a_location_label_leads_to_its_round_and_a_foreign_code_nowhere(opened: Opened):
    keeper = opened("chen.jing")
    page = keeper.page
    keeper.go("/stock/count")
    expect(page.locator("#round")).to_be_visible()
    wedge(page, "https://evil.example/lots/SZ")
    expect(page.locator("#round [role=alert]")).to_be_visible()
    assert page.url.startswith(keeper.server.url)
    wedge(page, f"{keeper.server.url}/locations/SZ:{PLACE}")
    page.locator("#round a.primary", has_text=PLACE).click()
    page.wait_for_url(f"**/stock/count?place={PLACE}")
    expect(page.locator("#round .rows")).to_contain_text(FIRST)


def test_a_scan_elsewhere_opens_its_page_and_never_loses_what_somebody_typed(opened: Opened):
    keeper = opened("chen.jing")
    page = keeper.page
    keeper.go("/items")
    wedge(page, FIRST)
    expect(page.locator("h1")).to_have_text(FIRST)
    page.locator("summary", has_text="退料").click()
    page.locator('form[action="/do/material.returned"] [name="body.quantity"]').fill("7")
    wedge(page, SECOND)
    expect(page.locator("[data-scanned]")).to_contain_text(SECOND)
    expect(page.locator("h1")).to_have_text(FIRST)
    page.locator("[data-scanned-link]").click()
    expect(page.locator("h1")).to_have_text(SECOND)


def test_issues_for_a_requisition_go_on_from_lot_to_lot(opened: Opened, server: RealServer):
    keeper = opened("chen.jing", viewport=PHONE)
    page = keeper.page
    keeper.go(f"/requisitions/{plant.APPROVED_REQUISITION.removeprefix('requisition/')}")
    page.locator("#main a", has_text="连续扫码").click()
    page.wait_for_url("**/stock/issue?requisition=*")
    wedge(page, FIRST)
    assert lot_due(page) == FIRST
    button = page.locator("#round button.primary").bounding_box()
    tabs = page.locator("#nav").bounding_box()
    assert button
    assert tabs
    assert button["y"] + button["height"] <= tabs["y"], "above the tabs, in reach of the thumb"
    page.locator("#round [data-amount] input").fill("2")
    page.locator("#round button.primary").click()
    expect(page.locator("#round .round-last")).to_contain_text(FIRST)
    keeper.wait_until_sent()
    lines = server.document(plant.APPROVED_REQUISITION)["lines"]
    assert [issue["quantity"] for line in lines for issue in line["issues"]][-1] == "2"


def test_the_button_of_a_round_is_twenty_millimetres_high_on_a_tablet(opened: Opened):
    keeper = opened("chen.jing")
    keeper.go(f"/stock/count?place={PLACE}&code={KEYS[FIRST]}")
    box = keeper.page.locator("#round button.primary").bounding_box()
    assert box is not None
    assert box["height"] >= MM_20_PX


def test_the_camera_goes_closer_and_back(opened: Opened):
    keeper = opened("chen.jing")
    page = keeper.page
    keeper.go("/scan")
    zoom = page.locator("[data-scan-zoom]")
    expect(zoom).to_be_visible()
    for level in ("2×", "4×", "1×"):
        zoom.click()
        expect(zoom).to_contain_text(level)


def test_a_typed_requisition_number_leads_to_its_page_without_a_server_too(
    opened: Opened, server: RealServer
):
    keeper = opened("chen.jing")
    number = server.document(plant.APPROVED_REQUISITION)["number"]
    keeper.go(f"/scan?code={number.lower()}")
    expect(keeper.page.locator("h1")).to_have_text(number)
    server.kill()
    keeper.go(f"/scan?code={number}")
    expect(keeper.page.locator("h1")).to_have_text(number)


def test_what_is_typed_is_found_as_one_types_by_initials_too_with_and_without_worker(
    opened: Opened, server: RealServer
):
    keeper = opened("chen.jing")
    page = keeper.page
    keeper.go("/find")
    page.locator("#find-q").press_sequentially("ftzj", delay=60)
    expect(page.locator("#found .tile").first).to_contain_text("阀体铸件")
    page.wait_for_url("**/find?q=ftzj")
    here = BOLD.findall(page.locator("#found").inner_html())
    there = keeper.context.request.get(f"{server.url}/find?q=ftzj").text()
    assert here == BOLD.findall(there.partition('id="found"')[2])
    server.kill()
    page.locator("#find-q").fill("r-")
    expect(page.locator("#found h2", has_text="领料单")).to_be_visible()
    page.locator("#find-q").fill("no such thing")
    expect(page.locator("#found .found-none")).to_be_visible()


def test_what_was_just_recorded_without_a_server_is_found(opened: Opened, server: RealServer):
    planner = opened("sun.hao")
    server.kill()
    planner.go("/orders/new")
    planner.fill({"on.number": "W2611-99", "body.item": "item/SZ:P-2001", "body.quantity": "3",
                  "body.due_on": "2026-12-24", "body.customer": "重庆长安"})  # fmt: skip
    planner.submit("order.released")
    planner.go("/find?q=cqca")
    customer, order = (planner.page.locator(f"#found .tile[href^='/{one}/']")
                       for one in ("customers", "orders"))  # fmt: skip
    expect(order).to_contain_text("W2611-99")
    expect(customer).to_contain_text("重庆长安")


def test_nothing_is_issued_one_after_the_other_for_what_has_ended(opened: Opened) -> None:
    boss, keeper = opened("zhang.wei", viewport=PHONE), opened("chen.jing")
    boss.go(f"{page_of(plant.APPROVED_REQUISITION)}?form=close")
    boss.fill({"body.reason": "订单取消"})
    boss.submit("requisition.closed")
    boss.wait_until_sent()
    number = plant.APPROVED_REQUISITION.partition("/")[2]
    keeper.go(f"/stock/issue?requisition={number}&code=L2611-02")
    expect(keeper.page.locator("#round [role=alert]")).to_contain_text("已结束")
    expect(keeper.page.locator("form[action='/do/material.issued']")).to_have_count(0)
