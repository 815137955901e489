"""The app itself in Firefox and in WebKitGTK: language, new version, drafts, search, labels."""

import json
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO

import zxingcpp
from PIL import Image

from server.demo import plant
from tests.browser.engines.conftest import Opened, only
from tests.browser.real_server import RealServer
from tests.browser.sights import page_of

LOGIN = "wang.fang"
ISSUE = page_of(plant.SHARED_LOT) + "?form=material.issued"
LABEL = f"/labels/{plant.SHARED_LOT.partition('/')[2]}"
BUILD = "return document.body?.dataset.build"
LOOK_FOR_A_NEW_VERSION = """return navigator.serviceWorker.ready
  .then((registration) => registration.update()).then(() => true)"""
DRAWN = "return [...document.querySelectorAll('#main img')].some((img) => img.naturalWidth > 50)"
BYTES = """return fetch(arguments[0]).then((answer) => answer.arrayBuffer()).then((buffer) =>
  btoa([...new Uint8Array(buffer)].map((byte) => String.fromCharCode(byte)).join("")))"""
DRAFT_KEPT = """return navigator.serviceWorker.ready.then(({ active }) =>
  new Promise((answer) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => answer(data.draft !== null);
    active.postMessage({ type: "draft_of", place: arguments[0] }, [port2]);
  }))"""
LACKS = """return Object.entries({
  "BarcodeDetector": "BarcodeDetector" in self,
  "storage.persist": !!navigator.storage?.persist,
  "Web Locks": !!navigator.locks,
  "app badge": "setAppBadge" in navigator,
  "push": "PushManager" in self,
  "background sync": "SyncManager" in self,
  "install prompt": "onbeforeinstallprompt" in self,
  "sharing of files": !!navigator.canShare?.({ files: [new File(["x"], "x.png")] }),
  "vibration": "vibrate" in navigator,
}).filter(([, has]) => !has).map(([name]) => name).join(", ")"""
# Whether data is kept, how much room there is (Firefox says, WebKitGTK doesn't), how the link is.
DEVICE_SAYS = {
    "Firefox": {"zh_CN": ("浏览器", "还可用", "毫秒"), "en": ("browser", "MB used, ", "ms")},
    "WebKitGTK": {
        "zh_CN": ("浏览器", "此浏览器不", "毫秒"),
        "en": ("browser", "does not say", "ms"),
    },
}

Told = Callable[[str], None]


def upgrade(server: RealServer) -> str:
    """Start the server as another build: what devices are told of late records is part of it."""
    server.kill()
    hours = int(server.environment.get("TRAVELER_LATE_HOURS", "24"))
    server.environment["TRAVELER_LATE_HOURS"] = str(hours - 1)
    server.start()
    return server.build()


def test_what_the_browser_lacks_leaves_no_hole_on_the_device_page(
    opened: Opened, engine: str, told: Told
):
    hand = opened()
    hand.sign_in(LOGIN)
    for lang, (storage, room, link) in DEVICE_SAYS[engine].items():
        hand.go(f"/lang/{lang}?next=/device")
        hand.see("[data-storage]", storage)
        hand.see("[data-room]", room)
        hand.see("[data-link]", link)
        hand.see(".device-card .hint", "Android")
    told(f"it has no {hand.run(LACKS)}; room, link and how to install are told in both languages")


def test_the_language_is_switched_without_the_server(
    opened: Opened, server: RealServer, told: Told
):
    hand = opened()
    hand.sign_in(LOGIN)
    hand.go("/more")
    hand.wait_for(waiting=0)
    server.kill()
    hand.tap(".languages a[lang=en]")
    hand.see("#nav", "Today")
    hand.go("/lots")
    hand.see("h1", "Lots")
    hand.go("/more")
    hand.tap(".languages a[lang='zh-CN']")
    hand.see("#nav", "今天")
    told("English and 简体中文 switched without the server, also on the pages after")


def test_a_new_version_is_offered_and_starts_after_the_form_that_was_begun(
    opened: Opened, server: RealServer, told: Told
):
    hand = opened()
    hand.sign_in(LOGIN)
    hand.go(ISSUE)
    old = hand.run(BUILD)
    hand.fill({"body.quantity": "1.5"})
    new = upgrade(server)
    assert new != old
    hand.run(LOOK_FOR_A_NEW_VERSION)
    hand.tap("[data-update-now]")
    hand.see("[data-update]", "表单提交后启用")
    assert hand.run(BUILD) == old, "not under the form"
    entry = hand.submit("material.issued")
    hand.wait(f"{BUILD} === arguments[0]", new)
    hand.wait_for(waiting=0)
    [(raw,)] = server.rows("select raw from journal where entry_id = ?", entry)
    assert json.loads(raw)["app"] == old, "recorded by the version that showed the form"
    server.kill()
    hand.go("/lots")
    hand.wait(f"{BUILD} === arguments[0]", new)
    told("a new version was offered, waited for the form, began, and works without the server")


def test_a_form_that_was_begun_is_offered_again(opened: Opened, server: RealServer, told: Told):
    hand = opened()
    hand.sign_in(LOGIN)
    server.kill()
    hand.go(ISSUE)
    hand.fill({"body.quantity": "2.5"})
    hand.wait(DRAFT_KEPT, ISSUE)
    hand.go("/lots")
    hand.go(ISSUE)
    hand.tap("[data-draft-back]")
    hand.wait("return document.querySelector('#main [name=\"body.quantity\"]').value === '2.5'")
    told("what was begun in a form was kept and brought back")


def test_things_are_found_as_one_types_without_the_server(
    opened: Opened, server: RealServer, told: Told
):
    hand = opened()
    hand.sign_in(LOGIN)
    server.kill()
    hand.go("/find")
    hand.write("#find-q", "ftzj")
    hand.see("#found .tile", "阀体铸件")
    hand.write("#find-q", "1009")
    hand.see("#found .tile", "1009")
    told("found by first letters of a Chinese name and by a part of a code")


def test_a_label_is_shown_drawn_and_printed_without_the_server(
    opened: Opened, server: RealServer, told: Told
):
    hand = opened()
    hand.sign_in(LOGIN)
    server.kill()
    hand.go(LABEL)
    hand.wait(DRAWN)
    png = Image.open(BytesIO(b64decode(hand.run(BYTES, f"{page_of(plant.SHARED_LOT)}/label.png"))))
    texts = {code.text for code in zxingcpp.read_barcodes(png)}
    assert any("L2611-26" in text for text in texts), texts
    hand.fill({"body.copies": "2"})
    hand.tap("form[action='/do/label.printed'] [type=submit]")
    hand.wait("return location.pathname === '/printout'")
    hand.wait(DRAWN)
    told("a label shown, drawn by the device and read, two printed out")


@only("Firefox")
def test_what_was_recorded_outlives_the_browser(opened: Opened, server: RealServer, told: Told):
    hand = opened()
    hand.sign_in(LOGIN)
    server.kill()
    hand.go(ISSUE)
    hand.fill({"body.quantity": "0.5"})
    entry = hand.submit("material.issued")
    hand.engine.close()
    again = opened()
    again.go("/outbox")
    again.see(".outbox-waiting")
    server.start()
    again.wait_for(waiting=0)
    assert len(server.rows("select 1 from journal where entry_id = ?", entry)) == 1
    told("closed with a record waiting, opened without the server: it waits, and goes up after")
