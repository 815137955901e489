"""An installed app in the field: what can go wrong with a device, and what it says then.

Real Chromium against a real server process. TLS is in test_tls, a new version in test_update; no
room, no camera, a tab that dies and clocks that jump are in test_bad_days.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from server.demo import plant
from tests.browser.device import PHONE, Device, Opened
from tests.browser.real_server import RealServer
from tests.browser.test_devices import ASK_TO_SYNC
from tests.browser.test_journey import page_of

LOGIN = "wang.fang"
ISSUE = page_of(plant.SHARED_LOT) + "?form=material.issued"
# All that a browser clears when it is short of space; cookies are not among it.
EVICT = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
  await new Promise((done) => {
    const deleting = indexedDB.deleteDatabase("traveler");
    deleting.onsuccess = deleting.onerror = done;
  });
}"""
FAKE_PROMPT = """() => {
  const event = new Event("beforeinstallprompt", { cancelable: true });
  event.prompt = async () => { window.prompted = true; return { outcome: "dismissed" }; };
  dispatchEvent(event);
}"""
# The browser's own comes when it likes.
NO_OWN_PROMPT = """addEventListener("beforeinstallprompt", (event) => {
  if (event.isTrusted) event.stopImmediatePropagation();
}, true);"""
ROOM_SAID = re.compile(r"^\d+ MB used, \d+(\.\d)? (MB|GB) free$")
LITTLE_ROOM = """navigator.storage.estimate = async () => ({ usage: 980e6, quota: 1000e6 });"""


@pytest.fixture
def tablet(opened: Opened) -> Device:
    return opened(LOGIN, locale="en-US")


def issue(tablet: Device, quantity: str = "1") -> str:
    tablet.go(ISSUE)
    tablet.fill({"body.quantity": quantity})
    return tablet.submit("material.issued")


def test_after_a_week_offline_the_person_is_warned_and_then_the_supervisor(
    opened: Opened, server: RealServer, tablet: Device
):
    server.kill()
    issue(tablet)
    old = tablet.page.locator("[data-old]")
    expect(old).to_be_hidden()
    tablet.page.clock.set_system_time(datetime.now(UTC) + timedelta(days=7))
    tablet.go("/lots")
    expect(old).to_contain_text("have waited for 7 days to be sent: 1")
    expect(old.locator("a")).to_have_attribute("href", "/outbox")
    # A server at which the week has passed as well can't be had: one hour is too long for it.
    server.environment["TRAVELER_LATE_HOURS"] = "0"
    server.start()
    tablet.wait_until_sent()
    server.kill()
    server.environment.clear()
    server.start()
    supervisor = opened("zhang.wei", viewport=PHONE, locale="en-US")
    supervisor.go("/cases")
    supervisor.page.get_by_text("Records came late").first.click()
    expect(supervisor.page.locator("#main")).to_contain_text("1 record arrived only now")
    expect(supervisor.page.locator("#main")).to_contain_text("王芳")


def test_a_clock_that_was_changed_is_told_until_it_is_right_again(tablet: Device):
    notice = tablet.page.locator("[data-clock]")
    expect(notice).to_be_hidden()
    tablet.set_clock(3.5 * 3600_000)
    tablet.page.evaluate(ASK_TO_SYNC)
    expect(notice).to_contain_text("This device’s clock is 3 h off from the server’s")
    tablet.set_clock(0)
    tablet.page.evaluate(ASK_TO_SYNC)
    expect(notice).to_be_hidden()


def test_a_page_that_came_past_the_worker_is_told_everything_and_works_without_the_server(
    tablet: Device, server: RealServer
):
    tablet.go(ISSUE)
    browser = tablet.context.new_cdp_session(tablet.page)
    with tablet.page.expect_navigation():
        browser.send("Page.reload", {"ignoreCache": True})
    tablet.set_clock(3.5 * 3600_000)
    tablet.page.evaluate(ASK_TO_SYNC)
    expect(tablet.page.locator("[data-clock]")).to_contain_text("3 h off")
    tablet.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    tablet.set_clock(0)
    server.kill()
    tablet.fill({"body.quantity": "2"})
    tablet.submit("material.issued")
    assert tablet.waiting() == 1
    server.start()
    tablet.page.evaluate(ASK_TO_SYNC)
    tablet.wait_until_sent()


def test_a_form_that_was_begun_when_the_tab_died_is_offered_again_and_goes_once_sent(
    tablet: Device,
):
    tablet.go(ISSUE)
    tablet.fill({"body.quantity": "2.5"})
    tablet.page.wait_for_function(
        """async (place) => {
      const { active } = await navigator.serviceWorker.ready;
      const answer = await new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => done(data);
        active.postMessage({ type: "draft_of", place }, [port2]);
      });
      return answer.draft !== null;
    }""",
        arg=ISSUE,
    )
    tablet.kill_tab()
    tablet.go(ISSUE)
    draft = tablet.page.locator("[data-draft]")
    expect(draft).to_contain_text("What you had begun to fill in here was kept")
    draft.get_by_text("Bring it back").click()
    expect(tablet.page.locator('#main [name="body.quantity"]:visible')).to_have_value("2.5")
    entry = tablet.submit("material.issued")
    tablet.wait_until_sent()
    [(status,)] = tablet.server.rows("select status from journal where entry_id = ?", entry)
    assert status in ("applied", "merged")
    tablet.go(ISSUE)
    expect(draft).to_be_hidden()


