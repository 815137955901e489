"""A shared tablet while the server is dead: switching and signing by PIN, nothing left over.

Real Chromium against a real server process that is killed with SIGKILL.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from server.demo import plant
from tests.browser.device import PASSWORD, Device
from tests.browser.fake_camera import mjpeg
from tests.browser.real_server import RealServer
from tests.browser.test_journey import page_of
from tests.browser.test_scanner import qr

ZHANG, ZHANGS_PIN = "zhang.wei", "271828"
WANG, WANGS_PIN = "wang.fang", "314159"
WRONG_PIN = "998877"
APPROVAL = plant.WAITING_REQUISITION.replace("requisition/", "approval/")
NOTE = "夹具松动，已告知班长"
SWITCH_MAX_S = 8
HOUR_MS = 3600_000


class Floor:
    """One tablet, two people, one server."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.server = RealServer(folder / "data")
        self.tablet = Device(playwright, self.server, folder / "tablet")


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with sync_playwright() as playwright:
        floor = Floor(playwright, tmp_path)
        try:
            floor.server.start()
            floor.tablet.open()
            both_set_a_pin(floor)
            yield floor
        finally:
            if floor.tablet._context is not None:
                floor.tablet.close()
            floor.server.kill()


def both_set_a_pin(floor: Floor) -> None:
    """Each signs in once with the password, online, and gives themselves a PIN."""
    floor.tablet.sign_in(ZHANG)
    floor.tablet.set_pin(ZHANGS_PIN)
    floor.tablet.page.locator(".bar-lock button").click()
    floor.tablet.page.locator("main a[href^='/sign-in']").click()
    floor.tablet.page.fill("[name=login]", WANG)
    floor.tablet.page.fill("[name=password]", PASSWORD)
    floor.tablet.page.click("main button[type=submit]")
    floor.tablet.wait_for(lambda state: state["ready"] and state["login"] == WANG)
    # The next one to work here need not open another page first.
    expect(floor.tablet.page.locator(".bar-lock button")).to_be_visible()
    floor.tablet.set_pin(WANGS_PIN)


def note(floor: Floor) -> str:
    """Wang writes a note on a lot."""
    floor.tablet.go(page_of(plant.SHARED_LOT))
    floor.tablet.page.locator("details:has(form[action='/do/note.added']) summary").click()
    floor.tablet.fill({"body.text": NOTE})
    return floor.tablet.submit("note.added")


def approve(floor: Floor, pin: str) -> None:
    """Press the keys and approve."""
    floor.tablet.press(pin)
    button = "form[action='/do/approval.decided'] [value=approved]"
    floor.tablet.page.locator(button).click()


