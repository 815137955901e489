"""What happens to tablets in the field: no room, no camera, a tab that dies, a clock that jumps.

Each has a sentence on the screen that says what to do, and loses nothing that was recorded. Offline
for a week and a cleared browser are in test_life, a certificate that has ended is in test_tls.
"""

import pytest
from playwright.sync_api import CDPSession, expect

from server.demo import plant
from tests.browser.device import Device, Opened
from tests.browser.real_server import RealServer
from tests.browser.test_devices import ASK_TO_SYNC
from tests.browser.test_journey import page_of

LOGIN = "wang.fang"
ISSUE = page_of(plant.SHARED_LOT) + "?form=material.issued"
WEEK_MS = 7.5 * 24 * 3600_000
HOLD_RECORDING = """() => new Promise((held) => {
  navigator.locks.request("traveler.append", () => new Promise((free) => {
    self.letGo = free;
    held();
  }));
})"""
RECORDING_WAITS = """async () => {
  const { pending } = await navigator.locks.query();
  return pending.some(({ name }) => name === "traveler.append");
}"""
DRAFT_OF = """async (place) => {
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((answer) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => answer(data.draft);
    active.postMessage({ type: "draft_of", place }, [port2]);
  });
}"""


@pytest.fixture
def tablet(opened: Opened) -> Device:
    return opened(LOGIN, locale="en-US")


def fill_up(tablet: Device) -> CDPSession:
    """Leave the app no byte of storage. A browser that runs has put some aside: so it starts anew.

    Ends when the session is told so, or the browser closes.
    """
    tablet.close()
    tablet.open()
    session = tablet.context.new_cdp_session(tablet.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": tablet.server.url, "quotaSize": 1})
    return session


def permit(tablet: Device, setting: str) -> None:
    """What the person chooses for the camera in the browser's settings."""
    session = tablet.context.new_cdp_session(tablet.page)
    camera = {"permission": {"name": "camera"}, "setting": setting}
    session.send("Browser.setPermission", {"origin": tablet.server.url, **camera})


def recorded(tablet: Device, kind: str) -> int:
    """How many entries of this kind the journal has of this device's person."""
    sql = "select count(*) from journal where kind = ? and actor = ? and device like 'dev-%'"
    [(count,)] = tablet.server.rows(sql, kind, LOGIN)
    return int(count)


def test_without_room_nothing_is_half_recorded_and_the_person_is_told_what_to_do(
    server: RealServer, tablet: Device
):
    server.kill()
    tablet.go(ISSUE)
    tablet.fill({"body.quantity": "1"})
    tablet.submit("material.issued")
    session = fill_up(tablet)
    tablet.go(ISSUE)
    tablet.fill({"body.quantity": "2.5"})
    tablet.page.locator('#main form[action="/do/material.issued"] [type=submit]').first.click()
    problems = tablet.page.locator("[data-problems]")
    expect(problems).to_contain_text("nothing was recorded, but what you filled in is still here")
    quantity = tablet.page.locator('#main [name="body.quantity"]:visible')
    expect(quantity).to_have_value("2.5")
    assert tablet.waiting() == 1
    server.start()
    tablet.page.evaluate(ASK_TO_SYNC)
    tablet.wait_for(lambda _: recorded(tablet, "material.issued") == 1)
    expect(tablet.page.locator("[data-full]")).to_contain_text("What was recorded is kept and sent")
    session.send("Storage.overrideQuotaForOrigin", {"origin": server.url})
    tablet.submit("material.issued")
    tablet.wait_until_sent()
    assert recorded(tablet, "material.issued") == 2


def test_a_tab_killed_while_the_worker_records_has_recorded_once_and_offers_no_second_time(
    server: RealServer, tablet: Device
):
    before = recorded(tablet, "material.issued")
    tablet.go(ISSUE)
    tablet.fill({"body.quantity": "0.5"})
    worker = tablet.context.service_workers[0]
    worker.evaluate(HOLD_RECORDING)
    tablet.page.locator('#main form[action="/do/material.issued"] [type=submit]').first.click()
    tablet.page.wait_for_function(RECORDING_WAITS)
    tablet.kill_tab()
    worker.evaluate("self.letGo()")
    tablet.go(ISSUE)
    tablet.wait_until_sent()
    assert recorded(tablet, "material.issued") == before + 1
    tablet.go(ISSUE)
    expect(tablet.page.locator('#main [name="body.quantity"]:visible')).to_be_visible()
    expect(tablet.page.locator("[data-draft]")).to_be_hidden()
    assert tablet.page.evaluate(DRAFT_OF, ISSUE) is None


def test_a_refused_camera_says_what_to_do_and_the_code_can_be_typed(
    opened: Opened, server: RealServer
):
    tablet = opened(LOGIN, locale="en-US", camera=False)
    tablet.go("/scan")
    status = tablet.page.locator("[data-scan-status]")
    expect(status).to_contain_text("Allow it in the browser's settings, take a photo, or type")
    code = str(server.document(plant.SHARED_LOT)["code"])
    tablet.page.fill("[data-scan-form] [name=code]", code)
    tablet.page.locator("[data-scan-form] [type=submit]").click()
    expect(tablet.page.locator("h1")).to_contain_text(code)


def test_a_camera_that_is_taken_away_while_it_looks_says_so_and_can_be_opened_again(
    tablet: Device,
):
    tablet.go("/scan")
    root = tablet.page.locator("[data-scan]")
    expect(root).to_have_attribute("data-scan-state", "looking")
    permit(tablet, "denied")
    status = tablet.page.locator("[data-scan-status]")
    expect(status).to_contain_text("The camera stopped. Open this page again, or type the code")
    permit(tablet, "granted")
    tablet.go("/scan")
    expect(root).to_have_attribute("data-scan-state", "looking")


def test_a_week_without_a_server_and_a_clock_that_jumps_about_lose_nothing(
    server: RealServer, tablet: Device
):
    before = recorded(tablet, "note.added")
    server.kill()
    for number, ahead_ms in enumerate((0, WEEK_MS, -WEEK_MS, WEEK_MS)):
        tablet.set_clock(ahead_ms)
        tablet.go(page_of(plant.SHARED_LOT))
        tablet.page.locator("details:has(form[action='/do/note.added']) summary").click()
        tablet.fill({"body.text": f"note {number}"})
        tablet.submit("note.added")
    server.start()
    tablet.wait_until_sent()
    assert recorded(tablet, "note.added") == before + 4
    texts = [
        one["text"]
        for one in server.document(plant.SHARED_LOT)["timeline"]
        if str(one.get("text", "")).startswith("note ")
    ]
    assert texts == sorted(texts) or texts == sorted(texts, reverse=True)
    expect(tablet.page.locator("[data-clock]")).to_contain_text("clock is 7 days off")
    assert server.verify().returncode == 0