def test_what_was_typed_in_another_form_of_the_page_is_offered_after_one_was_sent(tablet: Device):
    page = tablet.page
    tablet.go(page_of(plant.SHARED_LOT))
    page.locator("details:has(form[action='/do/note.added']) summary").click()
    tablet.fill({"body.text": "Box is torn"})
    page.locator("details:has(form[action='/do/material.issued']) summary").click()
    tablet.fill({"body.quantity": "1"})
    tablet.submit("material.issued")
    page.locator("[data-draft]").get_by_text("Bring it back").click()
    expect(page.locator('#main [name="body.text"]:visible')).to_have_value("Box is torn")


def test_a_draft_is_not_shown_to_the_next_person(tablet: Device):
    tablet.go(ISSUE)
    tablet.fill({"body.quantity": "7"})
    tablet.page.locator("body").press("Tab")
    tablet.go("/more")
    tablet.page.locator("form[data-sign-out] button").click()
    tablet.sign_in("zhao.lei")
    tablet.go(ISSUE)
    expect(tablet.page.locator("#main form").first).to_be_visible()
    expect(tablet.page.locator("[data-draft]")).to_be_hidden()


def test_a_browser_that_cleared_the_data_is_noticed_at_the_next_sign_in(tablet: Device):
    issue(tablet)
    tablet.wait_until_sent()
    tablet.page.evaluate(EVICT)
    tablet.go("/")
    lost = tablet.page.locator("[data-lost]")
    expect(lost).to_contain_text("The browser had cleared this app’s data")
    lost.get_by_text("Understood").click()
    expect(lost).to_be_hidden()


def test_little_room_is_told_before_it_is_none(tablet: Device):
    tablet.page.add_init_script(LITTLE_ROOM)
    tablet.go("/lots")
    expect(tablet.page.locator("[data-low]")).to_contain_text("only 20 MB left")


def test_the_app_is_offered_for_the_home_screen_once_something_was_recorded_and_not_again(
    tablet: Device,
):
    tablet.page.add_init_script(NO_OWN_PROMPT)
    tablet.go("/")
    offer = tablet.page.locator("[data-install]")
    tablet.page.evaluate(FAKE_PROMPT)
    expect(offer).to_be_hidden()
    issue(tablet)
    tablet.wait_until_sent()
    tablet.go("/lots")
    tablet.page.evaluate(FAKE_PROMPT)
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="Install").click()
    expect(offer).to_be_hidden()
    assert tablet.page.evaluate("window.prompted") is True
    tablet.go("/lots")
    tablet.page.evaluate(FAKE_PROMPT)
    expect(tablet.page.locator("[data-net]")).to_be_visible()
    expect(offer).to_be_hidden()


def test_the_device_page_says_what_is_here_how_fresh_and_what_the_link_allows(
    server: RealServer, tablet: Device
):
    tablet.go("/device")
    main = tablet.page.locator("#main")
    expect(main).to_contain_text("This device can work offline")
    expect(main).to_contain_text("Traveler cards")
    expect(main.locator("[data-room]")).to_have_text(ROOM_SAID)
    expect(main.locator("[data-link]")).to_contain_text("The server answers in")
    server.kill()
    tablet.go("/device")
    expect(main).to_contain_text("This device can work offline")
    expect(main.locator("[data-link]")).to_contain_text("can’t be reached now")
    server.start()


def test_a_label_s_link_opens_its_lot_offline(server: RealServer, tablet: Device):
    lot = server.document(plant.SHARED_LOT)
    gtin = server.document(lot["item"])["gtin"]
    server.kill()
    tablet.go(f"/01/{gtin}/10/{lot['code']}")
    expect(tablet.page.locator("#main")).to_have_attribute("data-page", "lot")
    expect(tablet.page.locator("h1")).to_contain_text(lot["code"])
    server.start()


def test_the_icon_carries_how_much_waits(server: RealServer, tablet: Device):
    worker = tablet.context.service_workers[0]
    worker.evaluate(
        """() => {
      self.painted = [];
      navigator.setAppBadge = async (count) => void self.painted.push(count);
      navigator.clearAppBadge = async () => void self.painted.push(0);
    }"""
    )
    server.kill()
    issue(tablet)
    assert worker.evaluate("self.painted.at(-1)") == 1
    server.start()
    tablet.wait_until_sent()
    assert worker.evaluate("self.painted.at(-1)") == 0


def test_sign_out_warns_about_what_waits(server: RealServer, tablet: Device):
    server.kill()
    issue(tablet)
    tablet.go("/more")
    expect(tablet.page.locator(".this-device")).to_contain_text("1 record is not sent yet")
    server.start()
    tablet.wait_until_sent()