def test_two_people_share_a_tablet_without_the_server(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    floor.server.kill()
    noted = note(floor)
    began = time.monotonic()
    tablet.switch(ZHANG, ZHANGS_PIN)
    took_s = time.monotonic() - began
    print(f"switching without a network took {took_s:.1f} s")
    assert took_s < SWITCH_MAX_S
    tablet.go("/outbox")
    expect(page.locator(".outbox-entry")).to_have_count(0)
    expect(page.locator("#main")).to_contain_text("其他人的 1 条记录")
    tablet.go(page_of(APPROVAL))
    expect(page.locator(".sign-says")).to_contain_text("张伟")
    approve(floor, WRONG_PIN)
    expect(page.locator("[data-problems]")).to_contain_text("还可以试 4 次")
    approve(floor, ZHANGS_PIN)
    expect(page.locator("[data-done]")).to_be_visible()
    approved = page.locator("[data-done]").get_attribute("data-done")
    expect(page.locator(".decided .signed")).to_contain_text("批准")
    tablet.switch(WANG, WANGS_PIN)
    expect(page.locator("body")).not_to_contain_text("张伟")
    floor.server.start()
    tablet.wait_until_sent()
    who = dict(floor.server.rows("select entry_id, actor from journal where device like 'dev-%'"))
    assert who == {noted: WANG, approved: ZHANG}
    decision = floor.server.document(APPROVAL)["decision"]
    assert decision["signature"]["name"] == "张伟"
    assert decision["signature"]["meaning"] == "approved"
    assert floor.server.verify().returncode == 0
    assert tablet.problems == []


def test_nothing_of_the_person_before_is_left_to_read(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    tablet.switch(ZHANG, ZHANGS_PIN)
    tablet.wait_for(lambda state: state["ready"])
    tablet.go("/cases")
    case = page.locator("#main a.tile").first.get_attribute("href") or ""
    floor.server.kill()
    tablet.go(case)
    expect(page.locator("h1")).to_be_visible()
    tablet.go(page_of(plant.SHARED_LOT))
    page.locator("details:has(form[action='/do/note.added']) summary").click()
    tablet.fill({"body.text": "half a thought of Zhang's"})
    tablet.switch(WANG, WANGS_PIN)
    tablet.go(case)
    expect(page.locator("#main")).to_contain_text("找不到")
    for _ in range(4):
        page.go_back()
        expect(page.locator("main")).to_be_visible()
        assert page.locator("body").get_attribute("data-login") in (None, WANG)
        typed = page.locator("textarea").evaluate_all("all => all.map(one => one.value).join('')")
        assert "Zhang" not in typed
    tablet.go("/cases")
    expect(page.locator("#main a.tile")).to_have_count(0)
    tablet.switch(ZHANG, ZHANGS_PIN)
    tablet.go(case)
    expect(page.locator("#main")).not_to_contain_text("找不到")


def test_five_wrong_pins_lock_until_a_sign_in_with_the_password(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    page.locator(".bar-lock button").click()
    page.locator(f"[data-person='{ZHANG}']").click()
    for left in (4, 3, 2, 1):
        tablet.press(WRONG_PIN)
        expect(page.locator("[data-problems]")).to_contain_text(f"还可以试 {left} 次")
    tablet.press(WRONG_PIN)
    expect(page.locator("#main")).to_contain_text("须联网用密码登录")
    tablet.go(f"/switch?who={ZHANG}")
    expect(page.locator("[data-pin]")).to_have_count(0)
    page.locator("form a[href^='/sign-in']").click()
    page.fill("[name=login]", ZHANG)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    tablet.wait_for(lambda state: state["ready"] and state["login"] == ZHANG)
    floor.server.kill()
    tablet.go("/")
    tablet.switch(WANG, WANGS_PIN)
    tablet.switch(ZHANG, ZHANGS_PIN)


def test_a_locked_tablet_shows_nothing_to_nobody(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    page.locator(".bar-lock button").click()
    for path in ("/", "/lots", page_of(plant.SHARED_LOT), "/outbox"):
        tablet.go(path)
        expect(page.locator("[data-switch]")).to_be_visible()
    tablet.go("/sign-in")
    expect(page.locator("body")).not_to_contain_text("王芳")


def test_the_pin_of_a_key_that_was_ended_opens_nothing_once_the_server_is_there(
    floor: Floor,
) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    tablet.go("/pin")
    page.locator(".signer summary").click()
    tablet.fill({"body.reason": "平板换人用"})
    tablet.submit("signer.revoked")
    tablet.wait_until_sent()
    page.locator(".bar-lock button").click()
    page.locator(f"[data-person='{WANG}']").click()
    tablet.press(WANGS_PIN)
    expect(page.locator("[data-switch]")).to_contain_text("服务器没有接受")
    expect(page.locator(f"[data-person='{WANG}']")).to_have_count(0)


def test_an_untouched_tablet_locks_itself_without_a_server_too(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    floor.server.kill()
    page.clock.install()
    tablet.go(page_of(plant.SHARED_LOT))
    page.locator("details:has(form[action='/do/note.added']) summary").click()
    tablet.fill({"body.text": "half a thought of Wang's"})
    page.clock.fast_forward("09:00")
    expect(page.locator("h1")).to_be_visible()
    page.mouse.click(5, 400)
    page.clock.fast_forward("09:00")
    expect(page.locator("body")).to_have_attribute("data-login", WANG)
    page.clock.fast_forward("02:00")
    expect(page.locator("[data-switch]")).to_contain_text("谁来操作")
    page.go_back()
    expect(page.locator("[data-switch]")).to_be_visible()
    page.locator(f"[data-person='{WANG}']").click()
    tablet.press(WANGS_PIN)
    expect(page.locator("body")).to_have_attribute("data-login", WANG)


def test_a_pin_opens_nothing_a_day_after_the_server_last_saw_its_person(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    floor.server.kill()
    tablet.set_clock(23 * HOUR_MS)
    tablet.switch(ZHANG, ZHANGS_PIN)
    tablet.set_clock(25 * HOUR_MS)
    page.locator(".bar-lock button").click()
    expect(page.locator(f"[data-person='{WANG}']")).to_contain_text("需要网络")
    page.locator(f"[data-person='{WANG}']").click()
    expect(page.locator("[data-switch]")).to_contain_text("这次用 PIN 需要网络")
    tablet.press(WANGS_PIN)
    expect(page.locator("[data-problems]")).to_contain_text("离线登录已过期，请联网后再用 PIN")
    tablet.set_clock(-2 * HOUR_MS)
    tablet.go(f"/switch?who={WANG}")
    tablet.press(WANGS_PIN)
    expect(page.locator("[data-problems]")).to_contain_text("离线登录已过期")
    tablet.set_clock(25 * HOUR_MS)
    floor.server.start()
    tablet.go(f"/switch?who={WANG}")
    tablet.press(WANGS_PIN)
    expect(page.locator("body")).to_have_attribute("data-login", WANG)


def test_a_badge_before_the_camera_and_a_pin_open_a_tablet_without_a_server(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    floor.server.kill()
    mjpeg(tablet.film, qr(f"{floor.server.url}/switch?who={ZHANG}"))
    tablet.go("/scan")
    expect(page.locator("[data-switch] h1")).to_have_text("张伟")
    tablet.press(ZHANGS_PIN)
    expect(page.locator("body")).to_have_attribute("data-login", ZHANG)


def test_a_badge_of_somebody_without_a_pin_here_says_what_to_do(floor: Floor) -> None:
    tablet, page = floor.tablet, floor.tablet.page
    mjpeg(tablet.film, qr(f"{floor.server.url}/switch?who=zhou.min"))
    tablet.go("/scan")
    expect(page.locator("[data-switch]")).to_contain_text("zhou.min")
    expect(page.locator("[data-switch]")).to_contain_text("用密码登录")


def test_a_link_that_was_opened_while_the_tablet_was_locked_is_followed_after_the_pin(floor: Floor):
    tablet = floor.tablet
    tablet.page.locator(".bar-lock button").click()
    expect(tablet.page.locator(f"[data-person='{WANG}']")).to_be_visible()
    floor.server.kill()
    tablet.go(page_of(plant.SHARED_LOT))
    tablet.page.locator(f"[data-person='{WANG}']").click()
    tablet.press(WRONG_PIN)
    expect(tablet.page.locator("[data-problems]")).to_contain_text("未能打开")
    tablet.press(WANGS_PIN)
    expect(tablet.page.locator("h1")).to_contain_text(plant.SHARED_LOT.rpartition(":")[2])
